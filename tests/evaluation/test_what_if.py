"""What another rule or start would have said: the procedure's own judgements, counted, whatever the figures."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access.people import Person, Role
from chalicelib.common.months import Month, Quarter
from chalicelib.evaluation import reading, trying
from chalicelib.evaluation.requests import LIVE
from chalicelib.evaluation.rules import AgentMonth, Outcome, Policy, follow
from chalicelib.evaluation.what_if import Cell, Row, Tally, TriedOn, Try, compare, judged, starts, too_few, tried
from chalicelib.followup import renaming
from tests.conftest import SettableClock
from tests.evaluation.hotline import FEW, HIGH, JANUARY, LOW, NOVEMBER, OCTOBER, Hotline

EXPECTED = Path(__file__).parent.parent / "expected"
POLICY = Policy(target_percent=60, minimum_answered=30, guard_level_permille=25)
FIRST = Month(2024, 1)
_CALLS = st.tuples(st.integers(0, 120), st.integers(0, 120)).map(lambda pair: (max(pair), min(pair)))
#: By agent: a month's calls and municipality, or None where there is no row.
_AGENTS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.none() | st.tuples(_CALLS, st.sampled_from(["190", "240"])), min_size=1, max_size=9),
    min_size=1,
)
_POLICIES = st.builds(
    Policy,
    target_percent=st.sampled_from([50, 60, 65, 100]),
    minimum_answered=st.sampled_from([0, 30]),
    guard_level_permille=st.none() | st.sampled_from([25, 500]),
)

Months = list[tuple[tuple[int, int], str] | None]


def rows_of(months_by_agent: dict[str, Months], *, first: Month = FIRST) -> dict[Month, list[Row]]:
    found: dict[Month, list[Row]] = {}
    for agent, months in months_by_agent.items():
        for place, told in enumerate(months):
            if told is not None:
                (answered, resolved), code = told
                calls = AgentMonth(month=first.plus(place), answered=answered, resolved=resolved)
                found.setdefault(calls.month, []).append(Row(municipality_code=code, agent=agent, calls=calls))
    return found


@given(_AGENTS, _POLICIES, st.integers(0, 9))
def test_a_try_is_the_procedure_followed_from_nothing(
    months_by_agent: dict[str, Months], policy: Policy, later: int
) -> None:
    rows, first = rows_of(months_by_agent), FIRST.plus(later)

    found = list(judged(rows, first=first, policy_for=lambda _: policy))

    for agent in months_by_agent:
        own = [row.calls for month in sorted(rows) for row in rows[month] if row.agent == agent and month >= first]
        outcomes = [outcome for row, outcome in found if row.agent == agent]
        assert outcomes == [each.outcome for each in follow(own, policy=policy)]


@given(_AGENTS, _POLICIES)
def test_many_starts_at_once_say_the_same_as_each_by_itself(months_by_agent: dict[str, Months], policy: Policy) -> None:
    rows = rows_of(months_by_agent)
    firsts = [FIRST.plus(count) for count in range(-1, 10)]

    found = starts(rows, firsts=firsts, policy=policy)

    for first in firsts:
        alone = tried(rows, first=first, policy_for=lambda _: policy).total
        assert found[first] == Cell(notices=alone.notices, proposals=alone.proposals)


@given(_AGENTS, _POLICIES)
def test_the_municipalities_add_up_and_an_agent_has_at_most_one_proposal(
    months_by_agent: dict[str, Months], policy: Policy
) -> None:
    rows = rows_of(months_by_agent)
    found = tried(rows, first=FIRST, policy_for=lambda _: policy)

    for field in ("step_1", "step_2", "not_certain", "waiting", "proposals", "mails"):
        assert getattr(found.total, field) == sum(getattr(each, field) for each in found.tally_by_code.values())
    proposed = [
        row.agent
        for row, outcome in judged(rows, first=FIRST, policy_for=lambda _: policy)
        if outcome is Outcome.PAUSE_PROPOSED
    ]
    assert len(proposed) == len(set(proposed)) == found.total.proposals


@pytest.mark.parametrize(("name", "first"), [("trial_2024_q1.csv", Month(2024, 1)), ("live_2024_10.csv", OCTOBER)])
def test_the_sample_months_come_to_the_expected_outcomes(name: str, first: Month) -> None:
    with (EXPECTED / name).open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file, delimiter=";"))
    rows: dict[Month, list[Row]] = {}
    for line in expected:
        month = Month.parse(line["month"])
        calls = AgentMonth(month=month, answered=int(line["answered"]), resolved=int(line["resolved"]))
        rows.setdefault(month, []).append(
            Row(municipality_code=line["municipality_code"], agent=line["agent"], calls=calls)
        )

    found = [
        (str(row.calls.month), row.municipality_code, row.agent, outcome.value)
        for row, outcome in judged(rows, first=first, policy_for=lambda _: POLICY)
    ]

    assert sorted(found) == sorted(
        (line["month"], line["municipality_code"], line["agent"], line["outcome"]) for line in expected
    )
    counts = Counter(line["outcome"] for line in expected)
    total = tried(rows, first=first, policy_for=lambda _: POLICY).total
    told = {
        (line["month"], line["municipality_code"])
        for line in expected
        if line["outcome"] not in ("ok", "not_evaluable")
    }
    assert total == Tally(
        step_1=counts["step_1"],
        step_2=counts["step_2"],
        not_certain=counts["step_3_not_certain"],
        waiting=counts["proposal_open"],
        proposals=counts["step_3_pause_proposed"],
        mails=len(told),
    )


def test_with_todays_rule_and_start_a_try_is_the_ledger_also_for_agents_who_move(hotline: Hotline) -> None:
    chance = random.Random(24)
    agents = {f"{number:03d}": chance.choice(["190", "240", "751"]) for number in range(30)}
    for month in (Month(2024, 9), OCTOBER, NOVEMBER, NOVEMBER.next(), JANUARY):
        for code in ("190", "240", "751"):
            here = [agent for agent, at in agents.items() if at == code]
            calls = {
                agent: chance.choice([LOW, LOW, LOW, HIGH, FEW, (100, 58)]) for agent in here if chance.random() < 0.9
            }
            hotline.figures.put(code, month, calls | {f"{code}-stays": HIGH})
        agents |= {agent: chance.choice(["190", "240", "751"]) for agent in list(agents)[:4]}
    hotline.evaluate_up_to(JANUARY)
    tried_on = trying.tried_on(clock=hotline.clock)

    found = {
        (row.calls.month, row.municipality_code, row.agent, outcome)
        for row, outcome in judged(
            tried_on.rows_by_month, first=tried_on.today.first, policy_for=tried_on.policy_by_month.__getitem__
        )
    }

    ledger = {
        (line.month, line.municipality_code, line.agent, line.outcome)
        for month in (OCTOBER, NOVEMBER, NOVEMBER.next(), JANUARY)
        for line in reading.lines(LIVE, month)
    }
    assert found == ledger
    assert {Outcome.PAUSE_PROPOSED, Outcome.PROPOSAL_OPEN, Outcome.NOT_EVALUABLE} <= {each[3] for each in ledger}
    assert Month(2024, 9) in tried_on.rows_by_month  # before the start: there to be tried on


def test_a_try_follows_an_agent_to_another_id(hotline: Hotline, clock: SettableClock) -> None:
    for month, agent in ((OCTOBER, "751-001"), (NOVEMBER, "751-001"), (NOVEMBER.next(), "751-901")):
        for code in ("190", "240", "751"):
            hotline.figures.put(code, month, {f"{code}-002": HIGH} | ({agent: LOW} if code == "751" else {}))
    hotline.evaluate_up_to(NOVEMBER.next())
    by = Person(address="leder751@kommune.example", role=Role.LEADER, municipality_code="751")
    renaming.rename("751-001", "751-901", by=by, clock=clock)
    hotline.drain()
    tried_on = trying.tried_on(clock=clock)

    found = compare(tried_on, tried_on.today)

    assert found.today.total == found.tried.total == Tally(step_1=1, step_2=1, proposals=1, mails=3)
    assert [line.outcome for line in reading.lines(LIVE, NOVEMBER.next()) if line.agent == "751-901"] == [
        Outcome.PAUSE_PROPOSED
    ]


def test_a_try_follows_no_new_id_that_turned_up_elsewhere_alone(hotline: Hotline, clock: SettableClock) -> None:
    hotline.figures.put("751", OCTOBER, {"751-001": LOW})
    hotline.figures.put("190", OCTOBER, {"190-002": HIGH})
    hotline.figures.put("240", OCTOBER, {"240-002": HIGH})
    hotline.evaluate_up_to(OCTOBER)
    by = Person(address="leder751@kommune.example", role=Role.LEADER, municipality_code="751")
    renaming.rename("751-001", "751-901", by=by, clock=clock)
    hotline.figures.put("190", NOVEMBER, {"751-901": LOW})

    rows = trying.tried_on(clock=clock).rows_by_month

    assert [row.agent for row in rows[NOVEMBER]] == ["751-901"]


def test_starts_are_compared_from_each_quarter_at_todays_target_the_usual_ones_and_the_tried() -> None:
    low: Months = [((200, 100), "190")] * 5
    tried_on = TriedOn(
        rows_by_month=rows_of({"a": low}, first=Month(2024, 5)),
        policy_by_month={Month(2024, 9): POLICY},
        today=Try(target_percent=60, minimum_answered=30, guard_level_permille=25, first=Month(2024, 9)),
        level_permille=25,
    )

    found = compare(
        tried_on, Try(target_percent=40, minimum_answered=30, guard_level_permille=None, first=Month(2024, 5))
    )

    assert found.today.total == Tally(step_1=1, mails=1)
    assert found.tried.total == Tally()
    assert found.cell_by_start == {
        Quarter(2024, 2): {40: Cell(notices=0, proposals=0)}
        | dict.fromkeys((60, 65, 70), Cell(notices=2, proposals=1)),
        Quarter(2024, 3): {40: Cell(notices=0, proposals=0)}
        | dict.fromkeys((60, 65, 70), Cell(notices=2, proposals=1)),
    }


@pytest.mark.parametrize(
    ("agents_by_code", "folded"),
    [
        ({"101": 3, "151": 5}, ""),
        ({"101": 2, "151": 2, "153": 5}, "101 151"),
        ({"101": 1, "151": 5, "153": 4}, "101 153"),
        ({"101": 1, "151": 1}, "101 151"),
    ],
)
def test_few_agents_are_folded_until_they_are_enough_together(agents_by_code: dict[str, int], folded: str) -> None:
    calls = AgentMonth(month=Month(2024, 10), answered=100, resolved=50)
    rows = [
        Row(municipality_code=code, agent=f"{code}-{number}", calls=calls)
        for code, count in agents_by_code.items()
        for number in range(count)
    ]

    assert too_few({Month(2024, 10): rows}, least=3) == frozenset(folded.split())
    assert too_few({Month(2024, 10): rows}, least=0) == frozenset()
