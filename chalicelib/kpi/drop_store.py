"""Stores drops: registered once with their order, then given one final state together with the mail about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.common.clock import COPENHAGEN, Clock, system_clock
from chalicelib.common.errors import Conflict, TryLater
from chalicelib.common.instants import instant_text
from chalicelib.common.months import Month
from chalicelib.common.notices import Notice
from chalicelib.kpi.cells import Order
from chalicelib.kpi.drops import Drop, Status, Versioned, is_older
from chalicelib.mail import outbox
from chalicelib.runtime.tables import (
    InstantAttribute,
    IntegerAttribute,
    JSONTextAttribute,
    Table,
    conflict_means,
    transaction,
)

_ATTEMPTS = 8


class _ByMonth(GlobalSecondaryIndex["_DropRow"]):  # type: ignore[no-untyped-call]  # pynamodb's own
    class Meta:
        index_name = "drops_by_month"
        projection = AllProjection()

    arrived_month = UnicodeAttribute(hash_key=True)
    arrived_at = InstantAttribute(range_key=True)


class _DropRow(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="drop")
    key = UnicodeAttribute()
    version_id = UnicodeAttribute()
    size = IntegerAttribute()
    event_at = UnicodeAttribute()
    arrival = IntegerAttribute()
    arrived_month = UnicodeAttribute()
    arrived_at = InstantAttribute()
    status = UnicodeAttribute()
    superseded_by = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    counts = JSONTextAttribute(null=True)
    mail_id = UnicodeAttribute(null=True)
    by_month = _ByMonth()

    def drop(self) -> Drop:
        return Drop(
            drop_id=self.pk.removeprefix("drop#"),
            key=self.key,
            version_id=self.version_id,
            size=self.size,
            order=Order(self.event_at, self.arrival),
            arrived_at=self.arrived_at,
            status=Status(self.status),
            superseded_by=self.superseded_by,
            reason=self.reason or "",
            count_by_name=self.counts,
            mail_id=self.mail_id,
        )


class _KeyRow(Table):
    """The latest registered version of one key."""

    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="key")
    drop_id = UnicodeAttribute()
    sequencer = UnicodeAttribute()
    event_at = UnicodeAttribute()
    order_at = UnicodeAttribute()
    arrival = IntegerAttribute()
    version = IntegerAttribute()

    def versioned(self) -> Versioned:
        return Versioned(
            drop_id=self.drop_id,
            sequencer=self.sequencer,
            event_at=self.event_at,
            order=Order(self.order_at, self.arrival),
            version=self.version,
        )


class _ArrivalsRow(Table):
    """Counts arrivals. A number may be skipped (a lost response adds twice), never given twice."""

    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    given = IntegerAttribute()


def register(notice: Notice, *, clock: Clock = system_clock) -> Drop:
    """Return the drop that the notice tells of, registered with its order at its first receipt.

    A version that is older than one already registered for its key is registered as superseded by that one.

    Raises:
        TryLater: other versions of the key were registered all the time.
    """
    arrival = None
    for _ in range(_ATTEMPTS):
        known = get(notice.natural_key)
        if known is not None:
            return known
        arrival = arrival or _next_arrival()
        latest = _latest(notice.key)
        try:
            if latest is not None and is_older(notice, arrival, than=latest):
                _put(notice, Order(instant_text(notice.event_at), arrival), latest.drop_id, clock)
            else:
                _put_as_latest(notice, arrival, latest, clock)
        except Conflict:
            continue
    known = get(notice.natural_key)
    if known is None:
        raise TryLater("Mange udgaver af samme fil kommer på én gang. Filen prøves igen om lidt.")
    return known


def get(drop_id: str) -> Drop | None:
    """Return the drop; None when it isn't registered."""
    try:
        return _DropRow.get(f"drop#{drop_id}", "drop", consistent_read=True).drop()
    except _DropRow.DoesNotExist:
        return None


def finish(
    drop: Drop,
    status: Status,
    *,
    reason: str,
    count_by_name: Mapping[str, int],
    mail: outbox.Mail | None,
    clock: Clock = system_clock,
) -> None:
    """Give the drop its final state, and record the mail about it, both or neither.

    Raises:
        Conflict: it has a final state already.
    """
    with conflict_means("Filen er allerede behandlet færdig."), transaction() as writes:
        writes.update(
            _DropRow(f"drop#{drop.drop_id}", "drop"),
            actions=[
                _DropRow.status.set(status.value),
                _DropRow.reason.set(reason),
                _DropRow.counts.set(dict(count_by_name)),
                *([_DropRow.mail_id.set(mail.mail_id)] if mail is not None else []),
            ],
            condition=_DropRow.status == Status.RECEIVED.value,
        )
        if mail is not None:
            outbox.record(writes, mail, clock=clock)


def arrived_in(month: Month) -> Iterator[Drop]:
    """Yield the drops that arrived in a Danish calendar month, the latest first. May be some seconds old."""
    return (row.drop() for row in _DropRow.by_month.query(str(month), scan_index_forward=False))


def _next_arrival() -> int:
    row = _ArrivalsRow("arrivals", "arrivals")
    row.update(actions=[_ArrivalsRow.given.add(1)])
    return row.given


def _latest(key: str) -> Versioned | None:
    try:
        return _KeyRow.get(f"key#{key}", "key", consistent_read=True).versioned()
    except _KeyRow.DoesNotExist:
        return None


def _put(notice: Notice, order: Order, superseded_by: str, clock: Clock) -> None:
    with conflict_means("Filen er allerede registreret."):
        _row(notice, order, superseded_by, clock).save(condition=_DropRow.pk.does_not_exist())


def _put_as_latest(notice: Notice, arrival: int, latest: Versioned | None, clock: Clock) -> None:
    own = instant_text(notice.event_at)
    # A later version may carry an earlier time (clocks differ): it is later all the same.
    order = Order(own if latest is None else max(own, latest.order.event_at), arrival)
    key_row = _KeyRow(
        f"key#{notice.key}",
        "key",
        drop_id=notice.natural_key,
        sequencer=notice.sequencer,
        event_at=own,
        order_at=order.event_at,
        arrival=arrival,
        version=1 if latest is None else latest.version + 1,
    )
    unchanged = _KeyRow.pk.does_not_exist() if latest is None else _KeyRow.version == latest.version
    with conflict_means("Filen eller en nyere udgave af den er allerede registreret."), transaction() as writes:
        writes.save(_row(notice, order, None, clock), condition=_DropRow.pk.does_not_exist())
        writes.save(key_row, condition=unchanged)


def _row(notice: Notice, order: Order, superseded_by: str | None, clock: Clock) -> _DropRow:
    now = clock.now()
    return _DropRow(
        f"drop#{notice.natural_key}",
        "drop",
        key=notice.key,
        version_id=notice.version_id,
        size=notice.size,
        event_at=order.event_at,
        arrival=order.arrival,
        arrived_month=str(Month.of(now.astimezone(COPENHAGEN).date())),
        arrived_at=now,
        status=Status.RECEIVED.value,
        superseded_by=superseded_by,
    )
