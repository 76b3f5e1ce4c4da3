"""A partner's forecasts against the calls that came, week by week.

Calls are counted by month, so a week's are only known by and by: a month's calls are spread evenly over its days, and
a week that lies in two months takes its days' share of each. What isn't known is None, which is not 0. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from chalicelib.common.months import Month, months_from
from chalicelib.partners.forecasts.weeks import Week, weeks_from

WEEKS_BACK = 12
WEEKS_AHEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLoad:
    """The calls of a week: as the partner expected them, and as they came (exact shares of the months' calls)."""

    week: Week
    forecast: int | None
    actual: Fraction | None

    @property
    def actual_calls(self) -> int | None:
        """The calls that came as a whole number, half up."""
        return None if self.actual is None else rounded(self.actual)

    @property
    def is_missing(self) -> bool:
        """Whether neither is known."""
        return self.forecast is None and self.actual is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The calls of the weeks of which both are known."""

    weeks: int
    forecast: int
    actual: int


def window(today: date) -> tuple[Week, ...]:
    """Return the weeks that are compared on a day: the one that runs, those before it and those to come."""
    running = Week.of(today)
    return tuple(weeks_from(running.plus(-WEEKS_BACK), running.plus(WEEKS_AHEAD)))


def months_of(weeks: tuple[Week, ...], *, today: date) -> tuple[Month, ...]:
    """Return the months that weeks lie in, as far as they have begun: of later ones nothing can be known."""
    last = min(weeks[-1].last_day, today)
    return tuple(months_from(Month.of(weeks[0].first_day), Month.of(last)))


def compared(
    weeks: Iterable[Week], *, forecast_by_week: Mapping[Week, int], calls_by_month: Mapping[Month, int]
) -> tuple[WeekLoad, ...]:
    """Return the weeks with what was expected and what came."""
    return tuple(
        WeekLoad(week=week, forecast=forecast_by_week.get(week), actual=_actual(week, calls_by_month)) for week in weeks
    )


def totals(loads: Iterable[WeekLoad]) -> Totals | None:
    """Return what was expected and what came in the weeks of which both are known; None when there is none."""
    both = [(each.forecast, each.actual) for each in loads if each.forecast is not None and each.actual is not None]
    if not both:
        return None
    return Totals(
        weeks=len(both),
        forecast=sum(forecast for forecast, _ in both),
        actual=rounded(sum((actual for _, actual in both), Fraction(0))),
    )


def rounded(calls: Fraction) -> int:
    """Return the nearest whole number of calls, half up."""
    return int(calls + Fraction(1, 2))


def _actual(week: Week, calls_by_month: Mapping[Month, int]) -> Fraction | None:
    """Return the week's share of the months that its days lie in; None unless all of them are known."""
    months = [Month.of(day) for day in week.days]
    if not all(month in calls_by_month for month in months):
        return None
    return sum((Fraction(calls_by_month[month], month.last_day.day) for month in months), Fraction(0))
