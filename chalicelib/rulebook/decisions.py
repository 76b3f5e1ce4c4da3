"""The register of meetings and decisions: added to, never edited. What grants something names its decision here.

It lies in the rulebook's table: one small partition of meetings, and one of each meeting's items.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist

from chalicelib.common.danish import long_date
from chalicelib.common.errors import Conflict, NotFound
from chalicelib.rulebook.meetings import Decision, ItemType, Meeting, NotADecisionId, decision_id, parse_decision_id
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, Table, conflict_means, transaction

__all__ = [
    "Decision",
    "ItemType",
    "Meeting",
    "MeetingUnknown",
    "NotADecisionId",
    "add",
    "add_meeting",
    "decision_id",
    "get",
    "meetings",
    "of_meeting",
    "parse_decision_id",
    "seed",
]

_SEED = Path(__file__).with_name("decisions.json")
_MEETINGS = "meeting"


class MeetingUnknown(NotFound):
    """Raised when an agenda item is registered to a meeting that isn't."""

    code = "meeting_unknown"

    def __init__(self, day: date) -> None:
        super().__init__(f"Mødet den {long_date(day)} er ikke registreret. Registrér mødet først.")


class _MeetingRow(Table):
    feature = "rulebook"

    pk = UnicodeAttribute(hash_key=True, default=_MEETINGS)
    sk = UnicodeAttribute(range_key=True)
    host = UnicodeAttribute()
    registered_by = UnicodeAttribute()
    registered_at = InstantAttribute()

    def meeting(self) -> Meeting:
        return Meeting(
            day=date.fromisoformat(self.sk),
            host=self.host,
            registered_by=self.registered_by,
            registered_at=self.registered_at,
        )


class _ItemRow(Table):
    feature = "rulebook"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    item = IntegerAttribute()
    type = UnicodeAttribute()
    text = UnicodeAttribute()
    registered_by = UnicodeAttribute()
    registered_at = InstantAttribute()

    def decision(self) -> Decision:
        day = date.fromisoformat(self.pk.removeprefix(f"{_MEETINGS}#"))
        return Decision(
            decision_id=decision_id(day, self.item),
            meeting=day,
            item=self.item,
            type=ItemType(self.type),
            text=self.text,
            registered_by=self.registered_by,
            registered_at=self.registered_at,
        )


def get(decision_id: str) -> Decision | None:
    """Return the agenda item with this id, whatever its type (strong read); None when there is none.

    Raises:
        NotADecisionId: the text isn't an id at all.
    """
    day, item = parse_decision_id(decision_id)
    try:
        return _ItemRow.get(_items_of(day), _item_key(item), consistent_read=True).decision()
    except DoesNotExist:
        return None


def of_meeting(day: date) -> tuple[Decision, ...]:
    """Return a meeting's items, by number (strong read)."""
    return tuple(row.decision() for row in _ItemRow.query(_items_of(day), consistent_read=True))


def meetings() -> tuple[Meeting, ...]:
    """Return all meetings, latest first (strong read). About ten a year."""
    rows = _MeetingRow.query(_MEETINGS, consistent_read=True, scan_index_forward=False)
    return tuple(row.meeting() for row in rows)


def add_meeting(meeting: Meeting) -> None:
    """Register a meeting.

    Raises:
        Conflict: a meeting on this day is registered already.
    """
    row = _MeetingRow(
        _MEETINGS,
        meeting.day.isoformat(),
        host=meeting.host,
        registered_by=meeting.registered_by,
        registered_at=meeting.registered_at,
    )
    with conflict_means(f"Mødet den {long_date(meeting.day)} er registreret i forvejen."):
        row.save(condition=_MeetingRow.pk.does_not_exist())


def add(decision: Decision) -> None:
    """Register an agenda item of a registered meeting.

    Raises:
        MeetingUnknown: the meeting isn't registered.
        Conflict: the item is registered already; it is never edited.
    """
    assert decision.decision_id == decision_id(decision.meeting, decision.item)
    row = _ItemRow(
        _items_of(decision.meeting),
        _item_key(decision.item),
        item=decision.item,
        type=decision.type.value,
        text=decision.text,
        registered_by=decision.registered_by,
        registered_at=decision.registered_at,
    )
    day = decision.meeting.isoformat()
    try:
        with conflict_means(f"Punkt {decision.decision_id} er registreret i forvejen."), transaction() as writes:
            writes.condition_check(_MeetingRow, _MEETINGS, day, condition=_MeetingRow.pk.exists())
            writes.save(row, condition=_ItemRow.pk.does_not_exist())
    except Conflict as error:
        if get(decision.decision_id) is None:
            raise MeetingUnknown(decision.meeting) from error
        raise


def seed() -> int:
    """Store the known decisions of the package's seed file, and their meetings; return how many items were added."""
    added = 0
    for stored in json.loads(_SEED.read_text("utf-8")):
        day, registered_at = date.fromisoformat(stored["meeting"]), datetime.fromisoformat(stored["registered_at"])
        by = stored["registered_by"]
        with suppress(Conflict):  # another of its items, or an earlier seeding, brought it
            add_meeting(Meeting(day=day, host=stored["host"], registered_by=by, registered_at=registered_at))
        item = Decision(
            decision_id=decision_id(day, stored["item"]),
            meeting=day,
            item=stored["item"],
            type=ItemType(stored["type"]),
            text=stored["text"],
            registered_by=by,
            registered_at=registered_at,
        )
        try:
            add(item)
        except Conflict:
            continue
        added += 1
    return added


def _items_of(day: date) -> str:
    return f"{_MEETINGS}#{day.isoformat()}"


def _item_key(item: int) -> str:
    return f"item#{item:03d}"
