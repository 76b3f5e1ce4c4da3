"""Which month or quarter a text names."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.danish import month_name, quarter_name
from chalicelib.common.months import Month, Quarter
from chalicelib.kpi.tables.danish_values import BadValue
from chalicelib.kpi.tables.months_named import month_of, period_in

MIDNIGHT = datetime(2024, 10, 1)  # noqa: DTZ001  # Excel's cells have no zone
months = st.builds(Month, st.integers(1990, 2090), st.integers(1, 12))


@pytest.mark.parametrize(
    "text",
    [
        "Januar 2024",
        "januar 2024",
        "JANUAR  2024",
        "jan 2024",
        "jan. 2024",
        "Jan-2024",
        "01-2024",
        "1-2024",
        "01.2024",
        "01/2024",
        "2024-01",
        "januar_2024.xlsx",
        "2024-01.csv",
        "Agentstatistik januar 2024",
        "kpi-2024-01-v2.csv",
        "Agentstatistik januar 2024 (januar 2024)",
        "2024-01 (2).csv",
    ],
)
def test_a_text_names_a_month(text: str) -> None:
    assert period_in(text) == Month(2024, 1)


@pytest.mark.parametrize(
    "text",
    [
        "1. kvartal 2024",
        "1.kvartal 2024",
        "Q1 2024",
        "q1-2024",
        "2024-Q1.xlsx",
        "K1 2024",
        "2024 1. kvartal",
        "Agentstatistik 1. kvartal 2024",
    ],
)
def test_a_text_names_a_quarter(text: str) -> None:
    assert period_in(text) == Quarter(2024, 1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Udtrukket 2. januar 2025", id="the day when it was taken out"),
        pytest.param("Udtrukket januar 2025", id="the month when it was taken out"),
        pytest.param("2. januar 2025", id="a date in words"),
        pytest.param("02-01-2025", id="a Danish date"),
        pytest.param("2025-01-02", id="an ISO date"),
        pytest.param("2024-10_2025-01.csv", id="a file of several months"),
        pytest.param("oktober - december 2024", id="from one month to another"),
        pytest.param("Uge 1-2024", id="a week"),
        pytest.param("13-2024", id="no month"),
        pytest.param("202501.csv", id="digits without a separator"),
        pytest.param("Agentstatistik", id="nothing"),
        pytest.param("5. kvartal 2024", id="no quarter"),
    ],
)
def test_a_text_that_says_another_thing_names_no_period(text: str) -> None:
    assert period_in(text) is None


@given(months)
def test_every_month_that_we_write_is_read_back(month: Month) -> None:
    assert period_in(month_name(month)) == month
    assert period_in(str(month)) == month
    assert month_of(f"{month.number:02d}-{month.year}") == month


@given(st.builds(Quarter, st.integers(1990, 2090), st.integers(1, 4)))
def test_every_quarter_that_we_write_is_read_back(quarter: Quarter) -> None:
    assert period_in(quarter_name(quarter)) == quarter


@given(st.text())
def test_any_text_names_one_period_or_none(text: str) -> None:
    assert period_in(text) is None or isinstance(period_in(text), Month | Quarter)


@pytest.mark.parametrize(
    "cell",
    ["Oktober 2024", "10-2024", "2024-10", "31-10-2024", date(2024, 10, 1), MIDNIGHT],
)
def test_a_cell_of_a_month_column_names_its_month(cell: object) -> None:
    assert month_of(cell) == Month(2024, 10)


@pytest.mark.parametrize(
    "cell", ["Oktober", "4. kvartal 2024", "31-02-2024", "i går", 202410.0, "oktober 2024 ca.", True]
)
def test_a_cell_that_names_no_month_is_refused(cell: object) -> None:
    with pytest.raises(BadValue, match="måned"):
        month_of(cell)
