"""Danish spellings of dates, months and numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chalicelib.common import danish
from chalicelib.common.months import Month, Quarter


def test_dates_and_months_are_written_in_words() -> None:
    assert danish.month_name(Month(2024, 10)) == "oktober 2024"
    assert danish.quarter_name(Quarter(2024, 1)) == "1. kvartal 2024"
    assert danish.long_date(date(2025, 2, 5)) == "5. februar 2025"


def test_a_moment_is_written_in_danish_time() -> None:
    assert danish.clock_time(datetime(2024, 6, 30, 22, 30, tzinfo=UTC)) == "1. juli 2024 kl. 00.30"


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (999, "999"), (34348, "34.348"), (1234567, "1.234.567")])
def test_thousands_have_dots(value: int, text: str) -> None:
    assert danish.number(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(599, 1000, "59,9 %"), (3, 5, "60,0 %"), (1, 3, "33,3 %"), (0, 0, "–")]
)
def test_percent_has_a_comma_and_a_dash_for_nothing(part: int, whole: int, text: str) -> None:
    assert danish.percent(part, whole) == text


def test_decimals_have_a_comma() -> None:
    assert danish.decimal_number(Decimal("1234.565"), places=2) == "1.234,57"


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["Odder"], "Odder"), (["Odder", "Samsø", "Aarhus"], "Odder, Samsø og Aarhus")]
)
def test_a_list_ends_with_og(words: list[str], text: str) -> None:
    assert danish.listed(words) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 kommuner"), (1, "1 kommune"), (1200, "1.200 kommuner")])
def test_one_is_one_and_the_rest_are_many(count: int, text: str) -> None:
    assert danish.counted(count, "kommune", "kommuner") == text
