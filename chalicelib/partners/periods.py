"""The days that an agreement covers: counted in months, never overlapping, each extension right after the last.

Source: DOMAIN section 3; the golden case is RenoSyd's 2024-03-01..2024-09-30, which is 7 months. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.common.months import months_later

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` to `end`, both included; without an end it is open."""

    start: date
    end: date | None

    @property
    def is_open(self) -> bool:
        return self.end is None

    def contains(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        return not (_is_over_before(self, other) or _is_over_before(other, self))


def months_in(period: Period) -> int | None:
    """Return how many whole months the period lasts; None for an open one. 1 March to 30 September is 7."""
    if period.end is None:
        return None
    after = period.end + _DAY
    months = (after.year - period.start.year) * 12 + after.month - period.start.month
    return months if months_later(period.start, months) <= after else months - 1


def next_after(period: Period, *, until: date | None) -> Period:
    """Return the period that goes on where this one, which has an end, leaves off."""
    assert period.end is not None
    return Period(start=period.end + _DAY, end=until)


def _is_over_before(one: Period, other: Period) -> bool:
    return one.end is not None and one.end < other.start
