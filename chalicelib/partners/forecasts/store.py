"""Forecasts as they are stored: each week's current one, and beside it every revision that there was.

The latest that the server took is the current one, whatever the order that calls were sent in. Each revision is one
transaction on the condition that the current one is still the one it replaces.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist

from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict, Refused
from chalicelib.partners.forecasts.weeks import DAYS, Week, check_open
from chalicelib.runtime.tables import (
    InstantAttribute,
    IntegerAttribute,
    JSONTextAttribute,
    Table,
    conflict_means,
    transaction,
)

MOST_CALLS_A_DAY = 100_000
#: Of those who write one week at once, each round lets one through.
_TRIES = 8
_BUSY = "Ugens prognose blev ændret af et andet kald imens. Prøv igen."


class NotAForecast(Refused):
    """Raised when a forecast has not one possible number of calls for each of the seven days."""

    code = "not_a_forecast"

    def __init__(self) -> None:
        super().__init__(
            f"En prognose er syv hele tal fra 0 til {MOST_CALLS_A_DAY}: de ventede opkald hver dag, mandag først."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The calls that a partner expects on each day of a week, Monday first. `revision` counts from 1 without gaps."""

    partner_id: str
    week: Week
    calls_per_day: tuple[int, ...]
    revision: int
    accepted_at: datetime
    by: str

    @property
    def total(self) -> int:
        """The calls expected in the whole week."""
        return sum(self.calls_per_day)


class _Row(Table):
    """A week's current forecast, or a revision of it: the key tells which."""

    feature = "partners"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    revision = IntegerAttribute()
    calls_per_day = JSONTextAttribute()
    accepted_at = InstantAttribute()
    by = UnicodeAttribute()
    written_by = UnicodeAttribute()


def put(partner_id: str, week: Week, calls_per_day: Sequence[int], *, by: str, clock: Clock = system_clock) -> Forecast:
    """Make this the week's forecast. The same as the current one is no new revision.

    A transaction whose answer was lost is tried again and then meets itself: it knows its own token.

    Raises:
        NotAForecast: it isn't seven numbers of calls.
        WeekIsOver, TooFarAhead: no forecast may be given for the week today.
        Conflict: others kept writing the week's forecast.
    """
    told = tuple(calls_per_day)
    if len(told) != DAYS or not all(0 <= calls <= MOST_CALLS_A_DAY for calls in told):
        raise NotAForecast
    check_open(week, today=clock.today())
    for _ in range(_TRIES):
        held = current(partner_id, week)
        if held is not None and held.calls_per_day == told:
            return held
        forecast = Forecast(
            partner_id=partner_id,
            week=week,
            calls_per_day=told,
            revision=held.revision + 1 if held else 1,
            accepted_at=clock.now(),
            by=by,
        )
        if _is_written(forecast):
            return forecast
    raise Conflict(_BUSY)


def current(partner_id: str, week: Week) -> Forecast | None:
    """Return the week's forecast as it is now (strong read); None when none was given."""
    row = _found(_heads(partner_id), str(week))
    return _forecast(partner_id, week, row) if row else None


def between(partner_id: str, first: Week, last: Week) -> tuple[Forecast, ...]:
    """Return the current forecasts of the weeks from `first` to `last`, both included, by week (strong read).

    Weeks that none was given for are left out.
    """
    if last < first:
        return ()
    rows = _Row.query(_heads(partner_id), _Row.sk.between(str(first), str(last)), consistent_read=True)
    return tuple(_forecast(partner_id, Week.parse(row.sk), row) for row in rows)


def history(partner_id: str, week: Week) -> tuple[Forecast, ...]:
    """Return every revision of the week's forecast, oldest first (strong read)."""
    rows = _Row.query(_revisions(partner_id), _Row.sk.startswith(f"{week}#"), consistent_read=True)
    return tuple(_forecast(partner_id, week, row) for row in rows)


def _is_written(forecast: Forecast) -> bool:
    """Write a revision; whether it was written, and not another of its number before it."""
    token, revision = secrets.token_hex(8), forecast.revision
    head = _row(_heads(forecast.partner_id), str(forecast.week), forecast, token)
    kept = _row(_revisions(forecast.partner_id), _revision_key(forecast), forecast, token)
    replaced = _Row.pk.does_not_exist() if revision == 1 else _Row.revision == revision - 1
    try:
        with conflict_means(_BUSY), transaction() as writes:
            writes.save(head, condition=replaced)
            writes.save(kept, condition=_Row.pk.does_not_exist())
    except Conflict:
        stored = _found(kept.pk, kept.sk)
        return stored is not None and stored.written_by == token
    return True


def _found(pk: str, sk: str) -> _Row | None:
    try:
        return _Row.get(pk, sk, consistent_read=True)
    except DoesNotExist:
        return None


def _row(pk: str, sk: str, forecast: Forecast, token: str) -> _Row:
    return _Row(
        pk,
        sk,
        revision=forecast.revision,
        calls_per_day=list(forecast.calls_per_day),
        accepted_at=forecast.accepted_at,
        by=forecast.by,
        written_by=token,
    )


def _forecast(partner_id: str, week: Week, row: _Row) -> Forecast:
    return Forecast(
        partner_id=partner_id,
        week=week,
        calls_per_day=tuple(row.calls_per_day),
        revision=row.revision,
        accepted_at=row.accepted_at,
        by=row.by,
    )


def _heads(partner_id: str) -> str:
    return f"forecast#{partner_id}"


def _revisions(partner_id: str) -> str:
    return f"forecast-revision#{partner_id}"


def _revision_key(forecast: Forecast) -> str:
    return f"{forecast.week}#{forecast.revision:06d}"
