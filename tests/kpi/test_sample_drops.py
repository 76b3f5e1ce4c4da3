"""The sample drops, ingested whole, give the sums and the order that were computed independently of this code."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from functools import cmp_to_key
from itertools import groupby
from pathlib import Path

import pytest

from chalicelib.common import municipalities
from chalicelib.common.months import Month
from chalicelib.kpi import figures
from chalicelib.kpi.drops import Status
from chalicelib.kpi.figures import AgentFigure
from chalicelib.members import register
from chalicelib.members.register import Member, Service
from tests.kpi.conftest import Desk

SAMPLES = Path(__file__).parents[2] / "events" / "drops" / "agent-kpi"
EXPECTED = Path(__file__).parents[1] / "expected"


def expected(name: str) -> list[dict[str, str]]:
    with (EXPECTED / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def ingested(desk: Desk) -> Desk:
    """A desk on which the samples of the expected months were dropped, by the members that they name."""
    for code in {row["municipality_code"] for row in expected("agents_municipality_rank.csv")}:
        register.put(
            Member(
                municipality_code=code,
                name=municipalities.by_code[code].name,
                leaders=("leder@kommune.example",),
                services=frozenset({Service.CONTACT_CENTRE}),
                active_from=date(2022, 1, 1),
            )
        )
    for name in ("2024-Q4.xlsx", "2025-01.csv"):
        assert desk.drop((SAMPLES / name).read_bytes(), key=f"drops/agent-kpi/{name}").status is Status.INGESTED
    return desk


def stored(month: Month) -> dict[str, tuple[AgentFigure, ...]]:
    """Return the stored figures of the month by municipality."""
    found = {code: figures.municipality_month(code, month) for code in figures.revisions(month)}
    return {code: each.figures for code, each in found.items() if each is not None}


def calls(told: Iterable[AgentFigure]) -> tuple[int, int]:
    return sum(each.answered for each in told), sum(each.resolved for each in told)


def lower(first: tuple[str, int, int], second: tuple[str, int, int]) -> int:
    """Compare resolved of answered in integers. No two municipalities of the samples are equal in a month."""
    return first[2] * second[1] - second[2] * first[1]


def test_the_sample_drops_give_the_network_s_sums_and_the_municipalities_order(ingested: Desk) -> None:
    network, order = [], []
    for month in (Month(2024, 10), Month(2024, 11), Month(2024, 12), Month(2025, 1)):
        told_by_code = stored(month)
        everybody = [each for told in told_by_code.values() for each in told]
        answers = sum(each.satisfaction_answers or 0 for each in everybody)
        network.append((str(month), sum(each.answered > 0 for each in everybody), *calls(everybody), answers))
        shares = [(code, *calls(told)) for code, told in told_by_code.items()]
        order.append((str(month), sorted(shares, key=cmp_to_key(lower))))

    assert network == [
        (row["month"], *(int(row[field]) for field in ("agents_with_calls", "answered", "resolved", "csat_n")))
        for row in expected("network_month.csv")
    ]
    assert order == [
        (month, [(row["municipality_code"], int(row["answered"]), int(row["resolved"])) for row in rows])
        for month, rows in groupby(expected("agents_municipality_rank.csv"), key=lambda row: row["month"])
    ]
