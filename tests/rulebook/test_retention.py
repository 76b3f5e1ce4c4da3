"""How long persons' figures are kept, at the edges of months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import Month, months_later
from chalicelib.rulebook.retention import last_erased_month


@pytest.mark.parametrize(
    ("today", "months", "erased"),
    [
        (date(2027, 10, 30), 36, "2024-09"),
        (date(2027, 10, 31), 36, "2024-10"),
        (date(2027, 11, 1), 36, "2024-10"),
        (date(2028, 2, 28), 36, "2025-02"),
        (date(2028, 2, 28), 48, "2024-01"),  # February 2024 had 29 days
        (date(2028, 2, 29), 48, "2024-02"),
        (date(2025, 2, 27), 12, "2024-01"),
        (date(2025, 2, 28), 12, "2024-02"),  # a year later there is no 29th
    ],
)
def test_a_month_is_erased_when_its_last_day_lies_so_many_months_back(today: date, months: int, erased: str) -> None:
    assert last_erased_month(today, months) == Month.parse(erased)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(12, 120))
def test_nothing_is_erased_early_and_nothing_late(today: date, months: int) -> None:
    erased = last_erased_month(today, months)

    assert months_later(erased.last_day, months) <= today < months_later(erased.next().last_day, months)
    assert last_erased_month(today + timedelta(days=1), months) >= erased
