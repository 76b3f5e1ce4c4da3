"""Calendar months and quarters as values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

_ISO_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month. Orders by time; prints as `2024-10`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 9999 and 1 <= self.number <= 12):
            raise ValueError(f"not a month: {self.year}-{self.number}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written as `2024-10`.

        Raises:
            ValueError: the text has another form.
        """
        match = _ISO_MONTH.fullmatch(text)
        if match is None:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that `day` lies in."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.next().first_day - timedelta(days=1)

    def plus(self, months: int) -> Self:
        """Return the month `months` later (earlier when negative)."""
        years, zero_based = divmod(self.year * 12 + self.number - 1 + months, 12)
        return type(self)(years, zero_based + 1)

    def next(self) -> Self:
        return self.plus(1)

    def previous(self) -> Self:
        return self.plus(-1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, 1 to 4. Prints as `2024-Q1`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 9999 and 1 <= self.number <= 4):
            raise ValueError(f"not a quarter: {self.year} Q{self.number}")

    @classmethod
    def of(cls, month: Month) -> Self:
        """Return the quarter that `month` lies in."""
        return cls(month.year, (month.number + 2) // 3)

    @property
    def months(self) -> tuple[Month, Month, Month]:
        first = Month(self.year, 3 * self.number - 2)
        return first, first.plus(1), first.plus(2)

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"


def months_later(day: date, months: int) -> date:
    """Return the same day of the month so many months later; the month's last day when it has no such day."""
    month = Month.of(day).plus(months)
    return min(month.last_day, month.first_day + timedelta(days=day.day - 1))


def months_from(first: Month, last: Month) -> Iterator[Month]:
    """Yield each month from `first` to `last`, both included; nothing when `last` is before `first`."""
    month = first
    while month <= last:
        yield month
        month = month.next()
