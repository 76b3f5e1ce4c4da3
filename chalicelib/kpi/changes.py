"""What a drop did to the cells that it names: which result, which revision, and each figure before and after.

Pure: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.common.months import Month
from chalicelib.kpi.cells import Entry
from chalicelib.kpi.corrections import Result
from chalicelib.kpi.findings import Line, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One agent (or other key) whose figures are not what they were: before → after; None when not there."""

    key: str
    before: Values | None
    after: Values | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReport:
    """What became of a cell: its revision now, how many rows it has, and what changed from the revision before."""

    month: Month
    owner_code: str
    result: Result
    revision: int
    size: int
    is_first: bool = False
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReport:
    """What became of the lines of a month. `elsewhere` are those rejected, with where their agent stands."""

    cells: tuple[CellReport, ...]
    elsewhere: tuple[tuple[Line, str], ...]
    superseded: int


def changes(before: Sequence[Entry], after: Sequence[Entry]) -> tuple[Change, ...]:
    """Return what changed from one revision's rows to the next, ordered by key."""
    before_by_key = {entry.key: entry.values for entry in before}
    after_by_key = {entry.key: entry.values for entry in after}
    return tuple(
        Change(key=key, before=before_by_key.get(key), after=after_by_key.get(key))
        for key in sorted(before_by_key.keys() | after_by_key.keys())
        if before_by_key.get(key) != after_by_key.get(key)
    )


def earliest_changed(reports: Iterable[MonthReport]) -> dict[str, Month]:
    """Return the first month with changed figures by owner code."""
    months_by_code: dict[str, Month] = {}
    for report in reports:
        for cell in report.cells:
            if cell.result is Result.REVISED:
                first = months_by_code.get(cell.owner_code, cell.month)
                months_by_code[cell.owner_code] = min(first, cell.month)
    return dict(sorted(months_by_code.items()))
