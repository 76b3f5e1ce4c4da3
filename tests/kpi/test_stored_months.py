"""The figures of many months are those of each, read in a handful of calls."""

from __future__ import annotations

from chalicelib.common.months import Month
from chalicelib.kpi import figures
from tests import faults
from tests.kpi.conftest import JANUARY, Desk


def test_the_figures_of_many_months_are_those_of_each_read_at_once(desk: Desk) -> None:
    december = JANUARY.previous()
    desk.drop(["Furesø", "a", 10, 5], ["Aarhus", "b", 20, 6], key="drops/agent-kpi/2024-12.csv")
    desk.drop(["Furesø", "a", 11, 7])
    desk.drop(["Furesø", "a", 12, 7])

    with faults.counted() as calls:
        found = figures.stored_months(Month(2022, 2), JANUARY)

    assert list(found) == [december, JANUARY]
    for month, read in found.items():
        each = [figures.municipality_month(code, month) for code in figures.revisions(month)]
        assert sorted(read, key=lambda figure: figure.agent) == [
            figure for one in each if one for figure in one.figures
        ]
    assert len(calls.operations) == 2
    assert list(figures.stored_months(december, december)) == [december]
    assert figures.stored_months(Month(2022, 1), Month(2022, 12)) == {}


def test_revisions_of_many_months_are_those_of_each(desk: Desk) -> None:
    desk.drop(["Furesø", "a", 11, 7])
    desk.drop(["Furesø", "a", 12, 7])

    assert figures.stored_revisions(Month(2024, 6), JANUARY) == {JANUARY: figures.revisions(JANUARY)}
    assert figures.revisions(JANUARY) == {"190": 2}
