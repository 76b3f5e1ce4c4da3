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
class Run:
    """Months to evaluate in one run: the one in force, or a dry one."""

    first: Month
    last: Month
    is_dry: bool

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(months_from(self.first, self.last))


def runs_of(ranges: Iterable[MonthRange]) -> Iterator[Run]:
    """Yield the runs that the ranges come to: a range that spans the procedure's start is cut there."""
    start = service.procedure_start()
    for first, last in ranges:
        if first < start:
            yield Run(first=first, last=min(last, start.previous()), is_dry=True)
        if last >= start:
            yield Run(first=max(first, start), last=last, is_dry=False)


def start(run: Run, function: Function, *, without_missing: bool) -> tuple[str, Waiting | None]:
    """Start the run's months as the schedule does; return the run's id, and the month that waits, if any."""
    if run.is_dry:
        answer = function.call({"month": str(run.first), "last_month": str(run.last)})
        return answer["dry_run"], None
    for month in run.months:
        answer = function.call({"month": str(month), "without_missing": without_missing})
        if answer["waiting_for"]:
            waiting = Waiting(month=Month.parse(answer["waiting_for"]), missing=tuple(answer["missing"]))
            return LIVE, waiting
    return LIVE, None


def lines_by_month(run_id: str, run: Run) -> dict[Month, tuple[Line, ...]]:
    """Return what stands in the ledger for each of the run's months."""
    return {month: tuple(reading.lines(run_id, month)) for month in run.months}


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
