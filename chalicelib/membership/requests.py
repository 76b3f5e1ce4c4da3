"""A membership request (indmeldelse) as a value: what was asked, where it stands, and what happened to it.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from chalicelib.common.acts import Act
from chalicelib.members.member import Service

#: [A] Who never confirms is no longer waited for after this many days; the link lives as long.
DAYS_TO_CONFIRM = 7
#: Who acts when nobody does.
SYSTEM = "system"


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    VALIDATED = "validated"
    APPROVED = "approved"
    DECLINED = "declined"
    AGREEMENT_SENT = "agreement_sent"
    SIGNED = "signed"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


#: The contact has confirmed, and nothing is settled: such a request holds its municipality.
OPEN = (State.CONFIRMED, State.VALIDATED, State.APPROVED, State.AGREEMENT_SENT, State.SIGNED)
#: On the entry date these are too late, and need a new one.
UNSIGNED = (State.CONFIRMED, State.VALIDATED, State.APPROVED, State.AGREEMENT_SENT)


class Event(StrEnum):
    """What happened to a request beside reaching a state."""

    NEW_DATE_NEEDED = "new_date_needed"
    NEW_DATE_CHOSEN = "new_date_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a municipality asks for, as the form and the API hand it in."""

    municipality_code: str
    services: frozenset[Service]
    entry_date: date
    contact_role: str
    contact_address: str
    dispensation_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The cooperation agreement of one request: what was sent, and who signed it by role."""

    version: str
    notice_months: int
    document_url: str
    sent_on: date
    signed_on: date | None = None
    signed_by_role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it stands. `version` counts its history; `decision_id` is that of the approval or refusal."""

    request_id: str
    asked: Submission
    submitted_on: date
    submitted_at: datetime
    state: State
    version: int
    new_date_needed: bool = False
    decision_id: str | None = None
    agreement: Agreement | None = None

    @property
    def municipality_code(self) -> str:
        return self.asked.municipality_code

    @property
    def contact_address(self) -> str:
        return self.asked.contact_address

    @property
    def entry_date(self) -> date:
        return self.asked.entry_date

    @property
    def lapses_on(self) -> date:
        """The day on which it is given up if nobody has confirmed: after a full week."""
        return self.submitted_on + timedelta(days=DAYS_TO_CONFIRM + 1)

    def is_late_on(self, day: date) -> bool:
        """Whether its entry date has come, unsigned: it goes on only with a new date."""
        return self.new_date_needed or (self.state in UNSIGNED and self.entry_date <= day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a request's history. `number` is the version that it made."""

    number: int
    what: State | Event
    act: Act
    reason: str | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A request after something happened, and what happened."""

    request: Request
    entry: Entry
    #: Where the request stood before; None when it is new.
    was: State | None = None
