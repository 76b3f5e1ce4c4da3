"""What is stored of partners' keys: each key, that it was registered once, and what was done with it by whom.

Of a key whose private half was sent to us, the fingerprint of the public one is stored, and nothing else.

A partner's keys lie in the partner's own partition, and a key's id begins with the partner's: whose key it is can't be
mistaken, and reading one is one read by key.
"""

from __future__ import annotations

import base64
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from pynamodb.attributes import UnicodeAttribute

from chalicelib.access import public_keys
from chalicelib.access.public_keys import Key
from chalicelib.common.errors import Conflict
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, Table, conflict_means, transaction

_KEY_ID = re.compile(r"[a-z0-9-]{1,60}\.[0-9a-f]{8}")


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
    registered_at = InstantAttribute()
    not_after = InstantAttribute(null=True)
    revoked_at = InstantAttribute(null=True)


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
    at = InstantAttribute()
    not_after = InstantAttribute(null=True)
    written_by = UnicodeAttribute()


class Known(Enum):
    """What there is to say against registering a key."""

    REGISTERED = auto()  # it was registered before, by whomever
    GIVEN_AWAY = auto()  # its private half was sent to us


class _Claim(Table):
    """Says that a key was registered once or, without an id, never can be: its private half was sent."""

    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="claim")
    key_id = UnicodeAttribute(null=True)


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


def changes(partner_id: str) -> list[KeyChange]:
    """Return what was done with a partner's keys, oldest first."""
    return [
        KeyChange(key_id=row.key_id, what=row.what, by=row.by, at=row.at, not_after=row.not_after)
        for row in _Change.query(_pk(partner_id), _Change.sk.startswith("keychange#"))
    ]


def changes_so_far(partner_id: str) -> int:
    """Return how often a partner's keys were changed (strong read). `write` holds a change to it."""
    try:
        return _Ring.get(_pk(partner_id), "keys", consistent_read=True).changes
    except _Ring.DoesNotExist:
        return 0


def known_as(raw: bytes) -> Known | None:
    """Return what is known of a key, or None (strong read)."""
    try:
        claim = _Claim.get(_claim(raw), "claim", consistent_read=True)
    except _Claim.DoesNotExist:
        return None
    return Known.GIVEN_AWAY if claim.key_id is None else Known.REGISTERED


def remember_given_away(raw: bytes) -> None:
    """Remember that a key's private half was sent. One that was registered before stays known as that."""
    with suppress(Conflict), conflict_means("Nøglen er allerede kendt."):
        _Claim(_claim(raw)).save(condition=_Claim.pk.does_not_exist())


def write(key: Key, change: KeyChange, *, seen: int) -> None:
    """Store a new or changed key with its history, if the partner's keys are as they were when `seen` was read.

    A transaction whose answer was lost is tried again and then meets itself: it knows its own token.

    Raises:
        Conflict: they aren't.
    """
    pk, token = _pk(key.partner_id), secrets.token_hex(8)
    is_new = change.what == "registered"
    entry = _Change(
        pk,
        _change_key(seen + 1),
        key_id=change.key_id,
        what=change.what,
        by=change.by,
        at=change.at,
        not_after=change.not_after,
        written_by=token,
    )
    as_seen = _Ring.changes == seen if seen else _Ring.pk.does_not_exist()
    try:
        with conflict_means("Partnerens nøgler er ændret imens. Se listen igen."), transaction() as writing:
            writing.save(_row(key), condition=_Key.pk.does_not_exist() if is_new else _Key.pk.exists())
            if is_new:
                writing.save(_Claim(_claim(key.raw), key_id=key.key_id), condition=_Claim.pk.does_not_exist())
            writing.save(_Ring(pk, changes=seen + 1), condition=as_seen)
            writing.save(entry, condition=_Change.pk.does_not_exist())
    except Conflict:
        if _written_by(pk, seen + 1) != token:
            raise


def _written_by(pk: str, number: int) -> str | None:
    try:
        return _Change.get(pk, _change_key(number), consistent_read=True).written_by
    except _Change.DoesNotExist:
        return None


def _row(key: Key) -> _Key:
    return _Key(
        _pk(key.partner_id),
        f"key#{key.key_id}",
        raw=base64.b64encode(key.raw).decode("ascii"),
        registered_at=key.registered_at,
        not_after=key.not_after,
        revoked_at=key.revoked_at,
    )


def _key(row: _Key) -> Key:
    return Key(
        key_id=row.sk.removeprefix("key#"),
        partner_id=row.pk.removeprefix("partner#"),
        raw=base64.b64decode(row.raw),
        registered_at=row.registered_at,
        not_after=row.not_after,
        revoked_at=row.revoked_at,
    )


def _pk(partner_id: str) -> str:
    return f"partner#{partner_id}"


def _change_key(number: int) -> str:
    return f"keychange#{number:06}"


def _claim(raw: bytes) -> str:
    return f"key#{public_keys.fingerprint(raw)}"
