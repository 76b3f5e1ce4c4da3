"""A partner's side of Den Digitale Hotline's API, in one file to copy: signed calls, and webhooks that are verified.

Needs `pip install requests http-message-signatures standardwebhooks`. What is signed, and why, stands in
docs/partner-api.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from requests.auth import AuthBase
from standardwebhooks import Webhook, WebhookVerificationError

LOCAL_RUN = "http://127.0.0.1:8026"
WEBHOOK_PORT = 8027
_WAITS_SECONDS = (1, 3, 9)
_TIMEOUT_SECONDS = (5, 30)  # to connect, and between bytes of the answer
_MOST_WEBHOOK_BYTES = 100_000
_PRIVATE_KEY, _KEY_ID, _WEBHOOK_SECRET = "private-key.pem", "key-id", "webhook-secret"
_HOW_BY_FILE = {
    _PRIVATE_KEY: "make a key with make-key, start the local run (make run), or name the key's folder with --folder",
    _KEY_ID: "write the id that the secretariat answered the public key with to that file",
    _WEBHOOK_SECRET: "write the secret (whsec_…) that the secretariat gave you to that file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of ours. `key_id` is what the secretariat called it when it registered the public half."""

    key_id: str
    private_key: Ed25519PrivateKey


class Signed(AuthBase):
    """Signs a request when the rest of it is ready. Each try gets a signature of its own: a nonce holds once."""

    def __init__(self, key: Key) -> None:
        self._key_id = key.key_id
        resolver = MappingKeyResolver(public_keys={}, private_keys={key.key_id: key.private_key})
        self._signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=resolver)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        covered = ["@method", "@authority", "@path"]
        body = request.body
        if body is not None:
            assert isinstance(body, bytes), "JSON is sent as bytes"
            covered.append("content-type")  # and the library adds content-digest
        if "Idempotency-Key" in request.headers:
            covered.append("idempotency-key")
        self._signer.sign(
            request,
            key_id=self._key_id,
            created=datetime.now(UTC),
            nonce=secrets.token_urlsafe(18),
            covered_component_ids=covered,
            body=body,
        )
        return request


class Problem(Exception):
    """Raised when the API answers with an error: `code` is for programs, `detail` (in Danish) for people."""

    def __init__(self, answer: requests.Response) -> None:
        told = _json_of(answer)
        self.status = answer.status_code
        self.code = told.get("code", "")
        self.detail = told.get("detail", answer.reason)
        self.errors = told.get("errors", [])
        more = [f"  {error['pointer']}: {error['detail']}" for error in self.errors]
        more += [f"  {told['hint']}"] if "hint" in told else []
        super().__init__("\n".join([f"{self.status} {self.code}: {self.detail}", *more]))


class Missing(Exception):
    """Raised when a file of ours isn't there; it says how to get it."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(f"There is no {folder / name}: {_HOW_BY_FILE[name]}.")


class PartnerApi:
    """The API. A call that got no answer, or was told to come back, is made again, a few times."""

    def __init__(self, base_url: str, key: Key, *, wait: Callable[[float], object] = time.sleep) -> None:
        self._base_url = base_url.rstrip("/")
        self._auth = Signed(key)
        self._session = requests.Session()
        self._wait = wait

    def agreement(self) -> Any:
        return self._call("GET", "/partner/v1/agreement")

    def figures(self, month: str) -> Any:
        return self._call("GET", f"/partner/v1/figures/{month}")

    def put_forecast(self, week: str, calls_per_day: Sequence[int]) -> Any:
        return self._call("PUT", f"/partner/v1/forecasts/{week}", {"calls_per_day": list(calls_per_day)})

    def ask_extension(self, until: str, calls_per_month: int, *, idempotency_key: str) -> Any:
        value = {"until": until, "expected_calls_per_month": calls_per_month}
        return self._call("POST", "/partner/v1/extension-requests", value, idempotency_key=idempotency_key)

    def send_update(self, title: str, text: str, valid_from: str, *, idempotency_key: str) -> Any:
        value = {"title": title, "text": text, "valid_from": valid_from}
        return self._call("POST", "/partner/v1/knowledge-updates", value, idempotency_key=idempotency_key)

    def update(self, update_id: str) -> Any:
        return self._call("GET", f"/partner/v1/knowledge-updates/{update_id}")

    def _call(self, method: str, path: str, value: Any = None, *, idempotency_key: str | None = None) -> Any:
        """Return the answer's JSON. Every try of a POST has the same Idempotency-Key, so that it is done once.

        Raises:
            Problem: the API refused the call, or still failed at the last try.
            requests.RequestException: no answer came.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        for seconds in (*_WAITS_SECONDS, None):
            try:
                answer = self._session.request(
                    method,
                    self._base_url + path,
                    json=value,
                    headers=headers,
                    auth=self._auth,
                    timeout=_TIMEOUT_SECONDS,
                    allow_redirects=False,  # the signature is for this address alone
                )
            except (requests.ConnectionError, requests.Timeout):
                if seconds is None:
                    raise
            else:
                if answer.status_code < 300:
                    return answer.json()
                come_back = answer.headers.get("Retry-After", "")
                if seconds is None or (answer.status_code < 500 and not come_back.isdigit()):
                    raise Problem(answer)
                seconds = max(seconds, int(come_back) if come_back.isdigit() else 0)
            self._wait(seconds)
        raise AssertionError("the last try returns or raises")


def make_key(folder: Path) -> Ed25519PrivateKey:
    """Make a key pair; the private half is written to the folder for this user alone, and never sent anywhere.

    Raises:
        FileExistsError: there is one already, which is left as it is.
    """
    private_key = Ed25519PrivateKey.generate()
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / _PRIVATE_KEY, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(pem)
    return private_key


