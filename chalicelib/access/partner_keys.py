"""The keys that partners sign with: registered by the secretariat, two live ones at most, revoked at once.

Every change is written with who did it and when.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import datetime

from chalicelib.access import key_store, public_keys
from chalicelib.access.key_store import KeyChange, Known, changes, find, keys
from chalicelib.access.public_keys import Key, PrivateKeySent
from chalicelib.common.clock import Clock
from chalicelib.common.errors import NotFound, Refused

__all__ = [
    "register",
    "retire_on",
    "revoke",
    "live_keys",
    "find",
    "keys",
    "changes",
    "KeyChange",
    "TooManyKeys",
    "KeyKnown",
    "KeyGivenAway",
    "NoSuchKey",
    "KeyEnded",
]

MOST_LIVE_KEYS = 2
_PARTNER_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class TooManyKeys(Refused):
    """Raised when a partner has as many live keys as it may."""

    code = "too_many_keys"

    def __init__(self) -> None:
        super().__init__("Partneren har allerede to gyldige nøgler. Tilbagekald den ene, før en ny registreres.")


class KeyKnown(Refused):
    """Raised when a key was registered before, by whomever, revoked or not."""

    code = "key_known"

    def __init__(self) -> None:
        super().__init__("Nøglen har været registreret før. Bed partneren lave et nyt nøglepar.")


class KeyGivenAway(Refused):
    """Raised when a key's private half was sent to us before: somebody else may have seen it."""

    code = "key_given_away"

    def __init__(self) -> None:
        super().__init__(
            "Nøglens private del er tidligere sendt hertil, så andre kan have set den. Bed partneren lave et nyt "
            "nøglepar, og sende den offentlige nøgle alene."
        )


class NoSuchKey(NotFound):
    """Raised when there is no such key."""

    def __init__(self) -> None:
        super().__init__("Nøglen findes ikke. Se nøglerne på partnerens side.")


class KeyEnded(Refused):
    """Raised when a key that no longer holds is to be changed, or is to end in the past."""

    code = "key_ended"

    def __init__(self) -> None:
        super().__init__(
            "Nøglen gælder ikke længere, eller tidspunktet er allerede passeret. Se listen igen, og vælg en senere dag."
        )


def register(partner_id: str, pem_or_jwk: str, *, by: str, clock: Clock) -> Key:
    """Register a partner's public key. It holds at once.

    Raises:
        PrivateKeySent: it is a private key; only the fingerprint of its public half is kept.
        NoPublicKey: it is no Ed25519 public key.
        KeyKnown: it was registered before.
        KeyGivenAway: its private half was sent before.
        TooManyKeys: the partner has two live keys.
        Conflict: somebody else changed the partner's keys just now.
    """
    assert _PARTNER_ID.fullmatch(partner_id), partner_id
    raw = _read(pem_or_jwk)
    seen = key_store.changes_so_far(partner_id)
    if len(live_keys(partner_id, clock=clock)) >= MOST_LIVE_KEYS:
        raise TooManyKeys
    known = key_store.known_as(raw)
    if known is not None:
        raise KeyGivenAway if known is Known.GIVEN_AWAY else KeyKnown
    key_id = f"{partner_id}.{secrets.token_hex(4)}"
    key = Key(key_id=key_id, partner_id=partner_id, raw=raw, registered_at=clock.now())
    return _changed(key, "registered", by=by, clock=clock, seen=seen)


def retire_on(key_id: str, not_after: datetime, *, by: str, clock: Clock) -> Key:
    """Let a live key end at an instant to come, so that it and its successor overlap until then.

    Raises:
        NoSuchKey: there is none.
        KeyEnded: it has ended, or the instant has passed.
        Conflict: somebody else changed the partner's keys just now.
    """
    seen, key = _found(key_id)
    if not key.is_live(clock.now()) or not_after <= clock.now():
        raise KeyEnded
    return _changed(replace(key, not_after=not_after), "retires", by=by, clock=clock, seen=seen)


def revoke(key_id: str, *, by: str, clock: Clock) -> Key:
    """End a key at once. To revoke one again changes nothing.

    Raises:
        NoSuchKey: there is none.
        Conflict: somebody else changed the partner's keys just now.
    """
    seen, key = _found(key_id)
    if key.revoked_at is not None:
        return key
    return _changed(replace(key, revoked_at=clock.now()), "revoked", by=by, clock=clock, seen=seen)


def live_keys(partner_id: str, *, clock: Clock) -> list[Key]:
    """Return the keys that a partner may sign with now, oldest first (strong read)."""
    return [key for key in keys(partner_id) if key.is_live(clock.now())]


def _read(pem_or_jwk: str) -> bytes:
    try:
        return public_keys.read(pem_or_jwk)
    except PrivateKeySent as sent:
        for half in sent.public_halves:
            key_store.remember_given_away(half)
        raise


def _found(key_id: str) -> tuple[int, Key]:
    """Return how often the partner's keys were changed before the key was read, and the key."""
    seen = key_store.changes_so_far(key_id.rpartition(".")[0])
    key = find(key_id)
    if key is None:
        raise NoSuchKey
    return seen, key


def _changed(key: Key, what: str, *, by: str, clock: Clock, seen: int) -> Key:
    change = KeyChange(key_id=key.key_id, what=what, by=by, at=clock.now(), not_after=key.not_after)
    key_store.write(key, change, seen=seen)
    return key
