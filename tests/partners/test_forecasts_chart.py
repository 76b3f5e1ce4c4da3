"""The drawing of forecasts against calls: all inside its box, on one scale, and what isn't known is left open."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.partners.forecasts import chart
from chalicelib.partners.forecasts.chart import HEIGHT, WIDTH, drawn
from chalicelib.partners.forecasts.comparison import WeekLoad, window

TODAY = date(2025, 2, 5)
WEEKS = window(TODAY)
CALLS = st.none() | st.integers(0, 700_000)


def loads(*known: tuple[int | None, int | None]) -> list[WeekLoad]:
    """The window's weeks: the first as told, of the rest nothing is known."""
    told = [*known, *[(None, None)] * (len(WEEKS) - len(known))]
    return [
        WeekLoad(week=week, forecast=forecast, actual=None if actual is None else Fraction(actual))
        for week, (forecast, actual) in zip(WEEKS, told, strict=True)
    ]


@given(known=st.lists(st.tuples(CALLS, CALLS), min_size=len(WEEKS), max_size=len(WEEKS)))
def test_everything_stands_inside_the_box(known: list[tuple[int | None, int | None]]) -> None:
    drawing = drawn(loads(*known), today=TODAY)
    if drawing is None:
        assert all(each == (None, None) for each in known)
        return

    assert len(drawing.forecasts) == sum(forecast is not None for forecast, _ in known)
    assert len(drawing.missing) == sum(each == (None, None) for each in known)
    for box in (*drawing.forecasts, *drawing.missing):
        assert 0 <= box.x < box.x + box.width <= WIDTH
        assert 0 <= box.y < box.y + box.height <= HEIGHT
    assert 2 <= len(drawing.ticks) <= 5
    highest = min(tick.y for tick in drawing.ticks)
    assert all(y >= highest for y in heights(drawing.line))
    assert drawing.line.count("H") == sum(actual is not None for _, actual in known)


def heights(line: str) -> list[int]:
    return [int(y) for y in re.findall(r"(?:V|M\d+ )(\d+)", line)]


def test_the_line_is_level_within_a_week_and_broken_where_nothing_is_known() -> None:
    drawing = drawn(loads((None, 100), (None, 50), (10, None), (None, 0)), today=TODAY)

    assert drawing is not None
    assert drawing.line == "M43 10H60V91H77M94 172H111"


def test_a_forecast_of_no_calls_is_drawn_and_a_missing_one_isnt() -> None:
    drawing = drawn(loads((0, None), (None, 10), (10, None)), today=TODAY)

    assert drawing is not None
    assert [box.height for box in drawing.forecasts] == [2, 162]
    assert len(drawing.missing) == len(WEEKS) - 3


def test_bars_and_line_share_one_scale_of_round_numbers() -> None:
    drawing = drawn(loads((180, 230)), today=TODAY)

    assert drawing is not None
    assert [tick.calls for tick in drawing.ticks] == [0, 100, 200, 300]
    (bar,) = drawing.forecasts
    assert bar.y == round(172 - 162 * 180 / 300)


@pytest.mark.parametrize(
    ("most", "scale"), [(0, (1, 1)), (1, (1, 1)), (4, (1, 4)), (5, (2, 6)), (81, (50, 100)), (900, (500, 1000))]
)
def test_the_scale_has_at_most_four_round_steps(most: int, scale: tuple[int, int]) -> None:
    assert chart._scale(most) == scale


def test_weeks_are_named_by_their_numbers_and_today_stands_in_its_own() -> None:
    drawing = drawn(loads((1, 1)), today=TODAY)

    assert drawing is not None
    assert [mark.week for mark in drawing.marks] == [46, 50, 2, 6, 10, 14]
    assert drawing.today == 43 + 17 * 12 + round(17 * 2 / 7)
    later = drawn(loads((1, 1)), today=date(2026, 1, 1))
    assert later is not None
    assert later.today is None


def test_where_nothing_is_known_nothing_is_drawn() -> None:
    assert drawn(loads(), today=TODAY) is None
