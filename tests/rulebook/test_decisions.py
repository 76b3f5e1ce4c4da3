"""The register of decisions: added to, never edited, found by an id that never changes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import Decision, ItemType, Meeting, MeetingUnknown, NotADecisionId

AT = datetime(2025, 1, 30, 9, 0, tzinfo=UTC)
MEETING = Meeting(day=date(2025, 1, 29), host="Viborg", registered_by="s@ddh.example", registered_at=AT)
ITEM = Decision(
    decision_id="2025-01-29/4",
    meeting=MEETING.day,
    item=4,
    type=ItemType.DECISION,
    text="Dispensation til Frederikssund",
    registered_by="s@ddh.example",
    registered_at=AT,
)


def test_the_known_decisions_are_seeded_once(aws: Any) -> None:
    assert decisions.seed() == 2
    assert decisions.seed() == 0

    entry_dates = decisions.get("2023-01-25/10")
    assert entry_dates is not None
    assert entry_dates.type is ItemType.DECISION
    assert [meeting.day for meeting in decisions.meetings()] == [date(2024, 6, 19), date(2023, 1, 25)]


def test_an_item_is_found_by_its_id_and_in_its_meeting_by_number(aws: Any) -> None:
    decisions.add_meeting(MEETING)
    told = replace(ITEM, decision_id="2025-01-29/12", item=12, type=ItemType.ORIENTATION)
    decisions.add(told)
    decisions.add(ITEM)

    assert decisions.get("2025-01-29/4") == ITEM
    assert decisions.get("2025-01-29/5") is None
    assert decisions.of_meeting(MEETING.day) == (ITEM, told)


def test_what_is_registered_is_never_edited(aws: Any) -> None:
    decisions.add_meeting(MEETING)
    decisions.add(ITEM)

    with pytest.raises(Conflict, match=r"2025-01-29/4 er registreret i forvejen"):
        decisions.add(replace(ITEM, text="noget andet"))
    with pytest.raises(Conflict, match=r"29. januar 2025 er registreret i forvejen"):
        decisions.add_meeting(replace(MEETING, host="Aarhus"))

    assert decisions.get("2025-01-29/4") == ITEM
    assert decisions.meetings() == (MEETING,)


def test_an_item_needs_its_meeting(aws: Any) -> None:
    with pytest.raises(MeetingUnknown, match="Registrér mødet først"):
        decisions.add(ITEM)


@pytest.mark.parametrize("text", ["", "2025-01-29", "2025-02-30/1", "2025-01-29/0", "2025-01-29/1000", "29.01.2025/4"])
def test_a_text_that_is_no_id_is_refused_saying_the_form(text: str) -> None:
    with pytest.raises(NotADecisionId, match="2024-06-19/12"):
        decisions.parse_decision_id(text)


@pytest.mark.parametrize(
    ("kind", "day", "grants"),
    [
        (ItemType.DECISION, date(2025, 1, 29), True),
        (ItemType.DECISION, date(2025, 1, 28), False),
        (ItemType.DISCUSSION, date(2025, 1, 30), False),
        (ItemType.ORIENTATION, date(2025, 1, 30), False),
    ],
)
def test_only_a_decision_grants_and_not_before_its_meeting(kind: ItemType, day: date, grants: bool) -> None:
    assert replace(ITEM, type=kind).grants_on(day) is grants
