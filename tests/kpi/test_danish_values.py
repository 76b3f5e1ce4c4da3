"""What a cell of a Danish export means."""

from __future__ import annotations

import math
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.danish import decimal_number as written_decimal
from chalicelib.common.danish import number as written_number
from chalicelib.kpi.tables import danish_values
from chalicelib.kpi.tables.danish_values import BadValue, agrees, percentages, seconds, whole_number


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("1000", 1000, id="digits"),
        pytest.param("1.000", 1000, id="thousands dot"),
        pytest.param("12.345.678", 12_345_678, id="two dots"),
        pytest.param(" 7 ", 7, id="spaces around"),
        pytest.param("007", 7, id="leading zeros"),
        pytest.param(1000.0, 1000, id="Excel's number"),
        pytest.param(0, 0, id="nought"),
    ],
)
def test_a_whole_number_is_read_typed_or_as_text(cell: object, value: int) -> None:
    assert whole_number(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "NaN",
        "nan",
        "inf",
        "1_000",
        "١٢",
        "1e3",
        "0x10",
        "1 000",
        "1.00",
        "1.0000",
        "10.00.000",
        "+5",
        "1,000.0",
        "",
        "²",
        "12abc",
        "𝟙𝟚",
        math.nan,
        math.inf,
        True,
        date(2024, 1, 1),
        time(1, 2),
        "--5",
        "1.000." + "000" * 9,
    ],
)
def test_what_only_looks_like_a_number_is_refused(cell: object) -> None:
    with pytest.raises(BadValue, match="er ikke et"):
        whole_number(cell)


@pytest.mark.parametrize("cell", ["1,5", "12,0", 1.5])
def test_a_part_of_a_call_is_refused_as_not_whole(cell: object) -> None:
    with pytest.raises(BadValue, match="helt tal"):
        whole_number(cell)


@pytest.mark.parametrize("cell", ["-5", -5.0])
def test_a_negative_number_is_named_so(cell: object) -> None:
    with pytest.raises(BadValue, match="negativt"):
        whole_number(cell)


def test_a_number_too_large_to_be_exact_is_refused() -> None:
    with pytest.raises(BadValue, match="stort"):
        whole_number(1e300)


@given(st.integers(min_value=0, max_value=999_999_999))
def test_every_number_that_we_write_in_danish_is_read_back(value: int) -> None:
    assert whole_number(written_number(value)) == value


@given(st.integers(min_value=-99_999, max_value=99_999))
def test_every_decimal_that_we_write_in_danish_is_read_back_exactly(hundredths: int) -> None:
    value = Decimal(hundredths) / 100

    assert danish_values.decimal_number(written_decimal(value, places=2)) == value


@given(st.text())
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = whole_number(text)
    except BadValue:
        return
    assert set(text.strip()) <= set("0123456789.")
    assert value >= 0


def test_a_decimal_becomes_hundredths_without_a_float_in_between() -> None:
    assert danish_values.hundredths(danish_values.decimal_number("6,73")) == 673
    assert danish_values.hundredths(danish_values.decimal_number(8.2)) == 820
    assert danish_values.hundredths(danish_values.decimal_number("6,735")) == 674


@pytest.mark.parametrize(
    ("cell", "part", "whole"),
    [
        pytest.param("66,4 %", 297, 447, id="text with one decimal"),
        pytest.param("66,4%", 297, 447, id="no space"),
        pytest.param("66 %", 297, 447, id="whole percent"),
        pytest.param(0.6315789473684211, 264, 418, id="Excel's fraction"),
        pytest.param(0.7769784172661871, 108, 139, id="Excel's last digit is off"),
        pytest.param(66.4, 297, 447, id="percent as a number"),
        pytest.param("0,664", 297, 447, id="fraction as text"),
        pytest.param(60.0, 599, 1000, id="60,0 typed: Excel doesn't keep the decimal"),
        pytest.param(1, 5, 5, id="1 is 100 %"),
        pytest.param("100 %", 5, 5, id="all"),
        pytest.param("0,5 %", 1, 200, id="half a percent"),
        pytest.param("0,5", 1, 2, id="one half"),
    ],
)
def test_a_percentage_agrees_within_its_own_rounding(cell: object, part: int, whole: int) -> None:
    assert agrees(percentages(cell), part=part, whole=whole)


@pytest.mark.parametrize(
    ("cell", "part", "whole"),
    [
        pytest.param("60,0 %", 599, 1000, id="59,9 is not 60,0"),
        pytest.param("66,4 %", 300, 447, id="67,1"),
        pytest.param(0.6315789473684211, 263, 418, id="a call off"),
        pytest.param("66 %", 300, 450, id="66,7 rounds to 67"),
        pytest.param("1 %", 5, 5, id="1 % is not 100 %"),
    ],
)
def test_a_percentage_beyond_its_rounding_disagrees(cell: object, part: int, whole: int) -> None:
    assert not agrees(percentages(cell), part=part, whole=whole)


@given(whole=st.integers(1, 5000), data=st.data(), places=st.integers(0, 3))
def test_the_rounded_percentage_of_any_counts_agrees_with_them(whole: int, data: st.DataObject, places: int) -> None:
    part = data.draw(st.integers(0, whole))
    written = written_decimal(Decimal(100 * part) / whole, places=places)

    assert agrees(percentages(f"{written} %"), part=part, whole=whole)


@pytest.mark.parametrize("cell", ["abc %", "%", "-5 %", "nan %", math.nan, "5 % ca."])
def test_what_is_no_percentage_is_refused(cell: object) -> None:
    with pytest.raises(BadValue):
        percentages(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param("04:21", 261, id="mm:ss"),
        pytest.param("4:21", 261, id="m:ss"),
        pytest.param("65:10", 3910, id="more than an hour of minutes"),
        pytest.param("00:04:21", 261, id="hh:mm:ss"),
        pytest.param("1:00:00", 3600, id="h:mm:ss"),
        pytest.param(time(0, 4, 21), 261, id="Excel time"),
        pytest.param(time(0, 4, 20, 600_000), 261, id="Excel time with a fraction"),
        pytest.param(timedelta(seconds=261), 261, id="Excel duration"),
        pytest.param(261 / 86400, 261, id="Excel time in a plain cell"),
        pytest.param("00:00", 0, id="none"),
    ],
)
def test_a_duration_is_read_in_seconds(cell: object, value: int) -> None:
    assert seconds(cell) == value


@pytest.mark.parametrize(
    "cell", ["4:61", "00:61:00", "4.21", "261", "ab:cd", "٠٤:٢١", 3.5, -0.1, math.nan, True, "1:2:3:4"]
)
def test_what_is_no_duration_is_refused(cell: object) -> None:
    with pytest.raises(BadValue, match="varighed"):
        seconds(cell)


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(BadValue, match="negativt"):
        seconds(timedelta(seconds=-1))
