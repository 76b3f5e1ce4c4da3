"""The life of a mail in the outbox: the moves between its states, and what each fact does to it.

SES has no idempotency token, so "exactly once" is kept here: a mail is claimed before it is sent, and a claim whose
outcome nobody knows waits for SES's own events before anything is sent again. Every function takes the delivery as it
is stored and returns it as it must be; one that changes nothing returns it unchanged, so facts may come twice, late
and in any order. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from chalicelib.mail.delivery import Answer, Attempt, Delivery, Evidence, Outcome, Receipt, State

#: An attempt of unknown outcome is repeated once: a third copy of a notice would be worse than asking a person.
UNKNOWN_OUTCOMES_ALLOWED = 1
#: Waiting times after SES said "not now": doubled each time, up to the longest.
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)
#: Attempts that certainly sent nothing are history only; this many are kept, so that a row can't outgrow its table.
UNSENT_ATTEMPTS_KEPT = 20

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

STATE_BY_EVIDENCE = {
    Evidence.SENT: State.SENT,
    Evidence.DELIVERED: State.DELIVERED,
    Evidence.COMPLAINED: State.COMPLAINED,
    Evidence.BOUNCED_FOR_NOW: State.BOUNCED,
    Evidence.BOUNCED: State.BOUNCED,
    Evidence.SUPPRESSED: State.BOUNCED,
    Evidence.REJECTED: State.FAILED,
}


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
    """Let `owner` claim the mail for one attempt, if it is due and nobody has it; `claim_of` says who won."""
    if not is_due(delivery, now=now, today=today):
        return delivery
    number = delivery.attempts[-1].number + 1 if delivery.attempts else 1
    attempt = Attempt(number=number, owner=owner, claimed_at=now, digest=digest, size=size)
    return _moved(replace(delivery, attempts=(*_worth_keeping(delivery.attempts), attempt)), State.SENDING)


def claim_of(delivery: Delivery, owner: str) -> Attempt | None:
    """Return the attempt that `owner` may make now, or None when the claim went to another or is over.

    The token tells a sender whose claim was stored, while the answer to that was lost, that it has won.
    """
    if delivery.state is State.SENDING and delivery.attempts[-1].owner == owner:
        return delivery.attempts[-1]
    return None


def lease_is_over(attempt: Attempt, *, now: datetime) -> bool:
    """Say whether it is too late to start the call: another sender may soon take the mail for unsent."""
    return now >= attempt.lease_until


def answered(delivery: Delivery, number: int, answer: Answer, *, now: datetime, jitter: float) -> Delivery:
    """Enter what attempt `number`'s call came to. `jitter` is between 0 and 1.

    The number is a fence: a sender that comes back after another attempt began adds to the history, and to the
    evidence when SES took its mail, but moves nothing else. An attempt's first answer stands.
    """
    if not any(attempt.number == number and attempt.outcome is Outcome.UNANSWERED for attempt in delivery.attempts):
        return delivery
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
    if not _is_current(delivery, number):
        return delivery
    if answer.outcome is Outcome.NOT_SENT:
        return _put_off(delivery, trouble=answer.code, now=now, jitter=jitter)
    if answer.outcome is Outcome.REFUSED:
        return _moved(replace(delivery, trouble=answer.code), State.FAILED)
    return delivery


def deferred(delivery: Delivery, *, trouble: str, now: datetime, today: date, jitter: float) -> Delivery:
    """Put off a due mail before anybody claims it: it can't be sent as it is."""
    if not is_due(delivery, now=now, today=today):
        return delivery
    return _put_off(delivery, trouble=trouble, now=now, jitter=jitter)


def overdue(delivery: Delivery, *, now: datetime) -> Delivery:
    """Decide a mail that is still being sent when its grace is over: send it once more, then ask a person.

    What an earlier attempt was refused for is not tried again.
    """
    if delivery.state is not State.SENDING or now < delivery.due_at:
        return delivery
    refusal = next((attempt.code for attempt in delivery.attempts if attempt.outcome is Outcome.REFUSED), None)
    unknown = sum(attempt.outcome in (Outcome.UNANSWERED, Outcome.UNKNOWN) for attempt in delivery.attempts)
    if refusal or unknown > UNKNOWN_OUTCOMES_ALLOWED:
        return _moved(replace(delivery, trouble=refusal or "uncertain"), State.FAILED)
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
    return _by_evidence(delivery)


def _is_current(delivery: Delivery, number: int) -> bool:
    return delivery.state is State.SENDING and delivery.attempts[-1].number == number


def _put_off(delivery: Delivery, *, trouble: str | None, now: datetime, jitter: float) -> Delivery:
    """Let the mail wait, longer each time, by half to all of the step, so that not all return at once."""
    step = min(FIRST_BACKOFF * 2 ** min(delivery.deferrals, 16), LONGEST_BACKOFF)
    retry_at = now + step * (1 + jitter) / 2
    put_off = replace(delivery, deferrals=delivery.deferrals + 1, retry_at=retry_at, trouble=trouble)
    return _moved(put_off, State.PENDING)


def _by_evidence(delivery: Delivery) -> Delivery:
    if delivery.evidence is Evidence.NONE:
        return delivery
    return _moved(replace(delivery, trouble=None, retry_at=None), STATE_BY_EVIDENCE[delivery.evidence])


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
