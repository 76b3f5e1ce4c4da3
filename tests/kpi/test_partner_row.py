"""One row of a partners' sheet: whose it is, its values, and which rows are impossible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import Month
from chalicelib.kpi.monthly.row import Row, read_row
from chalicelib.kpi.partners.partner_name import code_of
from chalicelib.kpi.partners.partner_row import FORM
from chalicelib.kpi.partners.partner_rules import Figures, impossible

GOOD: Mapping[str, Any] = {
    "partner": "RenoSyd",
    "month": "03-2024",
    "offered": "1.184",
    "answered": "1.021",
    "resolved": "742",
    "talk_seconds": "03:41",
}
MARCH = Month(2024, 3)


def row(**cells: Any) -> Row:
    told = {**GOOD, **cells}
    index_by_field = {field: index for index, field in enumerate(told)}
    return read_row(FORM, list(told.values()), index_by_field, sheet_month=None)


def faults(**cells: Any) -> list[tuple[str, str]]:
    return [(fault.field, fault.reason) for fault in row(**cells).faults]


def test_a_good_row_says_its_figures_with_talk_time_in_seconds() -> None:
    read = row()

    assert read.faults == ()
    assert (read.month, read.owner, read.owner_code, read.key) == (MARCH, "RenoSyd", "renosyd", "renosyd")
    assert read.figures == Figures(offered=1184, answered=1021, resolved=742, talk_seconds=221)


def test_an_excel_time_is_a_talk_time_and_a_blank_one_is_unknown() -> None:
    assert row(talk_seconds=time(0, 3, 41)).figures == row().figures
    assert row(talk_seconds="").figures == Figures(offered=1184, answered=1021, resolved=742, talk_seconds=None)


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        pytest.param({"answered": "1.185"}, "answered", "er flere end de indkomne opkald", id="answered > offered"),
        pytest.param({"resolved": "1.022"}, "resolved", "er flere end de besvarede opkald", id="resolved > answered"),
        pytest.param({"offered": ""}, "offered", "mangler", id="no calls offered told"),
        pytest.param({"answered": "1.021,5"}, "answered", "er ikke et helt tal", id="half a call"),
        pytest.param({"resolved": "-1"}, "resolved", "er negativt", id="negative"),
        pytest.param({"offered": "1_184"}, "offered", "er ikke et tal", id="underscore"),
        pytest.param({"offered": "2.000.000"}, "offered", "er urimeligt stort", id="two million calls"),
        pytest.param({"talk_seconds": "3,41"}, "talk_seconds", "er ikke en varighed (mm:ss)", id="no duration"),
        pytest.param(
            {"talk_seconds": "03:41:00"},
            "talk_seconds",
            "er urimeligt lang; er timer og minutter skrevet for minutter og sekunder?",
            id="03:41 typed into Excel is hours",
        ),
        pytest.param(
            {"answered": "0", "resolved": "0"},
            "talk_seconds",
            "er opgivet, men der er ingen besvarede opkald",
            id="a talk with nobody",
        ),
        pytest.param({"partner": " "}, "partner", "mangler", id="no partner"),
        pytest.param({"partner": "x" * 65}, "partner", "har mere end 64 tegn", id="name too long"),
        pytest.param({"partner": 751.0}, "partner", "er ikke et navn", id="a number"),
        pytest.param({"partner": "2024"}, "partner", "er ikke et navn", id="only digits"),
        pytest.param({"partner": date(2024, 3, 1)}, "partner", "er ikke et navn", id="Excel made a date"),
        pytest.param({"partner": "=RenoSyd"}, "partner", "er ikke et navn", id="a formula"),
        pytest.param({"partner": "Reno#Syd"}, "partner", "er ikke et navn", id="what parts a key"),
        pytest.param({"partner": "R\u0435nosyd"}, "partner", "er ikke et navn", id="a Cyrillic letter"),
        pytest.param({"partner": "Reno\u200bSyd"}, "partner", "er ikke et navn", id="invisible"),
        pytest.param(
            {"partner": "RenoSyd i alt"},
            "partner",
            "er en sum og ikke en partner; skriv “I alt” for sig selv",
            id="a sum by name",
        ),
        pytest.param(
            {"month": ""}, "month", "mangler: hverken rækken, arket eller filens navn siger den", id="no month"
        ),
    ],
)
def test_an_impossible_row_is_rejected_by_column(cells: dict[str, Any], field: str, reason: str) -> None:
    assert faults(**cells) == [(field, reason)]


def test_a_missing_partner_is_told_once_though_it_is_owner_and_key() -> None:
    assert faults(partner="") == [("partner", "mangler")]


@pytest.mark.parametrize("name", ["RenoSyd", " renosyd ", "RENOSYD"])
def test_spellings_of_a_name_are_one_partner(name: str) -> None:
    assert row(partner=name).owner_code == code_of("RenoSyd")


@pytest.mark.parametrize("name", ["Reno Djurs", "AffaldVarme & Co. (Århus)", "4S I/S", "Ho\u0308rsholm Vand"])
def test_names_as_partners_have_them_are_taken(name: str) -> None:
    assert row(partner=name).owner_code == code_of(name)


def test_no_calls_at_all_can_be_true() -> None:
    assert row(offered="0", answered="0", resolved="0", talk_seconds="").faults == ()


counts = st.integers(min_value=0, max_value=5)


@given(counts, counts, counts, st.none() | st.integers(min_value=0, max_value=300))
def test_figures_are_possible_exactly_when_each_count_holds_the_next(
    offered: int, answered: int, resolved: int, talk: int | None
) -> None:
    told = Figures(offered=offered, answered=answered, resolved=resolved, talk_seconds=talk)

    assert (not list(impossible(told))) is (resolved <= answered <= offered and (answered > 0 or not talk))
