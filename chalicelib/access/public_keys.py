"""A partner's public key: read from what the partner sent, known by its fingerprint. Ed25519 alone. Pure.

The private key stays with the partner. When one is sent all the same, it is refused, and stored and logged nowhere:
what is remembered is the fingerprint of its public half, which is then turned away too.

Source: RFC 8410 (Ed25519 as SubjectPublicKeyInfo), RFC 8037 (as a JWK), RFC 7468 (PEM).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.access import private_keys
from chalicelib.common.errors import Refused

_MOST_CHARACTERS = 4000
# DER has one spelling of an Ed25519 key: these bytes, then the key's 32.
_SPKI = bytes.fromhex("302a300506032b6570032100")
_KEY_BYTES = 32
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
# Members of a JWK that only a private or a shared key has (RFC 7518, sections 6.2.2, 6.3.2, 6.4.1).
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# Points of small order, without the sign bit: under such a key anybody's signature holds. The list is libsodium's.
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


class PrivateKeySent(Refused):
    """Raised when a private key was sent. It has been seen, so it is good for nothing now.

    `public_halves` are the public keys, 32 bytes each, that belong to what was sent, as far as it tells them.
    """

    code = "private_key_sent"

    def __init__(self, public_halves: frozenset[bytes]) -> None:
        self.public_halves = public_halves
        super().__init__(
            "Det er en privat nøgle, og den må aldrig forlade partneren. Den er ikke gemt her, men den er delt og må "
            "ikke bruges: Bed partneren lave et nyt nøglepar og sende den offentlige nøgle. Er nøglen allerede "
            "registreret, så tilbagekald den straks."
        )


class NoPublicKey(Refused):
    """Raised when what was sent isn't a public key that we take."""

    code = "no_public_key"

    def __init__(self) -> None:
        super().__init__(
            "Det er ikke en offentlig Ed25519-nøgle. Den skal være som PEM (-----BEGIN PUBLIC KEY-----) eller som JWK "
            '({"kty": "OKP", "crv": "Ed25519", …}).'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A partner's registered key. It holds from `registered_at` until `not_after` or `revoked_at`, if there is any."""

    key_id: str
    partner_id: str
    raw: bytes  # the 32 bytes of the point
    registered_at: datetime
    not_after: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.raw)

    def is_live(self, now: datetime) -> bool:
        """Whether calls signed with it are taken: from the instant of `not_after` they aren't."""
        return self.revoked_at is None and (self.not_after is None or now < self.not_after)


def read(text: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key that is written as PEM or as a JWK.

    Raises:
        PrivateKeySent: it is, or has with it, a private key.
        NoPublicKey: it is anything else.
    """
    if "PRIVATE" in text.upper():
        raise PrivateKeySent(private_keys.public_halves(text))
    raw = _from_jwk(text) if text.lstrip().startswith(("{", "[")) else _from_pem(text)
    if raw is None or len(text) > _MOST_CHARACTERS or bytes([*raw[:-1], raw[-1] & 0x7F]) in _SMALL_ORDER:
        raise NoPublicKey
    return raw


def fingerprint(raw: bytes) -> str:
    """Return the SHA-256 of the key's DER, in hexadecimal digits.

    The partner reads the same with `openssl pkey -pubin -in public-key.pem -outform DER | openssl dgst -sha256`.
    """
    return hashlib.sha256(_SPKI + raw).hexdigest()


def _from_pem(text: str) -> bytes | None:
    found = _PEM.fullmatch(text.strip())
    der = _decoded("".join(found[1].split())) if found else None
    if der is None or len(der) != len(_SPKI) + _KEY_BYTES or not der.startswith(_SPKI):
        return None
    return der.removeprefix(_SPKI)


def _from_jwk(text: str) -> bytes | None:
    try:
        jwk = json.loads(text)
        is_private = _has_private_member(jwk)
    except (ValueError, RecursionError):
        return None
    if is_private:
        raise PrivateKeySent(private_keys.public_halves(text))
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        return None
    x = jwk.get("x")
    if not isinstance(x, str) or re.fullmatch(r"[A-Za-z0-9_-]{43}", x) is None:
        return None
    return _decoded(x.replace("-", "+").replace("_", "/") + "=")


def _has_private_member(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(_PRIVATE_MEMBERS & value.keys()) or any(_has_private_member(item) for item in value.values())
    return isinstance(value, list) and any(_has_private_member(item) for item in value)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
