"""What is known of telling one event to a partner's system. Values only; rules.py moves them.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: How long one call may be under way. It is longer than the function that calls can live (60 s, .chalice/config.json),
#: so when it is over nobody is calling any more: a partner never gets the same event from two callers at a time.
LEASE = timedelta(minutes=2)


class State(StrEnum):
    """Where the telling stands."""

    WAITING = "WAITING"  # to be told, when it is due
    CALLING = "CALLING"  # claimed by a caller; whether the partner has it may be unknown
    DELIVERED = "DELIVERED"  # the partner's system has taken it
    GIVEN_UP = "GIVEN_UP"  # it was tried for three days, or the partner's system wants no more
    UNADDRESSED = "UNADDRESSED"  # the partner had no address to tell it to


class Outcome(StrEnum):
    """What became of one call."""

    UNANSWERED = "unanswered"  # the caller has not said, and may never
    TAKEN = "taken"
    FAILED = "failed"  # worth trying again
    GONE = "gone"  # the receiver wants no more calls (410)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a caller learned. `code` is a stable name of what went wrong (`status_500`, `timeout`)."""

    outcome: Outcome
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One claim of an event and what came of it. `owner` is the claiming caller's token."""

    number: int
    owner: str
    claimed_at: datetime
    outcome: Outcome = Outcome.UNANSWERED
    code: str | None = None

    @property
    def lease_until(self) -> datetime:
        return self.claimed_at + LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Everything that is known of telling one event. `version` counts the stored changes.

    `failures` are counted since the event was recorded or last asked for again; `settled_at` is when the telling came
    to its end, whichever.
    """

    state: State
    recorded_at: datetime
    version: int = 1
    attempts: tuple[Attempt, ...] = ()
    failures: int = 0
    retry_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def trouble(self) -> str | None:
        """Why it was not taken the last time, as a stable name."""
        if self.state is State.UNADDRESSED:
            return "no_address"
        return self.attempts[-1].code if self.attempts else None

    @property
    def due_at(self) -> datetime:
        """When somebody should look at it again; when it is settled, since when."""
        if self.state is State.WAITING:
            return self.retry_at or self.recorded_at
        if self.state is State.CALLING:
            return self.attempts[-1].lease_until
        return self.settled_at or self.recorded_at
