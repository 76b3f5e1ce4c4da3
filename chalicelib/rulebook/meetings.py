"""Meetings of the steering group and what was on their agenda: the values.

An agenda item of type B that is registered is a decision; its id ("2024-06-19/12") is the meeting's date and the
item's number, and never changes.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.common.errors import Refused

_DECISION_ID = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([1-9][0-9]{0,2})")


class ItemType(StrEnum):
    """What an agenda item is for: orientering, drøftelse, beslutning."""

    ORIENTATION = "O"
    DISCUSSION = "D"
    DECISION = "B"


class NotADecisionId(Refused):
    """Raised when a text is not a decision's id."""

    code = "not_a_decision_id"

    def __init__(self) -> None:
        super().__init__("Beslutningens nummer skrives som mødedato og punkt, for eksempel 2024-06-19/12.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting. `host` is where it was held: a municipality or another place."""

    day: date
    host: str
    registered_by: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One agenda item as it was decided, discussed or told. Only type B grants anything."""

    decision_id: str
    meeting: date
    item: int
    type: ItemType
    text: str
    registered_by: str
    registered_at: datetime

    def grants_on(self, day: date) -> bool:
        """Whether it is a decision, and taken on or before the day."""
        return self.type is ItemType.DECISION and self.meeting <= day


def decision_id(meeting: date, item: int) -> str:
    """Return `2024-06-19/12`."""
    return f"{meeting.isoformat()}/{item}"


def parse_decision_id(text: str) -> tuple[date, int]:
    """Return the meeting's date and the item's number.

    Raises:
        NotADecisionId: the text has another form.
    """
    match = _DECISION_ID.fullmatch(text)
    if match is None:
        raise NotADecisionId
    try:
        return date.fromisoformat(match[1]), int(match[2])
    except ValueError as error:
        raise NotADecisionId from error
