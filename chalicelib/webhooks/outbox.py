"""The door that other features use: record an event with what causes it, nudge, and see what became of it."""

from __future__ import annotations

from pynamodb.transactions import TransactWrite

from chalicelib.common.clock import Clock, system_clock
from chalicelib.webhooks import store
from chalicelib.webhooks.delivery import Delivery, State
from chalicelib.webhooks.messages import Event, EventState, EventType, checked
from chalicelib.webhooks.nudges import nudge
from chalicelib.webhooks.service import try_again

__all__ = ["Event", "EventState", "EventType", "State", "latest", "nudge", "record", "state_of", "try_again"]

#: How many of a partner's events are shown.
_SHOWN = 20


def record(writes: TransactWrite, event: Event, *, clock: Clock = system_clock) -> None:
    """Add the event to the transaction of what causes it (one item): both stand, or neither.

    The transaction fails when the event is recorded already. Nudge after it is committed. A partner without an address
    is told nothing; the event is recorded all the same.

    Raises:
        EventRefused: the event breaks a limit.
    """
    store.add_to(writes, checked(event), Delivery(state=State.WAITING, recorded_at=clock.now()))


def state_of(event_id: str) -> EventState | None:
    """Return an event and what became of telling it, as it is now."""
    return store.get(event_id)


def latest(partner_id: str) -> tuple[EventState, ...]:
    """Return a partner's latest 20 events, newest first."""
    return store.latest(partner_id, count=_SHOWN)
