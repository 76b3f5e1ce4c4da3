"""Bodies of rows: immutable, whoever writes at the same time."""

from __future__ import annotations

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.kpi import figure_store
from chalicelib.kpi.agents.agent_rules import KIND
from chalicelib.kpi.cells import Body, Cell, Entry, Order, Source
from tests.conftest import EmulatedAWS
from tests.kpi.conftest import JANUARY, Desk
from tests.kpi.files import csv_bytes

CODE = "190"


def entry(agent: str, answered: int, *, row: int = 2) -> Entry:
    source = Source(drop_id="d1", key="k", sheet=None, row=row, revision=1)
    return Entry(key=agent, values=(answered, 0, None, None, None, None, None), source=source)


def put(*rows: Entry) -> Body:
    return figure_store.put_body(KIND, JANUARY, CODE, revision=1, drop_id="d1", rows=rows)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([entry("1", 11)], id="another figure"),
        pytest.param([entry("1", 10), entry("2", 5)], id="one more row"),
        pytest.param([entry("1", 10, row=3)], id="another place in the file"),
    ],
)
def test_different_rows_of_one_revision_and_drop_never_share_a_key(aws: EmulatedAWS, others: list[Entry]) -> None:
    first = put(entry("1", 10))

    second = put(*others)

    assert first != second
    assert figure_store.entries(KIND, JANUARY, {CODE: first}) == {CODE: (entry("1", 10),)}
    assert figure_store.entries(KIND, JANUARY, {CODE: second}) == {CODE: tuple(others)}


def test_nothing_of_the_rows_is_in_the_name_of_their_body(aws: EmulatedAWS) -> None:
    """The drop keeps it when the rows are erased: whoever guessed them could have confirmed it by a digest."""
    first, second = put(entry("1", 10)), put(entry("1", 10))

    assert first != second
    assert figure_store.entries(KIND, JANUARY, {CODE: first}) == figure_store.entries(KIND, JANUARY, {CODE: second})


def test_who_switches_a_month_that_was_switched_meanwhile_is_told_so_in_danish(desk: Desk) -> None:
    read = figure_store.head(KIND, JANUARY)
    desk.drop(["Furesø", "1", 10, 5])
    cell = Cell(body=put(entry("1", 11)), digest="", order=Order("2025", 1))

    with pytest.raises(Conflict) as told:
        figure_store.switch(KIND, JANUARY, read=read, cell_by_code={CODE: cell}, drop_id="d1", applied_by_code={})

    assert told.value.message == "En anden fil har ændret månedens tal imens. Læs dem igen."


def test_the_slower_of_two_deliveries_can_not_write_into_what_the_faster_made_current(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One drop delivered twice at once; between them Egedal's rows take agent 9, so that each sees other rows."""
    desk.drop(["Egedal", "3", 10, 5], key="drops/agent-kpi/egedal 2025-01.csv")
    notice = desk.put(csv_bytes(["Furesø", "1", 10, 5], ["Furesø", "9", 7, 7]))
    moves = ["Egedal", "3", 10, 5], ["Egedal", "9", 1, 1]
    put_body = figure_store.put_body

    def put_when_overtaken(*args: object, **rest: object) -> Body:
        monkeypatch.setattr(figure_store, "put_body", put_body)
        desk.drop(*moves, key="drops/agent-kpi/egedal 2025-01.csv")
        desk.ingest(notice)
        return put_body(*args, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(figure_store, "put_body", put_when_overtaken)
    desk.ingest(notice)

    assert desk.counts() == {"1": (10, 5)}
    assert desk.counts("240") == {"3": (10, 5), "9": (1, 1)}
