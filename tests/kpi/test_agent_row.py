"""One row of an agents' sheet: columns by heading, values, and which rows are impossible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import Month
from chalicelib.kpi.agents.agent_row import COLUMNS, FORM
from chalicelib.kpi.agents.agent_rules import Figures, impossible
from chalicelib.kpi.files.sheets import SheetRefused
from chalicelib.kpi.monthly.row import read_row

GOOD: Mapping[str, Any] = {
    "municipality": "Furesø",
    "agent": "190-001",
    "answered": "447",
    "resolved": "297",
    "percentage": "66,4 %",
    "cold": "96",
    "warm": "54",
    "talk_seconds": "04:21",
    "satisfaction_hundredths": "6,73",
    "satisfaction_answers": "85",
}
MONTH = Month(2025, 1)


def row(sheet_month: Month | None = MONTH, **cells: Any) -> Any:
    told = {**GOOD, **cells}
    index_by_field = {field: index for index, field in enumerate(told)}
    return read_row(FORM, list(told.values()), index_by_field, sheet_month=sheet_month)


def faults(**cells: Any) -> list[tuple[str, str]]:
    return [(fault.field, fault.reason) for fault in row(**cells).faults]


def test_a_good_row_says_its_figures() -> None:
    read = row()

    assert read.faults == ()
    assert (read.month, read.owner_code, read.key) == (MONTH, "190", "190-001")
    assert read.figures == Figures(
        answered=447,
        resolved=297,
        cold=96,
        warm=54,
        talk_seconds=261,
        satisfaction_hundredths=673,
        satisfaction_answers=85,
    )


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        pytest.param({"resolved": "448"}, "resolved", "er flere end de besvarede opkald", id="resolved > answered"),
        pytest.param({"answered": "-5"}, "answered", "er negativt", id="negative"),
        pytest.param({"cold": -1.0}, "cold", "er negativt", id="negative in Excel"),
        pytest.param({"answered": "NaN"}, "answered", "er ikke et tal", id="NaN"),
        pytest.param({"answered": float("nan")}, "answered", "er ikke et tal", id="nan in Excel"),
        pytest.param({"answered": "1_000"}, "answered", "er ikke et tal", id="underscore"),
        pytest.param({"answered": "١٢"}, "answered", "er ikke et tal", id="Arabic digits"),
        pytest.param({"answered": "447,5"}, "answered", "er ikke et helt tal", id="half a call"),
        pytest.param({"answered": "2.000.000"}, "answered", "er urimeligt stort", id="two million calls"),
        pytest.param({"answered": ""}, "answered", "mangler", id="no calls told"),
        pytest.param(
            {"municipality": "Atlantis"}, "municipality", "er ikke en dansk kommune", id="unknown municipality"
        ),
        pytest.param({"municipality": ""}, "municipality", "mangler", id="no municipality"),
        pytest.param({"agent": "  "}, "agent", "mangler", id="no agent"),
        pytest.param({"agent": "x" * 65}, "agent", "har mere end 64 tegn", id="agent's id too long"),
        pytest.param({"agent": "190\u202e001"}, "agent", "indeholder usynlige tegn", id="turns the text around"),
        pytest.param({"agent": "190\x07001"}, "agent", "indeholder usynlige tegn", id="control character"),
        pytest.param(
            {"agent": date(1900, 1, 1)},
            "agent",
            "er ikke et agent-id; har Excel lavet det om?",
            id="Excel made a date",
        ),
        pytest.param(
            {"satisfaction_hundredths": "0,99"},
            "satisfaction_hundredths",
            "ligger uden for 1–9",
            id="satisfaction under 1",
        ),
        pytest.param(
            {"satisfaction_hundredths": "9,001"}, "satisfaction_hundredths", "ligger uden for 1–9", id="just over 9"
        ),
        pytest.param(
            {"satisfaction_answers": "448"},
            "satisfaction_answers",
            "er flere end de besvarede opkald",
            id="more answers than calls",
        ),
        pytest.param(
            {"satisfaction_answers": "0"},
            "satisfaction_hundredths",
            "er opgivet, men der er ingen svar",
            id="a score from nobody",
        ),
        pytest.param(
            {"cold": "97"},
            "cold",
            "passer ikke: kolde og varme omstillinger skal være besvarede minus straksafklarede",
            id="a transfer too many",
        ),
        pytest.param(
            {"percentage": "67,0 %"},
            "percentage",
            "passer ikke med straksafklarede og besvarede opkald",
            id="percentage",
        ),
        pytest.param({"percentage": "ca. 66"}, "percentage", "er ikke et tal", id="no percentage"),
        pytest.param({"talk_seconds": "4.21"}, "talk_seconds", "er ikke en varighed (mm:ss)", id="no duration"),
        pytest.param(
            {"talk_seconds": time(4, 21)},
            "talk_seconds",
            "er urimeligt lang; er timer og minutter skrevet for minutter og sekunder?",
            id="04:21 typed into Excel is hours",
        ),
    ],
)
def test_an_impossible_row_is_rejected_by_column(cells: dict[str, Any], field: str, reason: str) -> None:
    assert (field, reason) in faults(**cells)


def test_everything_wrong_in_a_row_is_told_at_once() -> None:
    assert [field for field, _ in faults(municipality="Atlantis", agent="", answered="x", cold="y")] == [
        "municipality",
        "agent",
        "answered",
        "cold",
    ]


def test_optional_columns_may_be_absent_or_blank() -> None:
    few = {field: GOOD[field] for field in ("municipality", "agent", "answered", "resolved")}

    read = read_row(FORM, list(few.values()), {field: index for index, field in enumerate(few)}, sheet_month=MONTH)

    assert read.faults == ()
    assert read.figures == Figures(447, 297, None, None, None, None, None)
    assert faults(percentage="", cold="", warm="–", talk_seconds="-", satisfaction_hundredths="") == []


def test_an_agent_without_calls_is_a_row_like_any_other() -> None:
    none = dict.fromkeys(("answered", "resolved", "cold", "warm", "satisfaction_answers"), "0")

    assert faults(**none, percentage="", talk_seconds="00:00", satisfaction_hundredths="") == []
    assert faults(**none, percentage="0 %", talk_seconds="00:00", satisfaction_hundredths="") == []
    assert faults(**none, percentage="50 %", talk_seconds="", satisfaction_hundredths="") != []


def test_one_kind_of_transfer_alone_may_not_exceed_what_was_not_resolved() -> None:
    assert faults(cold="", warm="54") == []
    assert faults(cold="", warm="151") == [
        ("warm", "passer ikke: kolde og varme omstillinger skal være besvarede minus straksafklarede")
    ]


@pytest.mark.parametrize("cell", ["751", "0751", 751.0, "Aarhus", "århus", "AARHUS KOMMUNE"])
def test_a_municipality_is_named_or_numbered(cell: Any) -> None:
    assert row(municipality=cell).owner_code == "751"


@pytest.mark.parametrize(("cell", "agent"), [(" 190-001 ", "190-001"), (190001.0, "190001"), ("Ærø/7 b", "Ærø/7 b")])
def test_an_agents_id_is_kept_verbatim(cell: Any, agent: str) -> None:
    assert row(agent=cell).key == agent


def test_the_month_is_the_rows_own_else_the_sheets() -> None:
    assert row(month="12-2024").month == Month(2024, 12)
    assert row(month=date(2024, 12, 1)).month == Month(2024, 12)
    assert row(month="").month == MONTH
    assert row(sheet_month=None).faults[0].reason == "mangler: hverken rækken, arket eller filens navn siger den"
    assert faults(month="i går") == [("month", "er ikke en måned")]


counts = st.integers(0, 2000)
maybe = st.none() | counts


@given(answered=counts, resolved=counts, cold=maybe, warm=maybe, answers=maybe)
def test_figures_are_possible_exactly_when_the_counts_add_up(
    answered: int, resolved: int, cold: int | None, warm: int | None, answers: int | None
) -> None:
    figures = Figures(answered, resolved, cold, warm, None, None, answers)
    transfers = [count for count in (cold, warm) if count is not None]
    adds_up = resolved <= answered and (answers is None or answers <= answered)
    adds_up = adds_up and sum(transfers) <= answered - resolved
    adds_up = adds_up and (len(transfers) < 2 or sum(transfers) == answered - resolved)

    assert (list(impossible(figures)) == []) == adds_up


@given(answered=counts, data=st.data())
def test_figures_that_add_up_are_never_rejected(answered: int, data: st.DataObject) -> None:
    resolved = data.draw(st.integers(0, answered))
    cold = data.draw(st.integers(0, answered - resolved))
    answers = data.draw(st.integers(0, answered))
    score = data.draw(st.integers(100, 900)) if answers else None

    assert list(impossible(Figures(answered, resolved, cold, answered - resolved - cold, 1, score, answers))) == []


@pytest.mark.parametrize(
    "heading",
    [
        "Straksafklaring %",
        "straksafklaring%",
        "Straksafklaring i %",
        "STRAKSAFKLARING  PROCENT",
        "Straksafklaringsprocent",
    ],
)
def test_a_heading_is_known_in_any_spelling(heading: str) -> None:
    assert COLUMNS.known_in([heading]) == 1
    assert COLUMNS.header(["Agent", "Kommune", "Straksafklarede", "Besvarede opkald", heading]).index_by_field == {
        "agent": 0,
        "municipality": 1,
        "resolved": 2,
        "answered": 3,
        "percentage": 4,
    }


def test_unknown_columns_are_ignored_and_named() -> None:
    header = COLUMNS.header(["Kommune", "Team", "Agent", "Besvarede", "Straksafklarede", "", "Bemærkning"])

    assert header.ignored == ("Team", "Bemærkning")


def test_a_heading_twice_refuses_the_sheet() -> None:
    with pytest.raises(SheetRefused, match="“Besvarede opkald” findes to gange"):
        COLUMNS.header(["Kommune", "Agent", "Besvarede opkald", "Straksafklarede", "Besvarede"])


def test_missing_columns_refuse_the_sheet_by_name() -> None:
    with pytest.raises(SheetRefused, match="mangler kolonnen “Agent” og kolonnen “Straksafklarede”"):
        COLUMNS.header(["Kommune", "Besvarede opkald"])
