"""The drawing of two rules, municipality by municipality: pairs of bars on one scale, the most first."""

from __future__ import annotations

from chalicelib.followup.what_if_chart import MOST_BARS, Pair, Said, drawn


def pair(name: str, today: int, tried: int, *, proposals: int = 0) -> Pair:
    return Pair(name=name, today=Said(notices=today, proposals=0), tried=Said(notices=tried, proposals=proposals))


def test_bars_are_in_proportion_and_the_municipality_with_the_most_comes_first() -> None:
    chart = drawn([pair("Furesø", 5, 10), pair("Aarhus", 20, 0, proposals=2)])

    assert chart is not None
    assert [each.name for each in chart.pairs] == ["Aarhus", "Furesø"]
    most, half = chart.pairs[0].today, chart.pairs[1].tried
    assert (most.width, half.width) == (208, 104)
    assert (chart.pairs[0].tried.width, chart.pairs[0].tried.text) == (0, "0 / 2")
    bars = [bar.y for each in chart.pairs for bar in (each.today, each.tried)]
    assert bars == sorted(set(bars))
    assert max(bars) < chart.height


def test_only_so_many_are_drawn_and_the_rest_is_counted() -> None:
    chart = drawn([pair(f"Kommune {number}", number, number) for number in range(MOST_BARS + 3)])

    assert chart is not None
    assert (len(chart.pairs), chart.left_out) == (MOST_BARS, 2)


def test_a_municipality_with_a_proposal_alone_is_drawn() -> None:
    chart = drawn([pair("Aarhus", 0, 0, proposals=1)])

    assert chart is not None
    assert [each.name for each in chart.pairs] == ["Aarhus"]


def test_nothing_said_is_no_chart() -> None:
    assert drawn([pair("Aarhus", 0, 0)]) is None
    assert drawn([]) is None
