"""The weeks that forecasts are given for: ISO's, from the one that runs on to 104 ahead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.partners.forecasts.weeks import NotAWeek, TooFarAhead, Week, WeekIsOver, check_open, weeks_from

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
TODAY = date(2025, 2, 5)  # a Wednesday in 2025-W06


@given(day=DAYS)
def test_a_day_lies_in_its_week_and_in_no_other(day: date) -> None:
    week = Week.of(day)

    assert day in week.days
    assert week.first_day.isoweekday() == 1
    assert week.last_day == week.days[-1]
    assert Week.parse(str(week)) == week
    assert day not in week.plus(1).days


@given(one=DAYS, other=DAYS)
def test_weeks_stand_in_the_order_of_their_days_and_of_their_texts(one: date, other: date) -> None:
    first, last = Week.of(one), Week.of(other)

    assert (first < last) == (first.first_day < last.first_day) == (str(first) < str(last))


@given(day=DAYS, weeks=st.integers(-200, 200))
def test_so_many_weeks_later_is_seven_times_as_many_days(day: date, weeks: int) -> None:
    assert Week.of(day).plus(weeks) == Week.of(day + timedelta(weeks=weeks))


@pytest.mark.parametrize(
    ("text", "first_day"),
    [
        pytest.param("2025-W01", date(2024, 12, 30), id="begins in the year before"),
        pytest.param("2020-W53", date(2020, 12, 28), id="a year of 53 weeks"),
        pytest.param("2025-W08", date(2025, 2, 17), id="any other"),
    ],
)
def test_a_week_begins_on_its_monday(text: str, first_day: date) -> None:
    assert Week.parse(text).first_day == first_day


@pytest.mark.parametrize(
    "text",
    ["", "2025-08", "2025-W8", "2025-w08", "2025-W00", "2025-W53", "2025-W54", "0000-W01", "9999-W52", " 2025-W08",
     "2025-W08\n", "２０２５-W08", "2025-W08-1"],
)  # fmt: skip
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(NotAWeek):
        Week.parse(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("2025-W8", "Ugen skal skrives som 2025-W08", id="written in another way"),
        pytest.param("2025-W53", "Ugen findes ikke: 2025 har uge 01 til 52.", id="a year of 52"),
        pytest.param("2026-W54", "Ugen findes ikke: 2026 har uge 01 til 53.", id="a year of 53"),
        pytest.param("2025-W00", "Ugen findes ikke: 2025 har uge 01 til 52.", id="before the first"),
        pytest.param("0000-W01", "Ugen findes ikke: året skal være fra 1900 til 9998.", id="no such year"),
    ],
)
def test_a_week_that_isn_t_there_is_told_otherwise_than_one_that_is_misspelt(text: str, told: str) -> None:
    with pytest.raises(NotAWeek) as refused:
        Week.parse(text)

    assert refused.value.message.startswith(told)


def test_the_weeks_from_one_to_another_include_both() -> None:
    assert [str(week) for week in weeks_from(Week(2024, 51), Week(2025, 2))] == [
        "2024-W51",
        "2024-W52",
        "2025-W01",
        "2025-W02",
    ]
    assert not list(weeks_from(Week(2025, 2), Week(2025, 1)))


@pytest.mark.parametrize("week", ["2025-W06", "2025-W07", "2027-W05"])
def test_forecasts_may_be_given_from_the_week_that_runs_to_104_ahead(week: str) -> None:
    check_open(Week.parse(week), today=TODAY)


def test_what_is_over_or_too_far_ahead_is_refused_with_the_nearest_that_may_be_given() -> None:
    with pytest.raises(WeekIsOver, match="2025-W06"):
        check_open(Week(2025, 5), today=TODAY)
    with pytest.raises(TooFarAhead, match="2027-W05"):
        check_open(Week(2027, 6), today=TODAY)


def test_a_week_may_be_given_a_forecast_until_its_sunday_is_over() -> None:
    check_open(Week(2025, 6), today=date(2025, 2, 9))
    with pytest.raises(WeekIsOver):
        check_open(Week(2025, 6), today=date(2025, 2, 10))
