"""Forecasts against the calls that came: a month's calls lie evenly on its days, and what isn't known isn't 0."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import Month, months_from
from chalicelib.partners.forecasts.comparison import (
    Totals,
    WeekLoad,
    compared,
    months_of,
    rounded,
    totals,
    window,
)
from chalicelib.partners.forecasts.weeks import Week, weeks_from

TODAY = date(2025, 2, 5)  # in 2025-W06
NONE: dict[Week, int] = {}


def load(forecast: int | None, actual: Fraction | int | None) -> WeekLoad:
    return WeekLoad(week=Week(2025, 1), forecast=forecast, actual=None if actual is None else Fraction(actual))


@given(
    first=st.dates(date(2023, 1, 1), date(2026, 12, 31)), calls=st.lists(st.integers(0, 5000), min_size=1, max_size=6)
)
def test_no_call_of_a_month_is_lost_or_counted_twice(first: date, calls: list[int]) -> None:
    months = list(months_from(Month.of(first), Month.of(first).plus(len(calls) - 1)))
    around = dict(zip([months[0].previous(), *months, months[-1].next()], [0, *calls, 0], strict=True))
    weeks = weeks_from(Week.of(months[0].first_day), Week.of(months[-1].last_day))

    loads = compared(weeks, forecast_by_week=NONE, calls_by_month=around)

    assert sum(each.actual or 0 for each in loads) == sum(calls)


def test_a_week_in_two_months_takes_its_days_share_of_each() -> None:
    (only,) = compared(
        [Week(2025, 5)],  # 27 January to 2 February
        forecast_by_week=NONE,
        calls_by_month={Month(2025, 1): 310, Month(2025, 2): 56},
    )

    assert only.actual == 5 * 10 + 2 * 2


@pytest.mark.parametrize("known", [Month(2025, 1), Month(2025, 2)])
def test_a_week_is_known_when_all_its_months_are(known: Month) -> None:
    (only,) = compared([Week(2025, 5)], forecast_by_week=NONE, calls_by_month={known: 310})

    assert only.actual is None
    assert only.actual_calls is None
    assert only.is_missing


def test_none_expected_and_none_came_are_known() -> None:
    (only,) = compared([Week(2025, 2)], forecast_by_week={Week(2025, 2): 0}, calls_by_month={Month(2025, 1): 0})

    assert (only.forecast, only.actual_calls, only.is_missing) == (0, 0, False)


@pytest.mark.parametrize(
    ("calls", "whole"), [(Fraction(5, 2), 3), (Fraction(7, 2), 4), (Fraction(9, 4), 2), (Fraction(0), 0)]
)
def test_calls_are_rounded_half_up(calls: Fraction, whole: int) -> None:
    assert rounded(calls) == whole


def test_totals_are_of_the_weeks_of_which_both_are_known() -> None:
    loads = (load(100, Fraction(181, 2)), load(50, 60), load(70, None), load(None, 80), load(None, None))

    assert totals(loads) == Totals(weeks=2, forecast=150, actual=151)
    assert totals(loads[2:]) is None


@given(today=st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_12_weeks_back_and_8_ahead_are_compared_with_the_months_that_have_begun(today: date) -> None:
    weeks = window(today)
    months = months_of(weeks, today=today)

    assert len(weeks) == 12 + 1 + 8
    assert today in weeks[12].days
    assert months[0] == Month.of(weeks[0].first_day)
    assert months[-1] == Month.of(today)


def test_the_months_of_weeks_that_are_over_end_with_them() -> None:
    weeks = (Week(2024, 40), Week(2024, 41))

    assert months_of(weeks, today=TODAY) == (Month(2024, 9), Month(2024, 10))
    assert weeks[-1].last_day < TODAY - timedelta(weeks=4)