def public_pem(private_key: Ed25519PrivateKey) -> str:
    """Return the public half, as it is sent to the secretariat."""
    return private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(private_key: Ed25519PrivateKey) -> str:
    """Return the public half's fingerprint: the secretariat reads the same one on its page."""
    der = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def read_key(folder: Path) -> Key:
    """Return the key that lies in a folder, with the id that the secretariat gave it.

    Raises:
        Missing: one of the two files isn't there.
    """
    private_key = load_pem_private_key(_file(folder, _PRIVATE_KEY), password=None)
    assert isinstance(private_key, Ed25519PrivateKey)
    return Key(key_id=_file(folder, _KEY_ID).decode("ascii").strip(), private_key=private_key)


class Receiver(HTTPServer):
    """Takes webhooks on this machine, where a proxy with TLS hands them on. `tell` gets each event once."""

    def __init__(self, port: int, secret: str, tell: Callable[[Any], object]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.webhook = Webhook(secret)
        self.tell = tell
        self.seen: set[str] = set()  # a real receiver keeps these with what it does, in one transaction


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    timeout = 10

    def do_POST(self) -> None:  # the standard library's name
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _MOST_WEBHOOK_BYTES:
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        try:
            event = self.server.webhook.verify(body, dict(self.headers.items()))
        except (WebhookVerificationError, ValueError):
            self._answer(400)
            return
        webhook_id = self.headers["webhook-id"]
        if webhook_id not in self.server.seen:  # the same event may come again
            self.server.tell(event)
            self.server.seen.add(webhook_id)
        self._answer(204)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
        """Write no line per request."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code: 1 when it can't be done, 2 when the words are wrong."""
    arguments = command_line().parse_args(words)
    try:
        arguments.do(arguments)
    except (Problem, Missing) as problem:
        print(problem, file=sys.stderr)
        return 1
    except FileExistsError as error:
        print(f"There is a key already: {error.filename}. Name another folder with --folder.", file=sys.stderr)
        return 1
    except requests.RequestException as error:
        print(f"No answer from {arguments.url}: {type(error).__name__}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def command_line() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(prog="partner_client.py", description=__doc__)
    parser.add_argument("--url", default=LOCAL_RUN, help="where the API is (default: the local run, %(default)s)")
    parser.add_argument(
        "--folder",
        metavar="DIR",
        type=Path,
        default=Path(".local/renosyd"),
        help="where private-key.pem, key-id and webhook-secret lie (default: the local run's, %(default)s)",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, do: Callable[[argparse.Namespace], object], told: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=told, description=told)
        made.set_defaults(do=do)
        return made

    command("make-key", _make_key, "make a key pair, and print the public key that the secretariat registers")
    command("agreement", lambda a: _show(_api(a).agreement()), "show the agreement")
    of_figures = command("figures", lambda a: _show(_api(a).figures(a.month)), "show a month's figures")
    of_figures.add_argument("month", help="2025-01")
    forecast = command(
        "forecast", lambda a: _show(_api(a).put_forecast(a.week, a.calls)), "say how many calls are expected in a week"
    )
    forecast.add_argument("week", help="2025-W08")
    forecast.add_argument("calls", type=int, nargs=7, metavar="CALLS", help="seven numbers, Monday first")
    extension = command("ask-extension", _ask_extension, "ask for the agreement to go on")
    extension.add_argument("until", help="the new last day, 2026-03-31")
    extension.add_argument("calls_per_month", type=int, help="how many calls a month are expected")
    update = command("knowledge-update", _send_update, "tell what the agents should know, and from which day")
    update.add_argument("title")
    update.add_argument("text")
    update.add_argument("valid_from", help="2025-02-17")
    for each in (extension, update):
        told = "the one of a call that is made again after a crash (default: a new one)"
        each.add_argument("--idempotency-key", metavar="KEY", default=str(uuid4()), help=told)
    of_update = command("show-update", lambda a: _show(_api(a).update(a.id)), "show what became of a knowledge update")
    of_update.add_argument("id")
    listen = command("listen", _listen, "take webhooks, verify them and print them, until Ctrl-C")
    listen.add_argument("--port", type=int, default=WEBHOOK_PORT, help="on this machine only (default: %(default)s)")
    return parser


def _api(arguments: argparse.Namespace) -> PartnerApi:
    return PartnerApi(arguments.url, read_key(arguments.folder))


def _make_key(arguments: argparse.Namespace) -> None:
    private_key = make_key(arguments.folder)
    print(public_pem(private_key), end="")
    print(f"Fingerprint: {fingerprint(private_key)}")
    print(f"Send the public key to the secretariat, and write the id that it answers to {arguments.folder / _KEY_ID}.")


def _ask_extension(arguments: argparse.Namespace) -> None:
    key = arguments.idempotency_key
    _show(_api(arguments).ask_extension(arguments.until, arguments.calls_per_month, idempotency_key=key))


def _send_update(arguments: argparse.Namespace) -> None:
    told = (arguments.title, arguments.text, arguments.valid_from)
    _show(_api(arguments).send_update(*told, idempotency_key=arguments.idempotency_key))


def _listen(arguments: argparse.Namespace) -> None:
    secret = _file(arguments.folder, _WEBHOOK_SECRET).decode("ascii").strip()
    with Receiver(arguments.port, secret, tell=_show) as receiver:
        print(f"Listening on http://127.0.0.1:{receiver.server_port}/", flush=True)
        receiver.serve_forever()


def _file(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise Missing(folder, name) from error


def _show(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def _json_of(answer: requests.Response) -> dict[str, Any]:
    """Return the answer's JSON object; empty when it is none, as from a proxy on the way."""
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
