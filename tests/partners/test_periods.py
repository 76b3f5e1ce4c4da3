"""The days of an agreement: counted in whole months, sharing none, going on without a gap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import months_later
from chalicelib.partners.periods import Period, months_in, next_after

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    end = draw(st.none() | st.dates(start, date(2028, 12, 31)))
    return Period(start=start, end=end)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        pytest.param(date(2024, 3, 1), date(2024, 9, 30), 7, id="RenoSyd's"),
        pytest.param(date(2024, 3, 1), date(2024, 3, 31), 1, id="one calendar month"),
        pytest.param(date(2024, 3, 15), date(2024, 9, 14), 6, id="from the middle to the middle"),
        pytest.param(date(2024, 3, 15), date(2024, 9, 13), 5, id="a day short of six"),
        pytest.param(date(2024, 1, 31), date(2024, 2, 28), 1, id="from a month's last day to the next one's"),
        pytest.param(date(2023, 12, 1), date(2024, 11, 30), 12, id="a year over New Year"),
        pytest.param(date(2024, 3, 1), date(2024, 3, 1), 0, id="one day"),
        pytest.param(date(2024, 3, 1), None, None, id="open"),
    ],
)
def test_months_are_counted_whole(start: date, end: date | None, months: int | None) -> None:
    assert months_in(Period(start=start, end=end)) == months


@given(start=DAYS, months=st.integers(1, 60))
def test_a_period_of_so_many_months_is_counted_as_so_many(start: date, months: int) -> None:
    end = months_later(start, months) - timedelta(days=1)

    assert months_in(Period(start=start, end=end)) == months


@given(one=periods(), other=periods(), day=DAYS)
def test_periods_overlap_when_a_day_lies_in_both(one: Period, other: Period, day: date) -> None:
    if one.contains(day) and other.contains(day):
        assert one.overlaps(other)
    starts_inside = one.contains(other.start) or other.contains(one.start)
    assert one.overlaps(other) == other.overlaps(one) == starts_inside


@given(period=periods(), further=st.none() | st.integers(0, 700))
def test_what_goes_on_starts_the_day_after_and_shares_no_day(period: Period, further: int | None) -> None:
    if period.end is None:
        return
    after = next_after(period, until=None if further is None else period.end + timedelta(days=1 + further))

    assert after.start - period.end == timedelta(days=1)
    assert not after.overlaps(period)
