"""What is stored of partners' keys: each key, that it was registered once, and what was done with it by whom.

A partner's keys lie in the partner's own partition, and a key's id begins with the partner's: whose key it is can't be
mistaken, and reading one is one read by key.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.access import public_keys
from chalicelib.access.public_keys import Key
from chalicelib.runtime.tables import IntegerAttribute, Table, conflict_means, transaction

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
        KeyChange(key_id=row.key_id, what=row.what, by=row.by, at=_instant(row.at), not_after=_maybe(row.not_after))
        for row in _Change.query(_pk(partner_id), _Change.sk.startswith("keychange#"))
    ]


def changes_so_far(partner_id: str) -> int:
    """Return how often a partner's keys were changed (strong read). `write` holds a change to it."""
    try:
        return _Ring.get(_pk(partner_id), "keys", consistent_read=True).changes
    except _Ring.DoesNotExist:
        return 0


def is_known(raw: bytes) -> bool:
    """Whether a key was ever registered, by whomever (strong read)."""
    try:
        _Claim.get(_claim(raw), "claim", consistent_read=True)
    except _Claim.DoesNotExist:
        return False
    return True


def write(key: Key, change: KeyChange, *, seen: int) -> None:
    """Store a new or changed key with its history, if the partner's keys are as they were when `seen` was read.

    Raises:
        Conflict: they aren't.
    """
    pk = _pk(key.partner_id)
    is_new = change.what == "registered"
    with conflict_means("Partnerens nøgler er ændret imens. Se listen igen."), transaction() as writing:
        writing.save(_row(key), condition=_Key.pk.does_not_exist() if is_new else _Key.pk.exists())
        if is_new:
            writing.save(_Claim(_claim(key.raw), key_id=key.key_id), condition=_Claim.pk.does_not_exist())
        as_seen = _Ring.changes == seen if seen else _Ring.pk.does_not_exist()
        writing.save(_Ring(pk, changes=seen + 1), condition=as_seen)
        writing.save(
            _Change(
                pk,
                f"keychange#{seen + 1:06}",
                key_id=change.key_id,
                what=change.what,
                by=change.by,
                at=_text(change.at),
                not_after=_text(change.not_after) if change.not_after else None,
            ),
            condition=_Change.pk.does_not_exist(),
        )


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
