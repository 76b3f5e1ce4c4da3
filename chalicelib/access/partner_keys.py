"""The keys that partners sign with: registered by the secretariat, two live ones at most, revoked at once.

A partner's keys lie in the partner's own partition, and a key's id begins with the partner's: whose key it is can't be
mistaken, and reading one is one read by key. Every change is written with who did it and when.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.access import public_keys
from chalicelib.access.public_keys import Key
from chalicelib.common.clock import Clock
from chalicelib.common.errors import NotFound, Refused
from chalicelib.runtime.tables import IntegerAttribute, Table, conflict_means, transaction

MOST_LIVE_KEYS = 2
_PARTNER_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEY_ID = re.compile(r"[a-z0-9-]{1,60}\.[0-9a-f]{8}")


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


class NoSuchKey(NotFound):
    """Raised when there is no such key."""

    def __init__(self) -> None:
        super().__init__("Nøglen findes ikke.")


class KeyEnded(Refused):
    """Raised when a key that no longer holds is to be changed, or is to end in the past."""

    code = "key_ended"

    def __init__(self) -> None:
        super().__init__("Nøglen gælder ikke længere, eller tidspunktet er allerede passeret.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """What was done with a key: `registered`, `retires` (at `not_after`) or `revoked`. `by` is an address."""

    key_id: str
    what: str
    by: str
    at: datetime
    not_after: datetime | None = None


class _Key(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    raw = UnicodeAttribute()
    registered_at = UnicodeAttribute()
    not_after = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)


class _Ring(Table):
    """Counts a partner's changes, so that of two at the same time one is done."""

    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="keys")
    changes = IntegerAttribute()


class _Change(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    key_id = UnicodeAttribute()
    what = UnicodeAttribute()
    by = UnicodeAttribute()
    at = UnicodeAttribute()
    not_after = UnicodeAttribute(null=True)


class _Claim(Table):
    """Says that a key was registered once."""

    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="claim")
    key_id = UnicodeAttribute()


def register(partner_id: str, pem_or_jwk: str, *, by: str, clock: Clock) -> Key:
    """Register a partner's public key. It holds at once.

    Raises:
        PrivateKeySent: it is a private key; nothing of it is kept.
        NoPublicKey: it is no Ed25519 public key.
        KeyKnown: it was registered before.
        TooManyKeys: the partner has two live keys.
        Conflict: somebody else changed the partner's keys just now.
    """
    assert _PARTNER_ID.fullmatch(partner_id), partner_id
    raw = public_keys.read(pem_or_jwk)
    ring = _ring(partner_id)
    if len(live_keys(partner_id, clock=clock)) >= MOST_LIVE_KEYS:
        raise TooManyKeys
    if _is_known(raw):
        raise KeyKnown
    key = Key(key_id=f"{partner_id}.{secrets.token_hex(4)}", partner_id=partner_id, raw=raw, registered_at=clock.now())

    def write(to: TransactWrite) -> None:
        to.save(_row(key), condition=_Key.pk.does_not_exist())
        to.save(_Claim(_claim(raw), key_id=key.key_id), condition=_Claim.pk.does_not_exist())

    _change(ring, key, "registered", by=by, at=key.registered_at, write=write)
    return key


def retire_on(key_id: str, not_after: datetime, *, by: str, clock: Clock) -> Key:
    """Let a live key end at an instant to come, so that it and its successor overlap until then.

    Raises:
        NoSuchKey: there is none.
        KeyEnded: it has ended, or the instant has passed.
        Conflict: somebody else changed the partner's keys just now.
    """
    ring, key = _found(key_id)
    if not key.is_live(clock.now()) or not_after <= clock.now():
        raise KeyEnded
    return _changed(ring, replace(key, not_after=not_after), "retires", by=by, clock=clock)


def revoke(key_id: str, *, by: str, clock: Clock) -> Key:
    """End a key at once. To revoke one again changes nothing.

    Raises:
        NoSuchKey: there is none.
        Conflict: somebody else changed the partner's keys just now.
    """
    ring, key = _found(key_id)
    if key.revoked_at is not None:
        return key
    return _changed(ring, replace(key, revoked_at=clock.now()), "revoked", by=by, clock=clock)


