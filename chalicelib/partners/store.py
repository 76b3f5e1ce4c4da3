"""Partners as they are stored: each as one item with all its agreements, its history beside it, and who holds a name.

Every step is one transaction on the condition that nobody took another in between. The partners, some tens of them, are
one partition: one query reads them all.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib.common.errors import Conflict
from chalicelib.partners import naming, refusals
from chalicelib.partners.agreements import Entry, Event, Partner, Partnership, Step
from chalicelib.partners.partner_json import (
    entry_from_json,
    entry_to_json,
    partnership_from_json,
    partnership_to_json,
)
from chalicelib.runtime.tables import IntegerAttribute, JSONTextAttribute, Table, conflict_means, transaction

Also = Callable[[TransactWrite], None]

_PARTNERS = "partner"
_NEWSLETTER = "newsletter"
_CLAIM = "claim"
_ID = re.compile(r"(?=.{1,40}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_BUSY = "Partneren blev ændret af en anden imens. Se siden igen, og prøv så."
_BUSY_NEW = "Partneren blev ikke oprettet, for noget andet blev skrevet imens. Prøv igen."


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that the next newsletter may tell: what happened on a day, to which agreement, under which decision."""

    on: date
    partner_id: str
    partner_name: str
    what: Event
    start: date
    end: date | None
    decision_id: str | None


class _PartnerRow(Table):
    feature = "partners"

    pk = UnicodeAttribute(hash_key=True, default=_PARTNERS)
    sk = UnicodeAttribute(range_key=True)
    version = IntegerAttribute()
    partnership = JSONTextAttribute()


class _EntryRow(Table):
    feature = "partners"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    entry = JSONTextAttribute()
    written_by = UnicodeAttribute()


class _ClaimRow(Table):
    """Whose the name of a queue, or of a partner, is: figures of one queue are one partner's."""

    feature = "partners"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_CLAIM)
    partner_id = UnicodeAttribute()


class _NewsRow(Table):
    """Something that the next newsletter may tell."""

    feature = "partners"

    pk = UnicodeAttribute(hash_key=True, default=_NEWSLETTER)
    sk = UnicodeAttribute(range_key=True)
    item = JSONTextAttribute()


def commit(step: Step, *, also: Also = lambda _: None) -> None:
    """Store what happened to a partner, and whatever `also` adds to the transaction: all of it, or nothing.

    A transaction whose answer was lost is tried again and then meets itself: it knows its own token.

    Raises:
        PartnerTaken: the partner's name or queue is another's.
        Conflict: somebody else wrote the partner since it was read, or `also` met a conflict.
    """
    partnership, token = step.partnership, secrets.token_hex(8)
    partner_id, version = partnership.partner_id, partnership.version
    is_new = step.entry.what is Event.REGISTERED
    row = _PartnerRow(_PARTNERS, partner_id, version=version, partnership=partnership_to_json(partnership))
    entry = _EntryRow(_history(partner_id), _entry_key(version), entry=entry_to_json(step.entry), written_by=token)
    unchanged = _PartnerRow.pk.does_not_exist() if is_new else _PartnerRow.version == version - 1
    try:
        with conflict_means(_BUSY_NEW if is_new else _BUSY), transaction() as writes:
            writes.save(row, condition=unchanged)
            writes.save(entry, condition=_EntryRow.pk.does_not_exist())
            if is_new:
                move_claims(writes, before=None, after=partnership.partner)
            also(writes)
    except Conflict as conflict:
        if _written_by(partner_id, version) == token:
            return
        if (is_new and get(partner_id)) or _is_anothers(partnership.partner):
            raise refusals.PartnerTaken from conflict
        raise


def move_claims(writes: TransactWrite, *, before: Partner | None, after: Partner) -> None:
    """Add to a partner's transaction that it alone is called what it is now called, and no more what it was called."""
    held = naming.claims_of(before) if before else frozenset()
    wanted = naming.claims_of(after)
    for key in held - wanted:
        writes.delete(_ClaimRow(key, _CLAIM), condition=_ClaimRow.partner_id == after.partner_id)
    for key in wanted - held:
        writes.save(_ClaimRow(key, _CLAIM, partner_id=after.partner_id), condition=_ClaimRow.pk.does_not_exist())


def get(partner_id: str) -> Partnership | None:
    """Return a partner as it is now (strong read). Whatever stands in an address may be asked for."""
    if not _ID.fullmatch(partner_id):
        return None
    try:
        row = _PartnerRow.get(_PARTNERS, partner_id, consistent_read=True)
    except DoesNotExist:
        return None
    return partnership_from_json(row.partnership)


def all_partners() -> tuple[Partnership, ...]:
    """Return every partner, by id (strong read)."""
    rows = _PartnerRow.query(_PARTNERS, consistent_read=True)
    return tuple(partnership_from_json(row.partnership) for row in rows)


def history(partner_id: str) -> tuple[Entry, ...]:
    """Return what happened to a partner, oldest first (strong read)."""
    return tuple(entry_from_json(row.entry) for row in _EntryRow.query(_history(partner_id), consistent_read=True))


def note_news(writes: TransactWrite, step: Step) -> None:
    """Add to a transaction that the next newsletter may tell of this."""
    agreement = step.partnership.numbered(step.entry.agreement or 0)
    assert agreement is not None
    end = agreement.period.end
    item = {
        "partner": step.partnership.partner.name,
        "what": step.entry.what.value,
        "start": agreement.period.start.isoformat(),
        "end": end.isoformat() if end else None,
        "decision_id": step.entry.decision_id,
    }
    key = f"{step.entry.act.on.isoformat()}#{step.partnership.partner_id}#{step.entry.number:06d}"
    writes.save(_NewsRow(_NEWSLETTER, key, item=item))


def news() -> tuple[News, ...]:
    """Return what newsletters may tell, oldest first."""
    return tuple(_news(row) for row in _NewsRow.query(_NEWSLETTER, consistent_read=True))


def _news(row: _NewsRow) -> News:
    on, partner_id, _ = row.sk.split("#")
    return News(
        on=date.fromisoformat(on),
        partner_id=partner_id,
        partner_name=row.item["partner"],
        what=Event(row.item["what"]),
        start=date.fromisoformat(row.item["start"]),
        end=date.fromisoformat(row.item["end"]) if row.item["end"] else None,
        decision_id=row.item["decision_id"],
    )


def _written_by(partner_id: str, version: int) -> str | None:
    try:
        return _EntryRow.get(_history(partner_id), _entry_key(version), consistent_read=True).written_by
    except DoesNotExist:
        return None


def _history(partner_id: str) -> str:
    return f"history#{partner_id}"


def _entry_key(version: int) -> str:
    return f"{version:06d}"


def _is_anothers(partner: Partner) -> bool:
    """Whether another partner is called what this one would be (strong reads)."""
    holders = (_holder(key) for key in naming.claims_of(partner))
    return any(holder not in (None, partner.partner_id) for holder in holders)


def _holder(claim: str) -> str | None:
    try:
        return _ClaimRow.get(claim, _CLAIM, consistent_read=True).partner_id
    except DoesNotExist:
        return None
