"""Whether a partner's call is signed as we ask: by a live key, for this very request, within five minutes. Pure.

The signature covers `@method @authority @path`; `content-type content-digest` too when there is a body; and
`idempotency-key` when it is sent, or who stands between could make a repeated call a new one. One signature, no query
string, nothing else covered. The label isn't signed (RFC 9421, 4.1), so any will do.

That a nonce is used once is nonces.py's business.

Source: RFC 9421 (HTTP Message Signatures), RFC 9530 (Content-Digest), RFC 8032 (Ed25519).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from chalicelib.access.public_keys import Key
from chalicelib.common.clock import Clock
from chalicelib.common.errors import AppError

#: How far `created` may lie from our clock, either way.
WINDOW_SECONDS = 300

_ALWAYS = ("@method", "@authority", "@path")
_OF_A_BODY = ("content-type", "content-digest")
_IF_SENT = ("idempotency-key",)
_COVERABLE = frozenset({*_ALWAYS, *_OF_A_BODY, *_IF_SENT})
_PARAMETERS = frozenset({"created", "expires", "keyid", "nonce", "alg"})
# The headers that count. Any other may be changed on the way: it isn't read.
_READ = frozenset({"signature", "signature-input", *_OF_A_BODY, *_IF_SENT})

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
# No percent encoding, dots or doubled slashes: a path has one spelling.
_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+/?")
# Verified against when there is no key, so that an unknown key takes as long as a known one. It is RFC 9421's own.
_DECOY = bytes.fromhex("26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb")


class NotAuthentic(AppError):
    """Raised when a call isn't signed as we ask. The caller is told of `is_clock_skew` alone; the rest is for the log.

    `key_id` is the key that the call names, if it is one that we know. Whether the call is the partner's is open.
    """

    code = "not_authentic"

    def __init__(self, reason: str, *, is_clock_skew: bool = False, key_id: str | None = None) -> None:
        super().__init__(
            "Kaldet er ikke underskrevet med en gyldig nøgle, sådan som API'et beder om. "
            "Følg docs/partner-api.md trin for trin, og spørg sekretariatet, om nøglen gælder."
        )
        self.reason = reason
        self.is_clock_skew = is_clock_skew
        self.key_id = key_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """A request as it came. `origin` is where we answer, `https://ddh.example`; `path` is percent-encoded as sent."""

    method: str
    origin: str
    path: str
    has_query: bool
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Who signed a request, and with what it is told from its copies."""

    partner_id: str
    key_id: str
    nonce: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """The request as the library reads it."""

    method: str
    url: str
    headers: Mapping[str, str]


def verify(message: SignedMessage, *, find_key: Callable[[str], Key | None], clock: Clock) -> Verified:
    """Return who signed a request. Everything returned is covered by the signature.

    Raises:
        NotAuthentic: it isn't signed as we ask.
    """
    _check_target(message)
    headers = _read_headers(message)
    key_id, covered = _claimed(headers)
    _check_coverage(covered, headers, body=message.body)
    key = find_key(key_id)
    try:
        parameters = _signed(message, headers, covered=covered, key_id=key_id, raw=key.raw if key else _DECOY)
        if key is None:
            raise NotAuthentic("unknown key")
        if not key.is_live(clock.now()):
            raise NotAuthentic("key revoked" if key.revoked_at else "key expired")
        nonce = _checked_nonce(parameters)
        created = _checked_time(parameters, now=clock.now())
    except NotAuthentic as error:
        if key is None:
            raise NotAuthentic("unknown key") from None
        error.key_id = key.key_id
        raise
    return Verified(partner_id=key.partner_id, key_id=key.key_id, nonce=nonce, created=created)


def _check_target(message: SignedMessage) -> None:
    if message.has_query:
        raise NotAuthentic("query string")
    if _PATH.fullmatch(message.path) is None:
        raise NotAuthentic("path")
    scheme = urlsplit(message.origin).scheme
    hosts = [value for name, value in message.headers if name.lower() == "host"]
    if len(hosts) > 1 or any(_authority(scheme, host) != _authority_of(message.origin) for host in hosts):
        raise NotAuthentic("host")


