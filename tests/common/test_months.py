"""Months and quarters as values."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import Month, Quarter, months_from, months_later

months = st.builds(Month, st.integers(1960, 9000), st.integers(1, 12))


@given(months, st.integers(-600, 600))
def test_adding_months_and_taking_them_away_gives_the_month_back(month: Month, count: int) -> None:
    assert month.plus(count).plus(-count) == month


@given(months)
def test_a_month_prints_as_it_parses(month: Month) -> None:
    assert Month.parse(str(month)) == month


@given(months)
def test_the_day_after_the_last_day_is_the_first_of_the_next_month(month: Month) -> None:
    assert Month.of(month.last_day) == month
    assert month.last_day.toordinal() + 1 == month.next().first_day.toordinal()


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "24-10", "2024-1", "2024-10-01", " 2024-10", "२०२४-१०", ""])
def test_other_spellings_are_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month.parse(text)


@pytest.mark.parametrize(("year", "number"), [(2024, 0), (2024, 13), (1899, 12)])
def test_numbers_outside_the_calendar_are_no_month(year: int, number: int) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month(year, number)


@pytest.mark.parametrize("number", [0, 5])
def test_numbers_outside_the_year_are_no_quarter(number: int) -> None:
    with pytest.raises(ValueError, match="not a quarter"):
        Quarter(2024, number)


def test_a_leap_year_has_its_day() -> None:
    assert Month(2024, 2).last_day == date(2024, 2, 29)


def test_a_quarter_has_its_three_months() -> None:
    assert str(Quarter(2024, 4)) == "2024-Q4"
    assert Quarter(2024, 4).months == (Month(2024, 10), Month(2024, 11), Month(2024, 12))


def test_months_from_includes_both_ends_and_is_empty_backwards() -> None:
    assert list(months_from(Month(2024, 12), Month(2025, 1))) == [Month(2024, 12), Month(2025, 1)]
    assert list(months_from(Month(2025, 1), Month(2024, 12))) == []


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2025, 1, 15), date(2025, 7, 15)),
        (date(2024, 8, 31), date(2025, 2, 28)),
        (date(2023, 8, 29), date(2024, 2, 29)),
        (date(2025, 3, 31), date(2025, 9, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(day: date, later: date) -> None:
    assert months_later(day, 6) == later
