"""Which month is evaluated when."""

from datetime import date

import pytest

from chalicelib.common.months import Month
from chalicelib.evaluation.schedule import evaluation_day, first_day_without_missing, month_due_on


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2025, 2, 5), "2025-01"),
        (date(2025, 2, 4), "2024-12"),
        (date(2025, 1, 5), "2024-12"),
        (date(2025, 1, 1), "2024-11"),
        (date(2025, 2, 28), "2025-01"),
    ],
)
def test_the_month_before_is_due_from_the_5th(day: date, month: str) -> None:
    assert month_due_on(day) == Month.parse(month)


def test_december_is_evaluated_in_january() -> None:
    assert evaluation_day(Month(2024, 12)) == date(2025, 1, 5)


def test_missing_municipalities_have_their_days() -> None:
    assert first_day_without_missing(Month(2025, 1), wait_days=5) == date(2025, 2, 10)
