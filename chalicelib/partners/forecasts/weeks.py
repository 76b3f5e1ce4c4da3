"""Weeks as forecasts are given for: ISO weeks, from the one that runs on, and not too far ahead. Pure.

Source: ISO 8601 (a week begins on Monday, and belongs to the year that its Thursday is in).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from chalicelib.common.errors import Refused

DAYS = 7
#: [A] Further ahead nobody plans calls.
MOST_WEEKS_AHEAD = 104
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_YEARS = range(1900, 9999)


class NotAWeek(Refused):
    """Raised when a text names no ISO week: it is written in another way, or the year hasn't that week."""

    code = "not_a_week"

    def __init__(self, message: str = "Ugen skal skrives som 2025-W08: året, -W og ugens nummer med to cifre.") -> None:
        super().__init__(message)

    @classmethod
    def of_year(cls, year: int) -> Self:
        """Return what there is to say of a week that is written as it should be, and that isn't there."""
        if year not in _YEARS:
            return cls(f"Ugen findes ikke: året skal være fra {_YEARS[0]} til {_YEARS[-1]}.")
        # 28 December always lies in a year's last week.
        return cls(f"Ugen findes ikke: {year} har uge 01 til {date(year, 12, 28).isocalendar().week}.")


class WeekIsOver(Refused):
    """Raised when a forecast is given for a week whose last day has passed."""

    code = "week_is_over"

    def __init__(self, earliest: Week) -> None:
        super().__init__(f"Ugen er forbi. Den tidligste uge, der kan gives en prognose for, er {earliest}.")


class TooFarAhead(Refused):
    """Raised when a forecast is given for a week further ahead than anybody plans."""

    code = "week_too_far_ahead"

    def __init__(self, latest: Week) -> None:
        super().__init__(f"Ugen ligger for langt fremme. Den seneste uge, der kan gives en prognose for, er {latest}.")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, 1 to 52 or 53. Orders by time, as its text does; prints as `2025-W08`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if self.year not in _YEARS:
            raise ValueError(f"not a week: {self.year}-{self.number}")
        date.fromisocalendar(self.year, self.number, 1)  # a ValueError when the year has no such week

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the week written as `2025-W08`.

        Raises:
            NotAWeek: the text has another form, or the year has no such week.
        """
        match = _WEEK.fullmatch(text)
        if match is None:
            raise NotAWeek
        try:
            return cls(int(match[1]), int(match[2]))
        except ValueError as error:
            raise NotAWeek.of_year(int(match[1])) from error

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the week that `day` lies in."""
        calendar = day.isocalendar()
        return cls(calendar.year, calendar.week)

    @property
    def first_day(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=DAYS - 1)

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days, Monday first."""
        return tuple(self.first_day + timedelta(days=each) for each in range(DAYS))

    def plus(self, weeks: int) -> Self:
        """Return the week `weeks` later (earlier when negative)."""
        return self.of(self.first_day + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"


def weeks_from(first: Week, last: Week) -> Iterator[Week]:
    """Yield each week from `first` to `last`, both included; nothing when `last` is before `first`."""
    week = first
    while week <= last:
        yield week
        week = week.plus(1)


def check_open(week: Week, *, today: date) -> None:
    """Check that a forecast for the week may be given today.

    Raises:
        WeekIsOver: the week's last day has passed.
        TooFarAhead: it begins more than 104 weeks after the week that runs.
    """
    running = Week.of(today)
    if week < running:
        raise WeekIsOver(running)
    latest = running.plus(MOST_WEEKS_AHEAD)
    if week > latest:
        raise TooFarAhead(latest)