def find(key_id: str) -> Key | None:
    """Return a key, live or not (strong read). `key_id` may be anything."""
    if _KEY_ID.fullmatch(key_id) is None:
        return None
    try:
        row = _Key.get(_pk(key_id.rpartition(".")[0]), f"key#{key_id}", consistent_read=True)
    except _Key.DoesNotExist:
        return None
    return _key(row)


def keys(partner_id: str) -> list[Key]:
    """Return all keys that a partner ever had, oldest first (strong read)."""
    rows = _Key.query(_pk(partner_id), _Key.sk.startswith("key#"), consistent_read=True)
    return sorted((_key(row) for row in rows), key=lambda key: key.registered_at)


def live_keys(partner_id: str, *, clock: Clock) -> list[Key]:
    """Return the keys that a partner may sign with now, oldest first (strong read)."""
    return [key for key in keys(partner_id) if key.is_live(clock.now())]


def changes(partner_id: str) -> list[KeyChange]:
    """Return what was done with a partner's keys, oldest first."""
    return [
        KeyChange(key_id=row.key_id, what=row.what, by=row.by, at=_instant(row.at), not_after=_maybe(row.not_after))
        for row in _Change.query(_pk(partner_id), _Change.sk.startswith("keychange#"))
    ]


def _found(key_id: str) -> tuple[_Ring, Key]:
    """Return the partner's ring as it was before the key was read, and the key."""
    ring = _ring(key_id.rpartition(".")[0])
    key = find(key_id)
    if key is None:
        raise NoSuchKey
    return ring, key


def _changed(ring: _Ring, key: Key, what: str, *, by: str, clock: Clock) -> Key:
    _change(ring, key, what, by=by, at=clock.now(), write=lambda to: to.save(_row(key), condition=_Key.pk.exists()))
    return key


def _change(ring: _Ring, key: Key, what: str, *, by: str, at: datetime, write: Callable[[TransactWrite], None]) -> None:
    """Write a change of a key with its history, if the partner's keys are as they were when the ring was read."""
    number = ring.changes + 1
    as_read = _Ring.changes == ring.changes if ring.changes else _Ring.pk.does_not_exist()
    with conflict_means("Partnerens nøgler er ændret imens. Se listen igen."), transaction() as writing:
        write(writing)
        writing.save(_Ring(ring.pk, changes=number), condition=as_read)
        writing.save(
            _Change(
                ring.pk,
                f"keychange#{number:06}",
                key_id=key.key_id,
                what=what,
                by=by,
                at=_text(at),
                not_after=_text(key.not_after) if key.not_after else None,
            ),
            condition=_Change.pk.does_not_exist(),
        )


def _ring(partner_id: str) -> _Ring:
    try:
        return _Ring.get(_pk(partner_id), "keys", consistent_read=True)
    except _Ring.DoesNotExist:
        return _Ring(_pk(partner_id), changes=0)


def _is_known(raw: bytes) -> bool:
    try:
        _Claim.get(_claim(raw), "claim", consistent_read=True)
    except _Claim.DoesNotExist:
        return False
    return True


def _row(key: Key) -> _Key:
    return _Key(
        _pk(key.partner_id),
        f"key#{key.key_id}",
        raw=base64.b64encode(key.raw).decode("ascii"),
        registered_at=_text(key.registered_at),
        not_after=_text(key.not_after) if key.not_after else None,
        revoked_at=_text(key.revoked_at) if key.revoked_at else None,
    )


def _key(row: _Key) -> Key:
    return Key(
        key_id=row.sk.removeprefix("key#"),
        partner_id=row.pk.removeprefix("partner#"),
        raw=base64.b64decode(row.raw),
        registered_at=_instant(row.registered_at),
        not_after=_maybe(row.not_after),
        revoked_at=_maybe(row.revoked_at),
    )


def _pk(partner_id: str) -> str:
    return f"partner#{partner_id}"


def _claim(raw: bytes) -> str:
    return f"key#{public_keys.fingerprint(raw)}"


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)
