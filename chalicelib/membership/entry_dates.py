"""Which entry dates (indmeldelsesdatoer) a membership may have.

Source: steering group, 25.01.2023, item 10; before that the bylaws' 1 January and 1 July.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Self

from chalicelib.common.danish import long_date
from chalicelib.common.errors import Refused
from chalicelib.rulebook.rules import Rule

#: [A] Who asks to enter later than this many years from today wrote another year than they meant.
MOST_YEARS_AHEAD = 5


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day that every year has."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the day written as `07-01`.

        Raises:
            ValueError: it isn't one; 29 February isn't either.
        """
        day = date.fromisoformat(f"2023-{text}")
        return cls(day.month, day.day)

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.month, day.day)

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDateRule:
    """The days of the year on which a member may enter, for requests submitted from `in_force_from` on."""

    in_force_from: date
    days: tuple[MonthDay, ...]
    decision_id: str

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Return the rulebook's rule `entry_dates`."""
        days = tuple(sorted(MonthDay.parse(day) for day in rule.value))
        return cls(in_force_from=rule.in_force_from, days=days, decision_id=rule.decision_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The allowed dates around a refused one; None where there is none after the submission."""

    before: date | None
    after: date | None


class EntryDateNotAllowed(Refused):
    """Raised when a member can't enter on the date wanted; `nearest` names the dates to choose instead."""

    code = "entry_date_not_allowed"

    def __init__(self, wanted: date, *, nearest: Nearest) -> None:
        near = " eller ".join(long_date(day) for day in (nearest.before, nearest.after) if day)
        instead = f"Vælg {near}, eller søg dispensation." if near else "Vælg en tidligere dato."
        super().__init__(f"Indmeldelse er ikke mulig den {long_date(wanted)}. {instead}")
        self.nearest = nearest


class EntryDateTooFar(Refused):
    """Raised when an entry date lies so far ahead that it must be a slip of the finger."""

    code = "entry_date_too_far"

    def __init__(self, wanted: date) -> None:
        super().__init__(
            f"{long_date(wanted)} ligger mere end {MOST_YEARS_AHEAD} år ude i fremtiden. "
            f"Ret årstallet: datoen kan ligge højst {MOST_YEARS_AHEAD} år fremme."
        )


def check_not_too_far(wanted: date, *, submitted: date) -> date:
    """Return `wanted` when it lies at most `MOST_YEARS_AHEAD` after the submission. It holds for dispensations too.

    Raises:
        EntryDateTooFar: it lies later.
    """
    last = (submitted.year + MOST_YEARS_AHEAD, submitted.month, submitted.day)
    if (wanted.year, wanted.month, wanted.day) > last:
        raise EntryDateTooFar(wanted)
    return wanted


def check_entry_date(wanted: date, *, submitted: date, rule: EntryDateRule) -> date:
    """Return `wanted` when the rule allows it for a request submitted that day.

    Raises:
        EntryDateNotAllowed: names the nearest allowed dates before and after `wanted`.
    """
    if is_allowed(wanted, submitted=submitted, rule=rule):
        return wanted
    raise EntryDateNotAllowed(wanted, nearest=nearest_allowed(wanted, submitted=submitted, rule=rule))


def is_allowed(wanted: date, *, submitted: date, rule: EntryDateRule) -> bool:
    """Whether a member may enter on the date without a dispensation."""
    return wanted > submitted and MonthDay.of(wanted) in rule.days


def nearest_allowed(wanted: date, *, submitted: date, rule: EntryDateRule) -> Nearest:
    """Return the last allowed date before `wanted` and the first after it, both after the submission."""
    after = next(_days_after(max(wanted, submitted), rule), None)
    before = next(_days_before(wanted, rule), None)
    return Nearest(before=before if before is not None and before > submitted else None, after=after)


def allowed_dates(submitted: date, *, rule: EntryDateRule, count: int) -> tuple[date, ...]:
    """Return the next `count` allowed dates after the submission, in order; fewer at the end of time."""
    return tuple(islice(_days_after(submitted, rule), count))


def _days_after(day: date, rule: EntryDateRule) -> Iterator[date]:
    for year in range(day.year, date.max.year + 1):
        yield from (each for month_day in rule.days if (each := month_day.in_year(year)) > day)


def _days_before(day: date, rule: EntryDateRule) -> Iterator[date]:
    for year in range(day.year, date.min.year - 1, -1):
        yield from (each for month_day in reversed(rule.days) if (each := month_day.in_year(year)) < day)
