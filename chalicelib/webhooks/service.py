"""What happens to an event: the partner's system is told, and what was left behind is swept up.

Every change is read, decide, replace-if-unchanged, and again when somebody was faster; the deciding is in rules.py.
A crash between any two calls leaves a state from which the sweeper goes on.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from math import ceil
from random import SystemRandom
from typing import Protocol

from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import NotFound, TryLater
from chalicelib.mail import outbox as mail_outbox
from chalicelib.runtime import correlation, metrics
from chalicelib.runtime.entrypoints import logger
from chalicelib.runtime.metrics import Metric
from chalicelib.webhooks import calling, endpoint_store, endpoints, letters, nudges, rules, store
from chalicelib.webhooks.calling import Call
from chalicelib.webhooks.delivery import Answer, Delivery, Outcome, State
from chalicelib.webhooks.endpoint import Endpoint
from chalicelib.webhooks.messages import EventState, body_of

#: Whoever loses this often to others who change the same event leaves it to the queue.
_TRIES = 10
#: A wait so short is kept by the queue; the sweeper comes every five minutes and keeps the longer ones.
_WAIT_IN_THE_QUEUE = timedelta(minutes=1)
_random = SystemRandom().random
_LATE = Answer(outcome=Outcome.FAILED, code="lease_over")
_METRIC_BY_STATE: Mapping[State, Metric] = {
    State.DELIVERED: Metric.WEBHOOKS_DELIVERED,
    State.GIVEN_UP: Metric.WEBHOOKS_GIVEN_UP,
}


class Post(Protocol):
    """What the service needs of chalicelib.webhooks.calling.post."""

    def __call__(self, url: str, call: Call) -> Answer: ...


class Nudge(Protocol):
    """What the service needs of chalicelib.webhooks.nudges.nudge."""

    def __call__(self, event_ids: Iterable[str], *, after_seconds: int = 0) -> None: ...


class EventUnknown(NotFound):
    """Raised when there is no such event of the partner."""

    def __init__(self) -> None:
        super().__init__("Hændelsen findes ikke. Se listen på partnerens side.")


class EventBusy(TryLater):
    """Raised when others kept changing the event; the queue brings it again."""

    code = "event_busy"

    def __init__(self) -> None:
        super().__init__("Hændelsen er optaget lige nu. Den tages igen om lidt.")


def deliver(
    event_id: str,
    *,
    clock: Clock = system_clock,
    post: Post = calling.post,
    nudge: Nudge = nudges.nudge,
    new_token: Callable[[], str] = lambda: secrets.token_hex(8),
    jitter: Callable[[], float] = _random,
) -> None:
    """Tell the partner of the event if it is due and nobody else does. Harmless to repeat."""
    stored = store.get(event_id)
    if stored is None or not rules.is_due(stored.delivery, now=clock.now()):
        return
    with correlation.following(stored.correlation_id):
        _deliver(stored, clock=clock, post=post, nudge=nudge, owner=new_token(), jitter=jitter)


def _deliver(
    stored: EventState,
    *,
    clock: Clock,
    post: Post,
    nudge: Nudge,
    owner: str,
    jitter: Callable[[], float],
) -> None:
    event_id = stored.event.event_id
    endpoint = endpoint_store.get(stored.event.partner_id)
    if not endpoint.is_on:
        _change(event_id, lambda it: rules.unaddressed(it, now=clock.now()), clock=clock)
        return
    claimed = _change(event_id, lambda it: rules.claimed(it, owner=owner, now=clock.now()), clock=clock)
    attempt = rules.claim_of(claimed, owner)
    if attempt is None:
        return
    late = rules.lease_is_over(attempt, now=clock.now())
    answer = _LATE if late else _told(stored, endpoint, clock=clock, post=post)
    _log(event_id, attempt.number, answer)
    if answer.outcome is Outcome.GONE:
        assert endpoint.url is not None
        endpoints.switch_off(endpoint.partner_id, endpoint.url, partner_name=stored.event.partner_name, clock=clock)
    after = _change(
        event_id,
        lambda it: rules.answered(it, attempt.number, answer, now=clock.now(), jitter=jitter()),
        clock=clock,
    )
    wait = after.due_at - clock.now()
    if after.state is State.WAITING and wait <= _WAIT_IN_THE_QUEUE:
        nudge([event_id], after_seconds=max(0, ceil(wait.total_seconds())))


def sweep(*, clock: Clock = system_clock, nudge: Nudge = nudges.nudge, jitter: Callable[[], float] = _random) -> None:
    """Take the attempts whose callers are gone for failed, and nudge what is due, oldest first."""
    now = clock.now()
    for event_id in store.in_state(State.CALLING, due_until=now):
        try:
            _change(event_id, lambda it: rules.lapsed(it, now=now, jitter=jitter()), clock=clock)
        except EventBusy as error:  # the next sweep takes it; those after it needn't wait
            logger().warning("event not swept up", extra={"event_id": event_id, "code": error.code})
    due = list(store.in_state(State.WAITING, due_until=now))
    nudge(due)
    if due:
        logger().info("events swept up", extra={"events": len(due)})


def try_again(partner_id: str, event_id: str, *, clock: Clock = system_clock, nudge: Nudge = nudges.nudge) -> None:
    """Let an event that was given up be told after all.

    Raises:
        EventUnknown: the partner has no such event.
        NotGivenUp: it waits, or was taken.
    """
    stored = store.get(event_id)
    if stored is None or stored.event.partner_id != partner_id:
        raise EventUnknown
    _change(event_id, lambda it: rules.asked_again(it, now=clock.now()), clock=clock)
    nudge([event_id])


def _told(stored: EventState, endpoint: Endpoint, *, clock: Clock, post: Post) -> Answer:
    now = clock.now()
    call = Call(
        event_id=stored.event.event_id,
        body=body_of(stored.event, recorded_at=stored.delivery.recorded_at),
        secrets=tuple(secret.value for secret in endpoint.signing(now)),
        signed_at=now,
    )
    assert endpoint.url is not None
    return post(endpoint.url, call)


def _change(event_id: str, decide: Callable[[Delivery], Delivery], *, clock: Clock) -> Delivery:
    """Apply `decide` to the event as it is stored; return it as it then stands.

    An event that this gives up is told to the secretariat in the same transaction; where the receiver wants no more,
    that is told of the address instead.

    Raises:
        EventUnknown: there is no such event.
        EventBusy: others kept changing it.
    """
    for _ in range(_TRIES):
        stored = store.get(event_id)
        if stored is None:
            raise EventUnknown
        before = stored.delivery
        after = decide(before)
        if after == before:
            return before
        if after.state is State.GIVEN_UP and after.attempts[-1].outcome is not Outcome.GONE:
            mail = letters.given_up(replace(stored, delivery=after))
            done = store.replace(
                event_id,
                before,
                after,
                also=lambda writes: mail_outbox.record(writes, mail, clock=clock),  # noqa: B023
            )
            if done:
                mail_outbox.nudge([mail.mail_id])
        else:
            done = store.replace(event_id, before, after)
        if done:
            _count(before, after)
            return after
    raise EventBusy


def _count(before: Delivery, after: Delivery) -> None:
    """Count what a stored change came to: attempts that failed, and events that came to their end."""
    if before.state is State.CALLING and after.state in (State.WAITING, State.GIVEN_UP):
        metrics.count(Metric.WEBHOOKS_FAILED)
    if after.state is not before.state and after.state in _METRIC_BY_STATE:
        metrics.count(_METRIC_BY_STATE[after.state])


def _log(event_id: str, attempt: int, answer: Answer) -> None:
    """Log what came of an attempt, by id: never an address, a secret or what was told."""
    extra = {"event_id": event_id, "attempt": attempt, "outcome": answer.outcome.value, "code": answer.code}
    if answer.outcome is Outcome.TAKEN:
        logger().info("webhook taken", extra=extra)
    else:
        logger().warning("webhook not taken", extra=extra)
