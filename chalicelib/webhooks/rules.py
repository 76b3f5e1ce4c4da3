"""The life of an event that a partner's system is told: the moves between its states, and what each fact does to it.

A partner may be told twice (its answer may be lost), never by two callers at a time, and always under the same
webhook-id. Every function takes the delivery as it is stored and returns it as it must be; one that changes nothing
returns it unchanged, so facts may come twice, late and in any order. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.common.errors import Conflict
from chalicelib.webhooks.delivery import Answer, Attempt, Delivery, Outcome, State

#: How long to wait after each failed attempt; after the last one it is given up.
#: Source: Standard Webhooks, "Retry schedule"; the first attempt is at once.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: What is kept of an event that is asked for again and again.
ATTEMPTS_KEPT = 20

#: Every move that is allowed. That a partner took an event outranks what we concluded without knowing.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.CALLING, State.DELIVERED, State.UNADDRESSED}),
    State.CALLING: frozenset({State.WAITING, State.DELIVERED, State.GIVEN_UP}),
    State.DELIVERED: frozenset(),
    State.GIVEN_UP: frozenset({State.WAITING, State.DELIVERED}),
    State.UNADDRESSED: frozenset({State.WAITING, State.DELIVERED}),
}


class NotGivenUp(Conflict):
    """Raised when an event is to be told again that waits or was taken."""

    code = "not_given_up"

    def __init__(self) -> None:
        super().__init__("Hændelsen er leveret eller prøves stadig. Kun en opgivet hændelse kan prøves igen.")


def is_due(delivery: Delivery, *, now: datetime) -> bool:
    """Say whether the partner may be told now: the event waits, and its backoff is over."""
    return delivery.state is State.WAITING and now >= delivery.due_at


def claimed(delivery: Delivery, *, owner: str, now: datetime) -> Delivery:
    """Let `owner` claim the event for one attempt, if it is due and nobody has it; `claim_of` says who won."""
    if not is_due(delivery, now=now):
        return delivery
    number = delivery.attempts[-1].number + 1 if delivery.attempts else 1
    kept = delivery.attempts[1 - ATTEMPTS_KEPT :]
    attempt = Attempt(number=number, owner=owner, claimed_at=now)
    return _moved(replace(delivery, attempts=(*kept, attempt), retry_at=None), State.CALLING)


def claim_of(delivery: Delivery, owner: str) -> Attempt | None:
    """Return the attempt that `owner` may make now, or None when the claim went to another or is over.

    The token tells a caller whose claim was stored, while the answer to that was lost, that it has won.
    """
    if delivery.state is State.CALLING and delivery.attempts[-1].owner == owner:
        return delivery.attempts[-1]
    return None


def lease_is_over(attempt: Attempt, *, now: datetime) -> bool:
    """Say whether it is too late to call: another caller may soon have the event."""
    return now >= attempt.lease_until


def answered(delivery: Delivery, number: int, answer: Answer, *, now: datetime, jitter: float) -> Delivery:
    """Enter what attempt `number`'s call came to. `jitter` is between 0 and 1.

    The number is a fence: a caller that comes back after its lease tells that the partner took the event, or else
    adds to the history alone. An attempt's first answer stands.
    """
    if not any(each.number == number and each.outcome is Outcome.UNANSWERED for each in delivery.attempts):
        return delivery
    was_current = delivery.state is State.CALLING and delivery.attempts[-1].number == number
    delivery = _with_answer(delivery, number, answer)
    if answer.outcome is Outcome.TAKEN:
        return _settled(delivery, State.DELIVERED, now=now)
    if not was_current:
        return delivery
    if answer.outcome is Outcome.GONE:
        return _settled(delivery, State.GIVEN_UP, now=now)
    return _failed(delivery, now=now, jitter=jitter)


def lapsed(delivery: Delivery, *, now: datetime, jitter: float) -> Delivery:
    """Let an attempt whose caller never said anything count as failed, when its lease is over."""
    if delivery.state is not State.CALLING or now < delivery.due_at:
        return delivery
    return _failed(delivery, now=now, jitter=jitter)


def unaddressed(delivery: Delivery, *, now: datetime) -> Delivery:
    """Settle a due event of a partner that has no address."""
    return _settled(delivery, State.UNADDRESSED, now=now) if is_due(delivery, now=now) else delivery


def asked_again(delivery: Delivery, *, now: datetime) -> Delivery:
    """Let an event that was given up be told after all, from now on by the schedule from its beginning.

    Raises:
        NotGivenUp: it waits, or was taken.
    """
    if delivery.state not in (State.GIVEN_UP, State.UNADDRESSED):
        raise NotGivenUp
    return _moved(replace(delivery, failures=0, retry_at=now, settled_at=None), State.WAITING)


def _failed(delivery: Delivery, *, now: datetime, jitter: float) -> Delivery:
    """Let the event wait by the schedule, up to a fifth longer so that not all return at once; or give it up."""
    if delivery.failures >= len(WAITS):
        return _settled(delivery, State.GIVEN_UP, now=now)
    retry_at = now + WAITS[delivery.failures] * (1 + jitter / 5)
    return _moved(replace(delivery, failures=delivery.failures + 1, retry_at=retry_at), State.WAITING)


def _settled(delivery: Delivery, state: State, *, now: datetime) -> Delivery:
    return delivery if delivery.state is state else _moved(replace(delivery, settled_at=now, retry_at=None), state)


def _moved(delivery: Delivery, state: State) -> Delivery:
    assert state in TRANSITIONS[delivery.state], f"{delivery.state} to {state}"
    return replace(delivery, state=state)


def _with_answer(delivery: Delivery, number: int, answer: Answer) -> Delivery:
    attempts = tuple(
        replace(each, outcome=answer.outcome, code=answer.code) if each.number == number else each
        for each in delivery.attempts
    )
    return replace(delivery, attempts=attempts)
