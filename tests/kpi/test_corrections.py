"""What a drop does to the cells of a month, as laws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import Month
from chalicelib.kpi.cells import Body, Cell, Entry, Order, Source
from chalicelib.kpi.changes import changes
from chalicelib.kpi.corrections import CellDecision, Incoming, Result, Standing, decide, digest
from chalicelib.kpi.findings import Line, RejectedWhom

MONTH = Month(2025, 1)
CODES, AGENTS = ("190", "240", "751"), ("a", "b", "c", "d")

# A file's month: the municipality and calls of each agent, and agents whose row was rejected.
placed = st.dictionaries(st.sampled_from(AGENTS), st.tuples(st.sampled_from(CODES), st.integers(0, 3)))
files = st.tuples(placed, st.frozensets(st.sampled_from(AGENTS), max_size=2))
State: TypeAlias = dict[str, Standing]
File: TypeAlias = tuple[dict[str, tuple[str, int]], frozenset[str]]


def incoming(file: File, number: int) -> Incoming:
    told, rejected = file
    lines: dict[str, list[Line]] = {}
    for row, (agent, (code, calls)) in enumerate(told.items(), start=2):
        if agent not in rejected:
            lines.setdefault(code, []).append(
                Line(
                    sheet=None,
                    row=row,
                    month=MONTH,
                    owner=code,
                    owner_code=code,
                    key=agent,
                    values=(calls,),
                )
            )
    whom: Sequence[RejectedWhom] = [RejectedWhom(month=MONTH, owner_code=None, key=agent) for agent in rejected]
    return Incoming(drop_id=f"d{number}", key="k", order=Order("2025", number), lines_by_code=lines, rejected=whom)


def after(state: State, file: Incoming, decisions: Mapping[str, CellDecision]) -> State:
    """Return the state once the decisions are stored."""
    new = dict(state)
    for code, decision in decisions.items():
        if decision.result in (Result.REVISED, Result.SAME):
            body = Body(revision=decision.revision, drop_id=file.drop_id, parts=1, token="")
            cell = Cell(body=body, digest=digest(decision.entries), order=file.order)
            new[code] = Standing(cell=cell, entries=decision.entries)
    return new


def figures(state: State) -> dict[str, dict[str, int | None]]:
    return {code: {entry.key: entry.values[0] for entry in standing.entries} for code, standing in state.items()}


def replay(history: Sequence[File]) -> State:
    state: State = {}
    for number, file in enumerate(history, start=1):
        arrived = incoming(file, number)
        state = after(state, arrived, decide(state, arrived))
    return state


@given(st.lists(files, max_size=5))
def test_an_agent_never_stands_in_two_municipalities(history: list[File]) -> None:
    standing = [entry.key for each in replay(history).values() for entry in each.entries]

    assert len(standing) == len(set(standing))


@given(st.lists(files, max_size=5), files)
def test_revisions_count_from_one_without_gaps(
    history: list[File],
    last: File,
) -> None:
    """I1 for figures."""
    before, now = replay(history), replay([*history, last])

    for code, standing in now.items():
        was = before[code].cell.body.revision if code in before else 0
        changed = code not in before or figures(before)[code] != figures(now)[code]
        assert standing.cell.body.revision == was + changed


@given(st.lists(files, max_size=4), files)
def test_the_same_file_again_changes_nothing(
    history: list[File],
    last: File,
) -> None:
    once, twice = replay([*history, last]), replay([*history, last, last])

    assert figures(once) == figures(twice)
    assert {code: each.cell.body.revision for code, each in once.items()} == {
        code: each.cell.body.revision for code, each in twice.items()
    }


@given(st.lists(files, max_size=4), placed, placed)
def test_a_then_b_then_a_again_restores_a(
    history: list[File],
    a: dict[str, tuple[str, int]],
    b: dict[str, tuple[str, int]],
) -> None:
    """For files that name every municipality: one that isn't named would stand as it is."""
    everywhere = {f"x{code}": (code, 1) for code in CODES}
    first, second = ({**a, **everywhere}, frozenset[str]()), ({**b, **everywhere}, frozenset[str]())

    assert figures(replay([*history, first, second, first])) == figures(replay([*history, first]))


@given(st.lists(files, max_size=4), files)
def test_a_rejected_agents_earlier_figure_stands(
    history: list[File],
    last: File,
) -> None:
    before, now = replay(history), replay([*history, last])

    for code, entries in figures(before).items():
        for agent in last[1] & entries.keys():
            assert figures(now)[code][agent] == entries[agent]


@given(st.lists(files, max_size=4), files)
def test_a_municipality_that_is_not_named_stands(
    history: list[File],
    last: File,
) -> None:
    before, now = replay(history), replay([*history, last])
    named = {code for agent, (code, _) in last[0].items() if agent not in last[1]}

    assert all(now[code] == before[code] for code in before.keys() - named)


@given(st.lists(files, max_size=4), files)
def test_every_row_of_a_file_is_stored_or_its_agent_stands_elsewhere(
    history: list[File],
    last: File,
) -> None:
    before, now = figures(replay(history)), figures(replay([*history, last]))

    for agent, (code, calls) in last[0].items():
        if agent not in last[1]:
            stands = {each for each, entries in before.items() if agent in entries} - {code}
            assert now.get(code, {}).get(agent) == calls or any(agent in now[each] for each in stands)


@given(
    st.permutations(
        [
            (1, ({"a": ("190", 1)}, frozenset[str]())),
            (2, ({"b": ("240", 2)}, frozenset[str]())),
            (3, ({"a": ("190", 3)}, frozenset[str]())),
            (4, ({"c": ("751", 4), "b": ("240", 1)}, frozenset[str]())),
        ]
    ),
    st.data(),
)
def test_files_in_any_order_and_repeated_end_in_the_same_figures(
    files: list[tuple[int, File]], data: st.DataObject
) -> None:
    """I15, I16."""
    again = data.draw(st.lists(st.sampled_from(files), max_size=4))
    state: State = {}
    for number, file in [*files, *again]:
        arrived = incoming(file, number)
        state = after(state, arrived, decide(state, arrived))

    assert figures(state) == {"190": {"a": 3}, "240": {"b": 1}, "751": {"c": 4}}


def entry(key: str, calls: int) -> Entry:
    return Entry(key=key, values=(calls,), source=Source(drop_id="d", key="k", sheet=None, row=2, revision=1))


def test_changes_are_who_came_who_is_gone_and_what_differs() -> None:
    told = changes([entry("a", 1), entry("b", 2), entry("c", 3)], [entry("b", 2), entry("c", 4), entry("d", 5)])

    assert [(each.key, each.before, each.after) for each in told] == [
        ("a", (1,), None),
        ("c", (3,), (4,)),
        ("d", None, (5,)),
    ]
