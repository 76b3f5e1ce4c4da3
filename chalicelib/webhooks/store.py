"""The events that partners are told: one row an event, keyed by its id, so that the same event can't be recorded twice.

What happened never changes after it is recorded; what becomes of the telling is replaced as one value, under the
condition that nobody replaced it meanwhile. The indexes are eventually consistent: they say where to look, never what
holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib.common.errors import Conflict
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.runtime import correlation
from chalicelib.runtime.tables import (
    InstantAttribute,
    IntegerAttribute,
    JSONTextAttribute,
    Table,
    conflict_means,
    transaction,
)
from chalicelib.webhooks.delivery import Attempt, Delivery, Outcome, State
from chalicelib.webhooks.messages import Event, EventState, EventType

Also = Callable[[TransactWrite], None]

_SK = "event"


class _ByState(GlobalSecondaryIndex["_Row"]):  # type: ignore[no-untyped-call]  # pynamodb's __init_subclass__
    class Meta:
        index_name = "by_state"
        projection = KeysOnlyProjection()

    state = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class _ByPartner(GlobalSecondaryIndex["_Row"]):  # type: ignore[no-untyped-call]  # pynamodb's __init_subclass__
    class Meta:
        index_name = "by_partner"
        projection = KeysOnlyProjection()

    partner_id = UnicodeAttribute(hash_key=True)
    recorded_at = InstantAttribute(range_key=True)


class _Row(Table):
    feature = "webhooks"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    by_state = _ByState()
    by_partner = _ByPartner()
    # What the cause recorded.
    partner_id = UnicodeAttribute()
    partner_name = UnicodeAttribute()
    type = UnicodeAttribute()
    data = JSONTextAttribute()
    recorded_at = InstantAttribute()
    correlation_id = UnicodeAttribute(null=True)
    # What became of it.
    state = UnicodeAttribute()
    due_at = InstantAttribute()
    version = IntegerAttribute()
    progress = JSONTextAttribute()


def add_to(writes: TransactWrite, event: Event, delivery: Delivery) -> None:
    """Add the recording of a new event to its cause's transaction, which fails when the event exists."""
    row = _Row(
        _pk(event.event_id),
        _SK,
        partner_id=event.partner_id,
        partner_name=event.partner_name,
        type=event.type.value,
        data=dict(event.data),
        recorded_at=delivery.recorded_at,
        correlation_id=correlation.current() or None,
        state=delivery.state.value,
        due_at=delivery.due_at,
        version=delivery.version,
        progress=_progress(delivery),
    )
    writes.save(row, condition=_Row.pk.does_not_exist())


def get(event_id: str) -> EventState | None:
    """Return an event as it is now (a strong read)."""
    try:
        return _state_of(_Row.get(_pk(event_id), _SK, consistent_read=True))
    except DoesNotExist:
        return None


def replace(event_id: str, before: Delivery, after: Delivery, *, also: Also = lambda _: None) -> bool:
    """Put `after` in the place of `before`, with whatever `also` adds; say no when `before` is no longer stored.

    It also says no when this very write succeeded and its answer was lost: read again and see.
    """
    try:
        with conflict_means("Hændelsen blev ændret imens."), transaction() as writes:
            writes.update(
                _Row(_pk(event_id), _SK),
                actions=[
                    _Row.state.set(after.state.value),
                    _Row.due_at.set(after.due_at),
                    _Row.version.set(before.version + 1),
                    _Row.progress.set(_progress(after)),
                ],
                condition=_Row.version == before.version,
            )
            also(writes)
    except Conflict:
        return False
    return True


def in_state(state: State, *, due_until: datetime) -> Iterator[str]:
    """Yield the ids of the events in a state that are due, oldest first; what is yielded may be some seconds old."""
    for row in _Row.by_state.query(state.value, _Row.due_at <= due_until):
        yield _event_id(row)


def latest(partner_id: str, *, count: int) -> tuple[EventState, ...]:
    """Return a partner's latest events, newest first, each as it is now; one of the last seconds may be missing."""
    found = _Row.by_partner.query(partner_id, scan_index_forward=False, limit=count)
    keys = [(row.pk, row.sk) for row in islice(found, count)]
    states = [_state_of(row) for row in _Row.batch_get(keys, consistent_read=True)] if keys else []
    return tuple(sorted(states, key=lambda each: (each.delivery.recorded_at, each.event.event_id), reverse=True))


def _pk(event_id: str) -> str:
    return f"event#{event_id}"


def _event_id(row: _Row) -> str:
    return row.pk.removeprefix("event#")


def _state_of(row: _Row) -> EventState:
    progress = row.progress
    event = Event(
        partner_id=row.partner_id,
        partner_name=row.partner_name,
        event_id=_event_id(row),
        type=EventType(row.type),
        data=row.data,
    )
    delivery = Delivery(
        state=State(row.state),
        recorded_at=row.recorded_at,
        version=row.version,
        attempts=tuple(_attempt(each) for each in progress["attempts"]),
        failures=progress["failures"],
        retry_at=instant_from(progress["retry_at"]) if progress["retry_at"] else None,
        settled_at=instant_from(progress["settled_at"]) if progress["settled_at"] else None,
    )
    return EventState(event=event, delivery=delivery, correlation_id=row.correlation_id or "")


def _attempt(stored: dict[str, Any]) -> Attempt:
    return Attempt(
        number=stored["number"],
        owner=stored["owner"],
        claimed_at=instant_from(stored["claimed_at"]),
        outcome=Outcome(stored["outcome"]),
        code=stored["code"],
    )


def _progress(delivery: Delivery) -> dict[str, Any]:
    return {
        "attempts": [
            {
                "number": attempt.number,
                "owner": attempt.owner,
                "claimed_at": instant_text(attempt.claimed_at),
                "outcome": attempt.outcome.value,
                "code": attempt.code,
            }
            for attempt in delivery.attempts
        ],
        "failures": delivery.failures,
        "retry_at": instant_text(delivery.retry_at) if delivery.retry_at else None,
        "settled_at": instant_text(delivery.settled_at) if delivery.settled_at else None,
    }