def _read_headers(message: SignedMessage) -> dict[str, str]:
    """Return the headers that count, by their names in lower case."""
    headers: dict[str, str] = {}
    for name, value in message.headers:
        if (lowered := name.lower()) not in _READ:
            continue
        if lowered in headers:
            raise NotAuthentic("header sent twice")
        if not value.isascii() or not value.isprintable():
            raise NotAuthentic("characters of a header")
        headers[lowered] = value.strip(" ")
    return headers


def _claimed(headers: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """Return the key id that the one signature names, and what it covers. `_signed` shows that it is so."""
    import http_sf  # a tenth of a second with the library: for signed calls alone

    def refuse_twice(_name: str, _context: str) -> None:
        raise NotAuthentic("named twice")

    try:
        signatures: Any = http_sf.parse(
            headers.get("signature-input", "").encode("ascii"), tltype="dictionary", on_duplicate_key=refuse_twice
        )
    except ValueError as error:
        raise NotAuthentic("signature input") from error
    if len(signatures) != 1:
        raise NotAuthentic("not one signature")
    ((components, parameters),) = signatures.values()
    key_id = parameters.get("keyid")
    if not isinstance(components, list) or not isinstance(key_id, str):
        raise NotAuthentic("signature input")
    if any(more or name not in _COVERABLE for name, more in components):
        raise NotAuthentic("covered for another use")
    return key_id, frozenset(name for name, _ in components)


def _check_coverage(covered: frozenset[str], headers: Mapping[str, str], *, body: bytes) -> None:
    needed = [*_ALWAYS, *(_OF_A_BODY if body else ()), *(name for name in _IF_SENT if name in headers)]
    if missing := [name for name in needed if name not in covered]:
        raise NotAuthentic(f"not covered: {missing[0]}")
    if "content-digest" in covered and not compare_digest(headers.get("content-digest", ""), _digest(body)):
        raise NotAuthentic("body")


def _signed(
    message: SignedMessage, headers: Mapping[str, str], *, covered: frozenset[str], key_id: str, raw: bytes
) -> Mapping[str, Any]:
    """Return the signature's parameters, once it holds and covers what it claims to."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from http_message_signatures import HTTPMessageSignaturesException, MappingKeyResolver, algorithms

    public_key = Ed25519PublicKey.from_public_bytes(raw)
    verifier = _verifier_class()(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys={key_id: public_key}, private_keys={}),
    )
    request = _Request(method=message.method, url=f"{message.origin}{message.path}", headers=headers)
    try:
        (result,) = verifier.verify(request, max_age=None, require_components=sorted(covered))
    except HTTPMessageSignaturesException as error:
        raise NotAuthentic("signature") from error
    parameters: Mapping[str, Any] = result.parameters
    return parameters


@cache
def _verifier_class() -> Any:
    """Return the library's verifier without its own look at the machine's clock: ours is asked, in `_checked_time`."""
    from http_message_signatures import HTTPMessageVerifier

    class Verifier(HTTPMessageVerifier):
        def validate_created_and_expires(self, *_: Any, **__: Any) -> None:
            pass

    return Verifier


def _checked_nonce(parameters: Mapping[str, Any]) -> str:
    nonce = parameters.get("nonce")
    if not isinstance(nonce, str) or _NONCE.fullmatch(nonce) is None:
        raise NotAuthentic("nonce")
    return nonce


def _checked_time(parameters: Mapping[str, Any], *, now: datetime) -> datetime:
    if parameters.keys() - _PARAMETERS:
        raise NotAuthentic("parameters")
    created, expires = parameters.get("created"), parameters.get("expires")
    if created is None:
        raise NotAuthentic("created")
    if expires is not None and expires <= now.timestamp():
        raise NotAuthentic("signature expired")
    if abs(now.timestamp() - created) > WINDOW_SECONDS:
        raise NotAuthentic("clock", is_clock_skew=True)
    return datetime.fromtimestamp(created, UTC)


def _digest(body: bytes) -> str:
    """Return the one spelling of Content-Digest that we take."""
    from http_message_signatures import ContentDigest

    return ContentDigest.create(body)


def _authority_of(origin: str) -> str:
    parts = urlsplit(origin)
    return _authority(parts.scheme, parts.netloc)


def _authority(scheme: str, host: str) -> str:
    return host.lower().removesuffix({"https": ":443", "http": ":80"}.get(scheme, ":"))
