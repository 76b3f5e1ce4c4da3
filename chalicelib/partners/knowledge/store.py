"""Knowledge updates as they are stored: each under its partner's key, and in a list by where it stands.

The partner's id is part of the key, so that nobody can name another's update.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib.common.errors import Conflict
from chalicelib.common.instants import instant_text
from chalicelib.partners.knowledge.update_json import update_from_json, update_to_json
from chalicelib.partners.knowledge.updates import KnowledgeUpdate, Status
from chalicelib.runtime.tables import JSONTextAttribute, Table, conflict_means, transaction

Also = Callable[[TransactWrite], None]

_WAITING = "knowledge-waiting"
_PUBLISHED = "knowledge-published"
_DECLINED = "knowledge-declined"
_PARTNER_ID = re.compile(r"[a-z0-9-]{1,40}")
_ID = re.compile(r"[0-9a-f]{24}")
_BEING_SENT = "Den samme viden er ved at blive sendt. Prøv igen om lidt."
_BEING_DECIDED = "En anden tog stilling imens. Se siden igen."


class _UpdateRow(Table):
    feature = "partners"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    status = UnicodeAttribute()
    update_ = JSONTextAttribute(attr_name="update")  # `update` is pynamodb's
    written_by = UnicodeAttribute()


class _ListedRow(Table):
    """An update in the list of those that wait, of those that agents know, or of those that were declined."""

    feature = "partners"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    update_ = JSONTextAttribute(attr_name="update")


def add(update: KnowledgeUpdate, *, also: Also) -> None:
    """Store a new update, and whatever `also` adds to the transaction: all of it, or nothing.

    Raises:
        Conflict: an update with this id is stored already.
    """
    row = _row_of(update)
    listed = _ListedRow(_WAITING, _waiting_key(update), update_=update_to_json(update))

    def write(writes: TransactWrite) -> None:
        writes.save(row, condition=_UpdateRow.pk.does_not_exist())
        writes.save(listed)
        also(writes)

    _commit(row, write, otherwise=_BEING_SENT)


def decide(update: KnowledgeUpdate, *, also: Also) -> None:
    """Store what was decided, and whatever `also` adds to the transaction: all of it, or nothing.

    Raises:
        Conflict: somebody else decided meanwhile.
    """
    row = _row_of(update)

    def write(writes: TransactWrite) -> None:
        writes.save(row, condition=_UpdateRow.status == Status.RECEIVED.value)
        writes.delete(_ListedRow(_WAITING, _waiting_key(update)))
        listed = _PUBLISHED if update.status is Status.PUBLISHED else _DECLINED
        writes.save(_ListedRow(listed, _decided_key(update), update_=update_to_json(update)))
        also(writes)

    _commit(row, write, otherwise=_BEING_DECIDED)


def get(partner_id: str, update_id: str) -> KnowledgeUpdate | None:
    """Return a partner's update as it is now (strong read). Whatever stands in an address may be asked for."""
    if not (_PARTNER_ID.fullmatch(partner_id) and _ID.fullmatch(update_id)):
        return None
    row = _stored(_pk(partner_id), update_id)
    return update_from_json(row.update_) if row else None


def waiting() -> tuple[KnowledgeUpdate, ...]:
    """Return what waits for the secretariat, the oldest first (strong read)."""
    rows = _ListedRow.query(_WAITING, consistent_read=True)
    return tuple(sorted((update_from_json(row.update_) for row in rows), key=lambda update: update.received_at))


def waiting_of(partner_id: str) -> int:
    """Return how many of a partner's wait (strong read)."""
    return _ListedRow.count(_WAITING, _ListedRow.sk.startswith(f"{partner_id}#"), consistent_read=True)


def published(*, at_most: int) -> tuple[KnowledgeUpdate, ...]:
    """Return what agents know, the latest published first (strong read)."""
    return _latest(_PUBLISHED, at_most=at_most)


def declined(*, at_most: int) -> tuple[KnowledgeUpdate, ...]:
    """Return what was declined, the latest first (strong read)."""
    return _latest(_DECLINED, at_most=at_most)


def _latest(listed: str, *, at_most: int) -> tuple[KnowledgeUpdate, ...]:
    rows = _ListedRow.query(listed, consistent_read=True, scan_index_forward=False, limit=at_most)
    return tuple(update_from_json(row.update_) for row in rows)


def _commit(row: _UpdateRow, write: Also, *, otherwise: str) -> None:
    """Write; a transaction whose answer was lost is tried again and then meets itself: it knows its own token."""
    try:
        with conflict_means(otherwise), transaction() as writes:
            write(writes)
    except Conflict:
        stored = _stored(row.pk, row.sk)
        if stored is None or stored.written_by != row.written_by:
            raise


def _row_of(update: KnowledgeUpdate) -> _UpdateRow:
    return _UpdateRow(
        _pk(update.partner_id),
        update.update_id,
        status=update.status.value,
        update_=update_to_json(update),
        written_by=secrets.token_hex(8),
    )


def _stored(pk: str, sk: str) -> _UpdateRow | None:
    try:
        return _UpdateRow.get(pk, sk, consistent_read=True)
    except DoesNotExist:
        return None


def _pk(partner_id: str) -> str:
    return f"knowledge#{partner_id}"


def _waiting_key(update: KnowledgeUpdate) -> str:
    return f"{update.partner_id}#{update.update_id}"


def _decided_key(update: KnowledgeUpdate) -> str:
    assert update.decided is not None
    return f"{instant_text(update.decided.at)}#{update.partner_id}#{update.update_id}"
