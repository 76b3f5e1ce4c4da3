"""Which months each run of the evaluation goes over: the live one, and the dry runs that were asked for.

Keys (a *run* is `live`, or one dry run such as `dry-2024-01-2024-03`):

- `runs` / `<run>`: a dry run that somebody asked for.
- `run#<run>` / `<month>`: a month that was started.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pynamodb.attributes import UnicodeAttribute

from chalicelib.common.months import Month
from chalicelib.runtime.tables import JSONTextAttribute, MonthAttribute, Table, conflict_means


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMonth:
    """A month that a run evaluates. `without`: codes of members that had no figures when it was started."""

    month: Month
    without: tuple[str, ...]
    started_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """A dry run over the months from `first` to `last`; `started_on` is the day that it was first asked for."""

    run: str
    first: Month
    last: Month
    started_on: date


class _DueRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    without = JSONTextAttribute()
    started_on = UnicodeAttribute()


class _RunRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True, default="runs")
    sk = UnicodeAttribute(range_key=True)
    first = MonthAttribute()
    last = MonthAttribute()
    started_on = UnicodeAttribute()


def add_due(run: str, due: DueMonth) -> None:
    """Store that a month was started.

    Raises:
        Conflict: it was started already.
    """
    row = _DueRow(f"run#{run}", str(due.month), without=list(due.without), started_on=due.started_on.isoformat())
    with conflict_means(f"{due.month} er allerede startet"):
        row.save(condition=_DueRow.pk.does_not_exist())


def due_months(run: str) -> tuple[DueMonth, ...]:
    """Return the months that the run evaluates, oldest first (strong read)."""
    rows = _DueRow.query(f"run#{run}", consistent_read=True)
    return tuple(
        DueMonth(month=Month.parse(row.sk), without=tuple(row.without), started_on=date.fromisoformat(row.started_on))
        for row in rows
    )


def add_run(run: DryRun) -> None:
    """Store that a dry run was asked for.

    Raises:
        Conflict: it was asked for already.
    """
    row = _RunRow("runs", run.run, first=run.first, last=run.last, started_on=run.started_on.isoformat())
    with conflict_means(f"{run.run} er allerede startet"):
        row.save(condition=_RunRow.pk.does_not_exist())


def runs() -> tuple[DryRun, ...]:
    """Return every dry run that was asked for, the earliest months first (strong read)."""
    return tuple(
        DryRun(run=row.sk, first=row.first, last=row.last, started_on=date.fromisoformat(row.started_on))
        for row in _RunRow.query("runs", consistent_read=True)
    )
