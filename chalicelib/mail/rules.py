"""The life of a mail in the outbox: its states, the moves between them, and what each fact does to it.

SES has no idempotency token, so "exactly once" is kept here: a mail is claimed before it is sent, and a claim whose
outcome nobody knows waits for SES's own events before anything is sent again. Every function takes the delivery as it
is stored and returns it as it must be; one that changes nothing returns it unchanged, so facts may come twice, late
and in any order. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
#: An attempt of unknown outcome is repeated once: a third copy of a notice would be worse than asking a person.
UNKNOWN_OUTCOMES_ALLOWED = 1
#: Waiting times after SES said "not now": doubled each time, up to the longest.
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)
#: Staff are told of a mail that has been put off this often in a row.
DEFERRALS_SHOWN = 3
#: Attempts that certainly sent nothing are history only; this many are kept, so that a row can't outgrow its table.
UNSENT_ATTEMPTS_KEPT = 20


class State(StrEnum):
    """Where a mail stands."""

    PENDING = "PENDING"  # to be sent, when it is due
    SENDING = "SENDING"  # claimed by a sender; whether it was sent may be unknown
    SENT = "SENT"  # SES has taken it
    DELIVERED = "DELIVERED"  # the receivers' servers have taken it
    COMPLAINED = "COMPLAINED"  # a receiver called it spam
    BOUNCED = "BOUNCED"  # a receiver's server refused it
    FAILED = "FAILED"  # it was not sent, or nobody knows: staff must act


#: Every move that is allowed. What SES tells outranks what we concluded without it, so a receipt that comes late may
#: still settle a mail that waits to be sent again or was given up.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.PENDING: frozenset(State) - {State.PENDING},
    State.SENDING: frozenset(State) - {State.SENDING},
    State.SENT: frozenset({State.DELIVERED, State.COMPLAINED, State.BOUNCED, State.FAILED}),
    State.DELIVERED: frozenset({State.COMPLAINED, State.BOUNCED, State.FAILED}),
    State.COMPLAINED: frozenset({State.BOUNCED, State.FAILED}),
    State.BOUNCED: frozenset({State.FAILED}),
    State.FAILED: frozenset({State.SENT, State.DELIVERED, State.COMPLAINED, State.BOUNCED}),
}


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


STATE_BY_EVIDENCE = {
    Evidence.SENT: State.SENT,
    Evidence.DELIVERED: State.DELIVERED,
    Evidence.COMPLAINED: State.COMPLAINED,
    Evidence.BOUNCED_FOR_NOW: State.BOUNCED,
    Evidence.BOUNCED: State.BOUNCED,
    Evidence.SUPPRESSED: State.BOUNCED,
    Evidence.REJECTED: State.FAILED,
}


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


def is_due(delivery: Delivery, *, now: datetime, today: date) -> bool:
    """Say whether the mail may be sent now: it waits, no quiet period holds it, and its backoff is over.

    The hold goes by the business date, the backoff by the instant: the local run moves the first alone.
    """
    if delivery.state is not State.PENDING:
        return False
    held = delivery.send_from is not None and today < delivery.send_from
    backing_off = delivery.retry_at is not None and now < delivery.retry_at
    return not held and not backing_off


def claimed(delivery: Delivery, *, owner: str, now: datetime, today: date, digest: str, size: int) -> Delivery:
    """Let `owner` claim the mail for one attempt, unless it isn't due or somebody else has it.

    A sender whose first write succeeded with its answer lost asks again: it finds its own token and keeps its claim.
    """
    if any(attempt.owner == owner for attempt in delivery.attempts) or not is_due(delivery, now=now, today=today):
        return delivery
    number = delivery.attempts[-1].number + 1 if delivery.attempts else 1
    attempt = Attempt(number=number, owner=owner, claimed_at=now, digest=digest, size=size)
    return _moved(replace(delivery, attempts=(*_worth_keeping(delivery.attempts), attempt)), State.SENDING)


def claim_of(delivery: Delivery, owner: str) -> Attempt | None:
    """Return the attempt that `owner` may make now, or None when the claim went to another or is over."""
    if delivery.state is State.SENDING and delivery.attempts[-1].owner == owner:
        return delivery.attempts[-1]
    return None


def lease_is_over(attempt: Attempt, *, now: datetime) -> bool:
    """Say whether it is too late to start the call: another sender may soon take the mail for unsent."""
    return now >= attempt.lease_until


def answered(delivery: Delivery, number: int, answer: Answer, *, now: datetime, jitter: float) -> Delivery:
    """Enter what attempt `number`'s call came to. `jitter` is between 0 and 1.

    The number is the fence: a sender that comes back after another attempt began adds to the history, and to the
    evidence when SES took its mail, but moves nothing else.
    """
    delivery = _with_attempt(
        delivery,
        number,
        outcome=answer.outcome,
        code=answer.code,
        ses_message_id=answer.ses_message_id,
        accepted_at=now if answer.outcome is Outcome.ACCEPTED else None,
    )
    if answer.outcome is Outcome.ACCEPTED:
        return _by_evidence(delivery)
    if delivery.state is not State.SENDING or delivery.attempts[-1].number != number:
        return delivery
    if answer.outcome is Outcome.NOT_SENT:
        return deferred(delivery, trouble=answer.code, now=now, jitter=jitter)
    if answer.outcome is Outcome.REFUSED:
        return _moved(replace(delivery, trouble=answer.code), State.FAILED)
    return delivery


def deferred(delivery: Delivery, *, trouble: str | None, now: datetime, jitter: float) -> Delivery:
    """Put off a mail that certainly was not sent: it waits longer each time, by half to all of the step."""
    if delivery.state not in (State.PENDING, State.SENDING):
        return delivery
    step = min(FIRST_BACKOFF * 2 ** min(delivery.deferrals, 16), LONGEST_BACKOFF)
    retry_at = now + step * (1 + jitter) / 2
    put_off = replace(delivery, deferrals=delivery.deferrals + 1, retry_at=retry_at, trouble=trouble)
    return _moved(put_off, State.PENDING)


def overdue(delivery: Delivery, *, now: datetime) -> Delivery:
    """Decide a mail that is still being sent when its grace is over: send it once more, then ask a person."""
    if delivery.state is not State.SENDING or now < delivery.due_at:
        return delivery
    unknown = sum(attempt.outcome in (Outcome.UNANSWERED, Outcome.UNKNOWN) for attempt in delivery.attempts)
    if unknown > UNKNOWN_OUTCOMES_ALLOWED:
        return _moved(replace(delivery, trouble="uncertain"), State.FAILED)
    return _moved(replace(delivery, trouble="no_answer", retry_at=None), State.PENDING)


def settled(
    delivery: Delivery, receipts: Iterable[Receipt], *, ses_message_id: str | None, sent_at: datetime | None
) -> Delivery:
    """Enter what SES told. Receipts are a set and their worst stands, so order and repetition don't matter."""
    told = set(receipts)
    delivery = replace(delivery, receipts=tuple(sorted({*delivery.receipts, *told})))
    for receipt in told:
        if receipt.evidence is not Evidence.REJECTED:
            delivery = _with_attempt(delivery, receipt.attempt, ses_message_id=ses_message_id, accepted_at=sent_at)
    return _by_evidence(delivery) if told else delivery


