"""The rules against outcomes that were computed independently, for both sample periods."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from chalicelib.common.months import Month
from chalicelib.evaluation.rules import AgentMonth, Policy, follow

EXPECTED = Path(__file__).parent.parent / "expected"
POLICY = Policy(target_percent=60, minimum_answered=30, guard_level_permille=25)


@pytest.mark.parametrize(("name", "lines"), [("trial_2024_q1.csv", 775), ("live_2024_10.csv", 1034)])
def test_the_rules_give_the_expected_outcomes_of_every_agent(name: str, lines: int) -> None:
    with (EXPECTED / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == lines
    rows_by_agent = defaultdict(list)
    for row in rows:
        rows_by_agent[row["agent"]].append(row)

    for agent, own in rows_by_agent.items():
        months = [
            AgentMonth(month=Month.parse(row["month"]), answered=int(row["answered"]), resolved=int(row["resolved"]))
            for row in own
        ]
        found = [judgement.outcome.value for judgement in follow(months, policy=POLICY)]
        assert found == [row["outcome"] for row in own], agent
