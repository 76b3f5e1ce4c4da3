"""What is known of getting one mail out: its state, its attempts and what SES told. Values only; rules.py moves them.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum

from chalicelib.common.clock import COPENHAGEN

#: How long a claim allows to start the call to SES. The call follows the claim at once; two minutes is patience.
LEASE = timedelta(minutes=2)
#: The longest that a sender can be stuck *inside* its call and still reach SES: the longest life of a Lambda.
SENDER_LIFE = timedelta(minutes=15)
#: The longest delay of SES's events that we count on. They come within seconds; queue retries can add minutes.
RECEIPT_DELAY = timedelta(hours=1)
#: How long after its lease an attempt of unknown outcome waits for an event before the mail is sent again.
GRACE = SENDER_LIFE + RECEIPT_DELAY
#: How long after SES took a mail staff are told that no receipt came. SES itself tries for up to 14 hours.
RECEIPT_EXPECTED = timedelta(days=1)


class State(StrEnum):
    """Where a mail stands."""

    PENDING = "PENDING"  # to be sent, when it is due
    SENDING = "SENDING"  # claimed by a sender; whether it was sent may be unknown
    SENT = "SENT"  # SES has taken it
    DELIVERED = "DELIVERED"  # the receivers' servers have taken it
    COMPLAINED = "COMPLAINED"  # a receiver called it spam
    BOUNCED = "BOUNCED"  # a receiver's server refused it
    FAILED = "FAILED"  # it was not sent, or nobody knows: staff must act


class Evidence(IntEnum):
    """What SES has told about a mail, from nothing to the worst; of several receipts the worst stands."""

    NONE = 0
    SENT = 1
    DELIVERED = 2
    COMPLAINED = 3
    BOUNCED_FOR_NOW = 4  # a full mailbox, a server that was down for long, or an automatic answer
    BOUNCED = 5
    SUPPRESSED = 6  # SES did not try: the address bounced or complained before
    REJECTED = 7  # SES took it and then refused it (a virus, a rendering failure): nobody got it


class Outcome(StrEnum):
    """What became of one call to SES."""

    UNANSWERED = "unanswered"  # the sender has not said, and may never
    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"  # certainly not sent; worth trying later
    REFUSED = "refused"  # certainly not sent; the same mail would be refused again
    UNKNOWN = "unknown"  # the answer was lost: it may have been sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a sender learned from its call. `code` is the error's stable name."""

    outcome: Outcome
    code: str | None = None
    ses_message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One claim of a mail and what came of it. `owner` is the claiming sender's token; `digest` is of the raw MIME."""

    number: int
    owner: str
    claimed_at: datetime
    digest: str
    size: int
    outcome: Outcome = Outcome.UNANSWERED
    code: str | None = None
    ses_message_id: str | None = None
    accepted_at: datetime | None = None

    @property
    def lease_until(self) -> datetime:
        return self.claimed_at + LEASE


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Receipt:
    """One thing SES told: about which attempt (0 when it did not say) and which recipient (position in `to`, or -1)."""

    attempt: int
    evidence: Evidence
    recipient: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Everything that is known about getting one mail out. `version` counts the stored changes."""

    state: State
    recorded_at: datetime
    send_from: date | None = None
    version: int = 1
    attempts: tuple[Attempt, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    deferrals: int = 0
    retry_at: datetime | None = None
    trouble: str | None = None

    @property
    def evidence(self) -> Evidence:
        """The worst of what SES has told."""
        accepted = any(attempt.outcome is Outcome.ACCEPTED for attempt in self.attempts)
        told = [receipt.evidence for receipt in self.receipts]
        return max([Evidence.SENT if accepted else Evidence.NONE, *told])

    @property
    def accepted_at(self) -> datetime | None:
        """When SES first took it. Periods that run from the mail run from here."""
        return min((attempt.accepted_at for attempt in self.attempts if attempt.accepted_at), default=None)

    @property
    def may_be_duplicate(self) -> bool:
        """Whether more than one attempt was or may have been sent."""
        return sum(attempt.outcome not in (Outcome.NOT_SENT, Outcome.REFUSED) for attempt in self.attempts) > 1

    @property
    def reason(self) -> str | None:
        """Why it is not simply delivered: a code, for `outbox.explanation`."""
        if self.evidence > Evidence.DELIVERED:
            return self.evidence.name.lower()
        return self.trouble

    @property
    def due_at(self) -> datetime:
        """When somebody should look at it again; for a settled mail when it was recorded."""
        if self.state is State.PENDING:
            held_until = start_of_day(self.send_from) if self.send_from else self.recorded_at
            return max(held_until, self.retry_at or held_until)
        if self.state is State.SENDING:
            return self.attempts[-1].lease_until + GRACE
        if self.state is State.SENT and self.accepted_at:
            return self.accepted_at + RECEIPT_EXPECTED
        return self.recorded_at


def start_of_day(day: date) -> datetime:
    """Return the instant at which a Danish calendar day begins."""
    return datetime.combine(day, time(), tzinfo=COPENHAGEN)