def _by_evidence(delivery: Delivery) -> Delivery:
    state = STATE_BY_EVIDENCE[delivery.evidence]
    return _moved(replace(delivery, trouble=None, retry_at=None), state)


def _moved(delivery: Delivery, state: State) -> Delivery:
    if state is not delivery.state:
        assert state in TRANSITIONS[delivery.state], f"{delivery.state} to {state}"
    return replace(delivery, state=state)


def _with_attempt(
    delivery: Delivery,
    number: int,
    *,
    ses_message_id: str | None,
    accepted_at: datetime | None,
    outcome: Outcome | None = None,
    code: str | None = None,
) -> Delivery:
    """Add to what is known of one attempt; the sender and the events may each come first."""

    def added(attempt: Attempt) -> Attempt:
        return replace(
            attempt,
            outcome=outcome or attempt.outcome,
            code=code or attempt.code,
            ses_message_id=attempt.ses_message_id or ses_message_id,
            accepted_at=min((at for at in (attempt.accepted_at, accepted_at) if at), default=None),
        )

    return replace(
        delivery,
        attempts=tuple(added(attempt) if attempt.number == number else attempt for attempt in delivery.attempts),
    )


def _worth_keeping(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    unsent = [attempt for attempt in attempts if attempt.outcome is Outcome.NOT_SENT]
    dropped = unsent[: max(0, len(unsent) - UNSENT_ATTEMPTS_KEPT)]
    return tuple(attempt for attempt in attempts if attempt not in dropped)
