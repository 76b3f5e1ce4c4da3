"""Where partners are told, as it is stored: an endpoint a partner, with its history beside it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib.common.errors import Conflict
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.runtime.tables import (
    InstantAttribute,
    IntegerAttribute,
    JSONTextAttribute,
    Table,
    conflict_means,
    transaction,
)
from chalicelib.webhooks.endpoint import Change, Endpoint, Secret, What

Also = Callable[[TransactWrite], None]

_SK = "endpoint"
_BUSY = "Adressen blev ændret af en anden imens. Se siden igen, og prøv så."


class _Row(Table):
    feature = "webhooks"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    version = IntegerAttribute()
    url = UnicodeAttribute(null=True)
    secrets = JSONTextAttribute()
    off_since = InstantAttribute(null=True)


class _ChangeRow(Table):
    feature = "webhooks"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    what = UnicodeAttribute()
    by = UnicodeAttribute()
    at = InstantAttribute()
    written_by = UnicodeAttribute()


def get(partner_id: str) -> Endpoint:
    """Return where a partner is told, as it is now (strong read); one without an address when it is told nothing."""
    try:
        row = _Row.get(_pk(partner_id), _SK, consistent_read=True)
    except DoesNotExist:
        return Endpoint(partner_id=partner_id)
    return Endpoint(
        partner_id=partner_id,
        version=row.version,
        url=row.url,
        secrets=tuple(_secret(each) for each in row.secrets),
        off_since=row.off_since,
    )


def history(partner_id: str) -> tuple[Change, ...]:
    """Return what was done with a partner's endpoint, oldest first (strong read)."""
    rows = _ChangeRow.query(_pk(partner_id), _ChangeRow.sk.startswith("change#"), consistent_read=True)
    return tuple(Change(what=What(row.what), by=row.by, at=row.at) for row in rows)


def write(after: Endpoint, change: Change, *, also: Also = lambda _: None) -> None:
    """Store an endpoint's next version with its history, and whatever `also` adds: all of it, or nothing.

    A transaction whose answer was lost is tried again and then meets itself: it knows its own token.

    Raises:
        Conflict: somebody else changed it since it was read.
    """
    pk, token = _pk(after.partner_id), secrets.token_hex(8)
    row = _Row(
        pk,
        _SK,
        version=after.version,
        url=after.url,
        secrets=[_secret_json(each) for each in after.secrets],
        off_since=after.off_since,
    )
    entry = _ChangeRow(pk, _change(after.version), what=change.what.value, by=change.by, at=change.at, written_by=token)
    unchanged = _Row.pk.does_not_exist() if after.version == 1 else _Row.version == after.version - 1
    try:
        with conflict_means(_BUSY), transaction() as writes:
            writes.save(row, condition=unchanged)
            writes.save(entry, condition=_ChangeRow.pk.does_not_exist())
            also(writes)
    except Conflict:
        if _written_by(after) != token:
            raise


def _written_by(endpoint: Endpoint) -> str | None:
    try:
        row = _ChangeRow.get(_pk(endpoint.partner_id), _change(endpoint.version), consistent_read=True)
    except DoesNotExist:
        return None
    return row.written_by


def _secret(stored: dict[str, Any]) -> Secret:
    ends_at = instant_from(stored["ends_at"]) if stored["ends_at"] else None
    return Secret(value=stored["value"], made_at=instant_from(stored["made_at"]), ends_at=ends_at)


def _secret_json(secret: Secret) -> dict[str, Any]:
    ends_at = instant_text(secret.ends_at) if secret.ends_at else None
    return {"value": secret.value, "made_at": instant_text(secret.made_at), "ends_at": ends_at}


def _pk(partner_id: str) -> str:
    return f"partner#{partner_id}"


def _change(version: int) -> str:
    return f"change#{version:06d}"
