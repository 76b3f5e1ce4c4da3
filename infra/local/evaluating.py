"""The local run's way to the evaluation: starts months as the schedule does, reads and writes their outcomes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.common.months import Month, months_from
from chalicelib.evaluation import reading, service
from chalicelib.evaluation.ledger import Line
from chalicelib.evaluation.requests import LIVE
from infra.local.arguments import MonthRange
from infra.local.functions import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A month that was not started, with the codes of the municipalities without figures."""

    month: Month
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is started at once: the months of a dry run, or one month in force."""

    first: Month
    last: Month
    is_dry: bool

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(months_from(self.first, self.last))

    def __str__(self) -> str:
        return f"dry run {self.first}..{self.last}" if self.is_dry else f"month {self.first}"


def starts_of(ranges: Iterable[MonthRange]) -> Iterator[Start]:
    """Yield what to start for the ranges, in order; a range that spans the procedure's start is cut there."""
    in_force_from = service.procedure_start()
    for first, last in ranges:
        if first < in_force_from:
            yield Start(first=first, last=min(last, in_force_from.previous()), is_dry=True)
        for month in months_from(max(first, in_force_from), last):
            yield Start(first=month, last=month, is_dry=False)


def start(it: Start, function: Function, *, without_missing: bool) -> tuple[str, Waiting | None]:
    """Start as the schedule does; return the run's id, and the month that has to wait, if any."""
    if it.is_dry:
        answer = function.call({"month": str(it.first), "last_month": str(it.last)})
        return answer["dry_run"], None
    answer = function.call({"month": str(it.first), "without_missing": without_missing})
    if answer["waiting_for"]:
        return LIVE, Waiting(month=Month.parse(answer["waiting_for"]), missing=tuple(answer["missing"]))
    return LIVE, None


def lines_by_month(run_id: str, months: Iterable[Month]) -> dict[Month, tuple[Line, ...]]:
    """Return what stands in the ledger for each month."""
    return {month: tuple(reading.lines(run_id, month)) for month in months}


def write_outcomes(path: Path, lines_by_month: Mapping[Month, Iterable[Line]]) -> None:
    """Write all outcomes as CSV, by month, municipality and agent."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(["month", "municipality_code", "agent", "answered", "resolved", "outcome"])
        for month, lines in sorted(lines_by_month.items()):
            for line in sorted(lines, key=lambda each: (each.municipality_code, each.agent)):
                writer.writerow(
                    [month, line.municipality_code, line.agent, line.answered, line.resolved, line.outcome.value]
                )
