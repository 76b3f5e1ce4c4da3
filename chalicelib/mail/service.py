"""What happens to a mail: it is delivered, its receipts are settled, and what was left behind is swept up.

Every change is read, decide, replace-if-unchanged, and again when somebody was faster; the deciding is in rules.py.
A crash between any two calls leaves a state from which the sweeper goes on.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Protocol

from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import TryLater
from chalicelib.mail import answers, message, nudges, rules, sending, store
from chalicelib.mail.addresses import AddressRefused
from chalicelib.mail.delivery import Answer, Attempt, Delivery, Outcome, Receipt, State, start_of_day
from chalicelib.mail.mails import Mail, MailState
from chalicelib.mail.message import Message, Unrenderable
from chalicelib.runtime import correlation, metrics
from chalicelib.runtime.entrypoints import logger
from chalicelib.runtime.metrics import Metric

#: Two senders and some receipts may want one mail at a time; whoever loses this often leaves it to the queue.
_TRIES = 10
_random = SystemRandom().random
_LATE = Answer(outcome=Outcome.NOT_SENT, code="lease_over")
#: The states in which staff must know of a mail.
_TROUBLED = (State.FAILED, State.BOUNCED, State.COMPLAINED)
_METRIC_BY_STATE: Mapping[State, Metric] = {
    State.SENT: Metric.MAILS_SENT,
    State.DELIVERED: Metric.MAILS_DELIVERED,
    State.BOUNCED: Metric.MAILS_BOUNCED,
    State.COMPLAINED: Metric.MAILS_COMPLAINED,
    State.FAILED: Metric.MAILS_FAILED,
}


class Store(Protocol):
    """What the service needs of chalicelib.mail.store."""

    def get(self, mail_id: str) -> MailState | None: ...

    def replace(self, mail_id: str, before: Delivery, after: Delivery) -> bool: ...

    def in_state(self, state: State, *, due_until: datetime) -> Iterator[store.Entry]: ...


class Send(Protocol):
    """What the service needs of chalicelib.mail.sending.send."""

    def __call__(self, message: Message, *, mail_id: str, attempt: int) -> Answer: ...


class Render(Protocol):
    """What the service needs of chalicelib.mail.message.render_mail."""

    def __call__(self, mail: Mail, *, at: datetime) -> Message: ...


class MailBusy(TryLater):
    """Raised when others kept changing the mail; the queue brings it again."""

    code = "mail_busy"

    def __init__(self) -> None:
        super().__init__("Mailen er optaget lige nu. Den tages igen om lidt.")


def deliver(
    mail_id: str,
    *,
    clock: Clock = system_clock,
    store: Store = store,
    send: Send = sending.send,
    render: Render = message.render_mail,
    new_token: Callable[[], str] = lambda: secrets.token_hex(8),
    jitter: Callable[[], float] = _random,
) -> None:
    """Send the mail if it is due and nobody else has it. Harmless to repeat."""
    stored = store.get(mail_id)
    if stored is None or not rules.is_due(stored.delivery, now=clock.now(), today=clock.today()):
        return
    with correlation.following(stored.correlation_id):
        _deliver(stored.mail, clock=clock, store=store, send=send, render=render, owner=new_token(), jitter=jitter)


def _deliver(
    mail: Mail,
    *,
    clock: Clock,
    store: Store,
    send: Send,
    render: Render,
    owner: str,
    jitter: Callable[[], float],
) -> None:
    mail_id = mail.mail_id
    try:
        # Before the claim: what goes wrong here is then certainly not sent.
        rendered = render(mail, at=clock.now())
    except (AddressRefused, Unrenderable) as error:
        _put_off(mail_id, code=error.code, clock=clock, store=store, jitter=jitter())
        return
    attempt = _claim(mail_id, rendered, owner=owner, clock=clock, store=store)
    if attempt is None:
        return
    late = rules.lease_is_over(attempt, now=clock.now())
    answer = _LATE if late else send(rendered, mail_id=mail_id, attempt=attempt.number)
    if answer.outcome is not Outcome.ACCEPTED:
        if answer.outcome is Outcome.UNKNOWN:
            metrics.count(Metric.MAILS_AMBIGUOUS)
        extra = {"mail_id": mail_id, "attempt": attempt.number, "outcome": answer.outcome.value, "code": answer.code}
        logger().warning("mail not accepted", extra=extra)
    _change(
        mail_id,
        lambda it: rules.answered(it, attempt.number, answer, now=clock.now(), jitter=jitter()),
        store=store,
    )


def settle(envelope: Mapping[str, Any], *, store: Store = store) -> None:
    """Enter what an SES event tells about its mail. Events may come twice, in any order, early and late.

    Raises:
        EventNotUnderstood: the event is about one of our mails but has another shape.
    """
    told = answers.told_by(envelope)
    if told is None:
        return
    stored = store.get(told.mail_id)
    if stored is None:
        logger().warning("receipt of an unknown mail", extra={"mail_id": told.mail_id})
        return
    receipts = [
        Receipt(attempt=told.attempt, evidence=told.evidence, recipient=position)
        for position in _positions(told.addresses, stored.mail.to)
    ]
    with correlation.following(stored.correlation_id):
        _change(
            told.mail_id,
            lambda it: rules.settled(it, receipts, ses_message_id=told.ses_message_id, sent_at=told.sent_at),
            store=store,
        )


def sweep(
    *,
    clock: Clock = system_clock,
    store: Store = store,
    nudge: Callable[[Iterable[str]], None] = nudges.nudge,
) -> None:
    """Decide the attempts that are overdue, and nudge what is due, oldest first.

    That picks up what crashes, lost nudges and lost receipts left. The index is asked up to the end of the business
    date, which the local run moves ahead of the real instant.
    """
    now, today = clock.now(), clock.today()
    for entry in store.in_state(State.SENDING, due_until=now):
        try:
            _change(entry.mail_id, lambda it: rules.overdue(it, now=now), store=store)
        except MailBusy as error:  # the next sweep takes it; those after it needn't wait
            logger().warning("mail not swept up", extra={"mail_id": entry.mail_id, "code": error.code})
    end_of_today = start_of_day(today + timedelta(days=1))
    waiting = [
        entry
        for entry in store.in_state(State.PENDING, due_until=max(now, end_of_today))
        if rules.is_due(entry.delivery, now=now, today=today)
    ]
    waiting.sort(key=lambda entry: (entry.delivery.recorded_at, entry.mail_id))
    nudge([entry.mail_id for entry in waiting])
    oldest = min((entry.delivery.due_at for entry in waiting), default=now)
    metrics.count(Metric.OLDEST_MAIL_MINUTES, max(0, int((now - oldest).total_seconds() // 60)))
    if waiting:
        logger().info("mails swept up", extra={"mails": len(waiting)})


def _put_off(mail_id: str, *, code: str, clock: Clock, store: Store, jitter: float) -> None:
    logger().error("mail can't be rendered", extra={"mail_id": mail_id, "code": code})
    _change(
        mail_id,
        lambda it: rules.deferred(it, trouble=code, now=clock.now(), today=clock.today(), jitter=jitter),
        store=store,
    )


def _claim(mail_id: str, rendered: Message, *, owner: str, clock: Clock, store: Store) -> Attempt | None:
    digest, size = rendered.digest, len(rendered.raw)
    claimed = _change(
        mail_id,
        lambda it: rules.claimed(it, owner=owner, now=clock.now(), today=clock.today(), digest=digest, size=size),
        store=store,
    )
    return rules.claim_of(claimed, owner) if claimed else None


def _change(mail_id: str, decide: Callable[[Delivery], Delivery], *, store: Store) -> Delivery | None:
    """Apply `decide` to the mail as it is stored; return it as it then stands, or None when there is no such mail."""
    for _ in range(_TRIES):
        stored = store.get(mail_id)
        if stored is None:
            return None
        before = stored.delivery
        after = decide(before)
        if after == before:
            return before
        if store.replace(mail_id, before, after):
            _tell(mail_id, before, after)
            return after
    raise MailBusy


def _tell(mail_id: str, before: Delivery, after: Delivery) -> None:
    """Count what became of it, and log what staff must know of, by id: never an address or a text."""
    if after.state is not before.state:
        logger().info("mail came further", extra={"mail_id": mail_id, "state": after.state.value})
    if after.state is not before.state and after.state in _METRIC_BY_STATE:
        metrics.count(_METRIC_BY_STATE[after.state])
    if after.state is not before.state and after.state in _TROUBLED:
        logger().warning(
            "mail needs attention", extra={"mail_id": mail_id, "state": after.state.value, "reason": after.reason}
        )
    if after.may_be_duplicate and not before.may_be_duplicate:
        logger().warning("mail may be a duplicate", extra={"mail_id": mail_id})


def _positions(addresses: tuple[str, ...], to: tuple[str, ...]) -> list[int]:
    """Say which of the mail's recipients are meant; -1 for the whole message or an address we did not write to."""
    position_by_address = {address.casefold(): position for position, address in enumerate(to)}
    return [position_by_address.get(address.casefold(), -1) for address in addresses] or [-1]
