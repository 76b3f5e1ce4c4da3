"""The local run's way to the evaluation: starts months as the schedule does, reads and writes their outcomes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.common.months import Month, months_from
from chalicelib.evaluation import reading, service
from chalicelib.evaluation.ledger import Line
from chalicelib.evaluation.requests import LIVE
from infra.local.arguments import MonthRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A month that was not started, with the codes of the municipalities without figures.

    With none it waits for the evaluation of an earlier month.
    """

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
        months = str(self.first) if self.first == self.last else f"{self.first}..{self.last}"
        return f"dry run {months}" if self.is_dry else f"month {months}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a start came to: the run's id, the months in force that began with it, and the one that waits, if any."""

    run: str
    months: tuple[Month, ...] = ()
    waiting: Waiting | None = None


def starts_of(ranges: Iterable[MonthRange], *, dry_run: bool) -> Iterator[Start]:
    """Yield what to start for the ranges, in order; a range that spans the procedure's start is cut there.

    With `dry_run` each range is one dry run, wherever it lies.
    """
    in_force_from = service.procedure_start()
    for first, last in ranges:
        if dry_run:
            yield Start(first=first, last=last, is_dry=True)
            continue
        if first < in_force_from:
            yield Start(first=first, last=min(last, in_force_from.previous()), is_dry=True)
        for month in months_from(max(first, in_force_from), last):
            yield Start(first=month, last=month, is_dry=False)


def start(
    it: Start, *, call: Callable[[Mapping[str, Any]], Any], drain: Callable[[], object], without_missing: bool
) -> Started:
    """Start as the schedule does, and let what was started be evaluated.

    A call starts one month in force, the earliest that isn't started; the next one is for when that is evaluated.
    """
    if it.is_dry:
        answer = call({"month": str(it.first), "last_month": str(it.last), "dry_run": True})
        drain()
        return Started(run=answer["dry_run"])
    months: list[Month] = []
    while True:
        answer = call({"month": str(it.first), "without_missing": without_missing})
        drain()
        months.extend(Month.parse(month) for month in answer["started"])
        if not (answer["started"] and answer["waiting_for"]) or answer["missing"]:
            break
    if not answer["waiting_for"]:
        return Started(run=LIVE, months=tuple(months))
    waiting = Waiting(month=Month.parse(answer["waiting_for"]), missing=tuple(answer["missing"]))
    return Started(run=LIVE, months=tuple(months), waiting=waiting)


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
