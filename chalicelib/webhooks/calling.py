"""The one call that tells a partner: signed, to a checked address, within ten seconds, and nothing of the answer kept.

A name may stand for another machine each time it is asked for. So it is resolved once, every address of it is checked,
and the connection is made to an address that was checked; the certificate must still be the name's. No redirect is
followed, and no proxy asked.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from time import monotonic
from urllib.parse import urlsplit

from chalicelib.runtime import settings
from chalicelib.webhooks.delivery import Answer, Outcome
from chalicelib.webhooks.public_addresses import is_public

#: From the first packet to the last: a receiver that takes its time with each byte has no more of it.
SECONDS_IN_ALL = 10.0
_MOST_SECONDS_TO_CONNECT = 4.0
#: So much of an answer is taken, for the receiver's sake: it may be writing while we hang up.
_MOST_ANSWER_BYTES = 4096

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is told: the same `event_id` and `body` on every attempt, signed anew by each of `secrets`."""

    event_id: str
    body: str
    secrets: tuple[str, ...]
    signed_at: datetime


class _NotPublic(Exception):
    """Raised when a name stands for a machine of ours, or for no machine."""


def resolved(host: str, port: int) -> Sequence[str]:
    """Return the addresses that a name stands for just now, those of IPv4 first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in sorted(found, key=lambda each: each[0] != socket.AF_INET)]


def headers_of(call: Call) -> dict[str, str]:
    """Return the headers that prove who calls. Source: Standard Webhooks, "Webhook headers"."""
    from standardwebhooks import Webhook  # signing is for those who call

    signatures = [Webhook(secret).sign(call.event_id, call.signed_at, call.body) for secret in call.secrets]
    return {
        "Connection": "close",
        "Content-Type": "application/json",
        "User-Agent": "Den-Digitale-Hotline/1",
        "webhook-id": call.event_id,
        "webhook-timestamp": str(int(call.signed_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def post(
    url: str, call: Call, *, resolve: Resolve = resolved, loopback: Callable[[], str | None] = settings.webhook_loopback
) -> Answer:
    """Tell the receiver at `url` once, and say what came of it.

    `url` has been checked by `endpoint.check_url`.
    """
    over = Event()
    try:
        status = _status(url, call, over, resolve=resolve, loopback=loopback())
    except _NotPublic:
        return Answer(outcome=Outcome.FAILED, code="not_public")
    except socket.gaierror:
        return Answer(outcome=Outcome.FAILED, code="unknown_name")
    except TimeoutError:
        return Answer(outcome=Outcome.FAILED, code="timeout")
    except ssl.SSLCertVerificationError:
        return Answer(outcome=Outcome.FAILED, code="certificate")
    except (OSError, HTTPException):
        return Answer(outcome=Outcome.FAILED, code="timeout" if over.is_set() else "no_connection")
    return _answer(status)


def _answer(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(outcome=Outcome.TAKEN)
    return Answer(outcome=Outcome.GONE if status == 410 else Outcome.FAILED, code=f"status_{status}")


def _status(url: str, call: Call, over: Event, *, resolve: Resolve, loopback: str | None) -> int:
    parts = urlsplit(url)
    host, is_loopback = parts.hostname or "", url == loopback
    port = parts.port or (80 if is_loopback else 443)
    addresses = [host] if is_loopback else _checked(resolve(host, port))
    ends_at = monotonic() + SECONDS_IN_ALL
    with _connected(addresses, port) as plain, _cut(plain, ends_at - monotonic(), over):
        plain.settimeout(SECONDS_IN_ALL)
        connection = HTTPConnection(host, port) if is_loopback else HTTPSConnection(host, port)
        connection.sock = plain if is_loopback else _tls().wrap_socket(plain, server_hostname=host)
        with connection.sock:
            path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            connection.request("POST", path, call.body.encode(), headers_of(call))
            answer = connection.getresponse()
            with suppress(OSError, HTTPException):  # the status is what counts
                answer.read(_MOST_ANSWER_BYTES)
            return answer.status


def _checked(addresses: Sequence[str]) -> Sequence[str]:
    """Return the addresses when each of them is public: one that isn't makes all of them suspect."""
    if not addresses or not all(is_public(address) for address in addresses):
        raise _NotPublic
    return addresses


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """Connect to the first address, or to the second when the first doesn't answer."""
    first, *others = addresses
    try:
        return socket.create_connection((first, port), timeout=_MOST_SECONDS_TO_CONNECT)
    except OSError:
        if not others:
            raise
        return socket.create_connection((others[0], port), timeout=_MOST_SECONDS_TO_CONNECT)


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _cut(connected: socket.socket, seconds: float, over: Event) -> Iterator[None]:
    """Cut the connection when the time is up, whatever it is at: a socket's own timeout begins anew with every byte."""
    double = connected.dup()  # TLS takes the socket itself over

    def cut() -> None:
        over.set()
        with suppress(OSError):
            double.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        double.close()
