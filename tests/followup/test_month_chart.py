"""Where an agent's months stand against the target in the drawing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import Month
from chalicelib.followup.month_chart import HEIGHT, WIDTH, Kind, Point, drawn

OCTOBER = Month(2024, 10)


def point(place: int, resolved: int, *, answered: int = 100, target: int = 60) -> Point:
    kind = Kind.AT_TARGET if 100 * resolved >= target * answered else Kind.BELOW
    return Point(month=OCTOBER.plus(place), target_percent=target, kind=kind, answered=answered, resolved=resolved)


def test_a_higher_share_stands_higher_and_the_target_between() -> None:
    chart = drawn([point(0, 30), point(1, 80)])

    assert chart is not None
    low, high = chart.dots
    target = int(chart.target.split()[1].partition("V")[0])
    assert low.y > target > high.y
    assert low.x < high.x
    assert (low.kind, high.kind) == (Kind.BELOW, Kind.AT_TARGET)


def test_the_line_is_broken_where_a_month_has_no_calls() -> None:
    chart = drawn([point(0, 30), point(1, 0, answered=0), point(2, 40), point(3, 50)])

    assert chart is not None
    assert len(chart.dots) == 3
    assert (chart.line.count("M"), chart.line.count("L")) == (2, 1)


def test_a_target_that_changes_is_drawn_in_steps() -> None:
    chart = drawn([point(0, 30), point(1, 30, target=70)])

    assert chart is not None
    heights = [part.partition("H")[0] for part in chart.target.split("V")[1:]]
    assert len(set(heights)) == 2


def test_nothing_is_drawn_without_calls() -> None:
    assert drawn([point(0, 0, answered=0)]) is None


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 100)), min_size=1, max_size=12))
def test_everything_stands_inside_the_box(months: list[tuple[int, int]]) -> None:
    chart = drawn(
        [point(place, answered * share // 100, answered=answered) for place, (answered, share) in enumerate(months)]
    )

    assert chart is not None
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in chart.dots)
    assert len(chart.names) <= 6
