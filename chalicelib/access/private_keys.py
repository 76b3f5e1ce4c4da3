"""What a private key gives away when it is sent to us: its public half, so that it can be turned away later. Pure.

Only public halves leave this module. One that is under a password is read where it stands in the clear.

Source: RFC 8410 (Ed25519 in PKCS #8), RFC 8037 (as a JWK), OpenSSH's PROTOCOL.key.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_KEY_BYTES = 32
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----([A-Za-z0-9+/=\s]+)-----END")
# What stands before the key's 32 bytes: in PKCS #8 the private ones, elsewhere the public ones.
_BEFORE_PRIVATE = bytes.fromhex("06032b657004220420")
_BEFORE_PUBLIC = (
    bytes.fromhex("302a300506032b6570032100"),  # SubjectPublicKeyInfo, beside a private key
    bytes.fromhex("0000000b") + b"ssh-ed25519" + bytes.fromhex("00000020"),  # OpenSSH
)


def public_halves(text: str) -> frozenset[bytes]:
    """Return the 32 bytes of each Ed25519 public key that can be read from a text with private keys in it."""
    in_pem = (half for block in _PEM.findall(text) for half in _in_der(_decoded("".join(block.split()))))
    return frozenset((*in_pem, *_in_json(text)))


def _in_der(der: bytes) -> list[bytes]:
    private = _after(der, _BEFORE_PRIVATE)
    found = [_after(der, before) for before in _BEFORE_PUBLIC]
    return [*([_public(private)] if private else []), *(each for each in found if each)]


def _in_json(text: str) -> list[bytes]:
    try:
        return _in_jwk(json.loads(text))
    except (ValueError, RecursionError):
        return []


def _in_jwk(value: Any) -> list[bytes]:
    if isinstance(value, list):
        return [half for each in value for half in _in_jwk(each)]
    if not isinstance(value, dict):
        return []
    nested = [half for each in value.values() for half in _in_jwk(each)]
    private = value.get("d")
    if value.get("crv") != "Ed25519" or not isinstance(private, str):
        return nested
    raw = _decoded(private.rstrip("=").replace("-", "+").replace("_", "/") + "=")
    return [*nested, *([_public(raw)] if len(raw) == _KEY_BYTES else [])]


def _public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _after(der: bytes, before: bytes) -> bytes | None:
    """Return the key that stands after certain bytes, or None when they, or enough after them, aren't there."""
    _, found, rest = der.partition(before)
    return rest[:_KEY_BYTES] if found and len(rest) >= _KEY_BYTES else None


def _decoded(text: str) -> bytes:
    """Return the bytes; none when it isn't base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
