"""A partner and its agreements as values: who buys which queue, from when to when, and what happened to it.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from chalicelib.common.acts import Act
from chalicelib.partners.periods import Period

#: Who acts when nobody does.
SYSTEM = "system"


class State(StrEnum):
    """Where one agreement stands. `dropped`: it never began."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"
    DROPPED = "dropped"


class Stage(StrEnum):
    """Where a partner stands as a whole: what its agreements make of it on a day."""

    DIALOGUE = "dialogue"
    PROPOSED = "proposed"
    COMING = "coming"
    ACTIVE = "active"
    ENDED = "ended"


class Event(StrEnum):
    """What happened to a partner."""

    REGISTERED = "registered"
    CONTACTS_CHANGED = "contacts_changed"
    CORRECTED = "corrected"
    PROPOSED = "proposed"
    DROPPED = "dropped"
    ACTIVATED = "activated"
    REMINDED = "reminded"
    REVIEWED = "reviewed"
    EVALUATED = "evaluated"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_DECLINED = "extension_declined"
    EXTENDED = "extended"
    END_SET = "end_set"
    CONTINUED = "continued"
    ENDED = "ended"


class Party(StrEnum):
    """The two sides of an agreement."""

    SECRETARIAT = "secretariat"
    PARTNER = "partner"


class Answer(StrEnum):
    """What becomes of a wish to extend."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Who buys. `partner_id` stands in addresses; `queue` is the queue of calls it buys; `contacts` get its mail."""

    partner_id: str
    name: str
    cvr: str
    contacts: tuple[str, ...]
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed. `review_date` belongs to a period without an end, and to no other."""

    period: Period
    review_date: date | None
    coverage: str
    calls_per_month: int
    price_per_call_oere: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What one party says of an agreement before it runs out."""

    party: Party
    wants_to_go_on: bool
    calls_per_month: int
    text: str
    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One agreement. `mandate` is the decision's id; `end_was_set`: it was made to end earlier than agreed.

    `reminded` is the latest reminder so far, in days before it must be settled; one after the day is less than 0.
    """

    number: int
    terms: Terms
    state: State
    mandate: str | None = None
    end_was_set: bool = False
    reminded: int | None = None
    evaluations: tuple[Evaluation, ...] = ()

    @property
    def period(self) -> Period:
        return self.terms.period

    @property
    def settles_on(self) -> date:
        """The day that somebody must have decided by: its last day, or its review date."""
        settles_on = self.period.end or self.terms.review_date
        assert settles_on is not None, self.number
        return settles_on

    def review_is_overdue_on(self, day: date) -> bool:
        """Whether it has no end, still stands, and was not looked at again by its review date."""
        return self.state is State.ACTIVE and self.period.is_open and self.settles_on < day


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRequest:
    """A wish to go on until a day, as the partner (or the secretariat for it) put it. `key` makes it the same again."""

    key: str
    until: date
    calls_per_month: int
    asked_by: str
    asked_on: date
    answer: Answer = Answer.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership:
    """A partner with all its agreements and wishes; `version` counts its history. It is stored as one."""

    partner: Partner
    agreements: tuple[Agreement, ...] = ()
    extension_requests: tuple[ExtensionRequest, ...] = ()
    version: int

    @property
    def partner_id(self) -> str:
        return self.partner.partner_id

    @property
    def granted(self) -> tuple[Agreement, ...]:
        """Those that were activated and stand or stood, by time. Their periods never overlap."""
        granted = (each for each in self.agreements if each.state in (State.ACTIVE, State.ENDED))
        return tuple(sorted(granted, key=lambda each: each.period.start))

    @property
    def latest(self) -> Agreement | None:
        return self.granted[-1] if self.granted else None

    @property
    def proposal(self) -> Agreement | None:
        """The one that waits for its mandate."""
        return next((each for each in self.agreements if each.state is State.PROPOSED), None)

    @property
    def open_request(self) -> ExtensionRequest | None:
        return next((each for each in self.extension_requests if each.answer is Answer.OPEN), None)

    def numbered(self, number: int) -> Agreement | None:
        return next((each for each in self.agreements if each.number == number), None)

    def in_force_on(self, day: date) -> Agreement | None:
        """Return the agreement that holds on the day, by its days alone: it ends on time, whoever notes it late."""
        return next((each for each in self.granted if each.period.contains(day)), None)

    def begun_on(self, day: date) -> Agreement | None:
        """Return the latest agreement that has begun by the day, over or not."""
        return next((each for each in reversed(self.granted) if each.period.start <= day), None)

    def following(self, agreement: Agreement) -> Agreement | None:
        """Return the agreement that goes on the day after this one's last day."""
        if agreement.period.end is None:
            return None
        return self.in_force_on(agreement.period.end + timedelta(days=1))

    def stage_on(self, day: date) -> Stage:
        """Return where the partner stands on a day."""
        if self.in_force_on(day):
            return Stage.ACTIVE
        if any(each.period.start > day for each in self.granted):
            return Stage.COMING
        if self.proposal:
            return Stage.PROPOSED
        return Stage.ENDED if self.granted else Stage.DIALOGUE

    def with_agreement(self, changed: Agreement) -> Partnership:
        """Return it with this agreement instead of the one of the same number, or added."""
        if self.numbered(changed.number) is None:
            return replace(self, agreements=(*self.agreements, changed))
        agreements = tuple(changed if each.number == changed.number else each for each in self.agreements)
        return replace(self, agreements=agreements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a partner's history. `number` is the version that it made; `agreement` the one it is about."""

    number: int
    what: Event
    act: Act
    agreement: int | None = None
    reason: str | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A partnership after something happened, and what happened."""

    partnership: Partnership
    entry: Entry
