"""A whole file of agents: sheets, periods, totals, the quarter, repeats, and the account of its rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from chalicelib.common.months import Month
from chalicelib.kpi.files.sheets import FileRefused
from chalicelib.kpi.findings import Role, RowCounts
from tests.kpi.files import (
    FEW_HEADINGS,
    HEADINGS,
    check_account,
    csv_bytes,
    faults_of,
    read,
    read_csv,
    read_workbook,
    sheet,
    workbook,
)

SAMPLES = Path(__file__).parents[2] / "events" / "drops" / "agent-kpi"
EXPECTED = Path(__file__).parents[1] / "expected"
OCTOBER = Month(2024, 10)
EXTRACTED_AT = datetime(2025, 1, 2, 8, 15)  # noqa: DTZ001  # Excel's cells have no zone


@pytest.mark.parametrize(
    ("name", "months"),
    [("2024-Q1.xlsx", 3), ("2024-Q4.xlsx", 3), ("2025-01.csv", 1)],
)
def test_the_sample_files_are_read_whole_and_add_up(name: str, months: int) -> None:
    content = (SAMPLES / name).read_bytes()

    found = read_csv(content, file_name=name) if name.endswith(".csv") else read_workbook(content, file_name=name)

    assert faults_of(found) == []
    assert found.differences == []
    assert len(found.months) == months
    check_account(found)


def test_the_sample_files_give_the_figures_that_were_computed_independently() -> None:
    lines = [
        *read_workbook((SAMPLES / "2024-Q4.xlsx").read_bytes()).lines,
        *read_csv((SAMPLES / "2025-01.csv").read_bytes()).lines,
    ]
    with (EXPECTED / "live_2024_10.csv").open(newline="") as file:
        expected = {
            (row["month"], row["municipality_code"], row["agent"], int(row["answered"]), int(row["resolved"]))
            for row in csv.DictReader(file, delimiter=";")
        }

    found = {(str(line.month), line.owner_code, line.key, line.values[0], line.values[1]) for line in lines}

    assert found == expected


# The period.


def month_rows(*namings: str) -> list[Sequence[object]]:
    return [[naming] for naming in namings] + [list(FEW_HEADINGS), ["Furesø", "1", 10, 5]]


def test_the_month_comes_from_the_sheets_name() -> None:
    found = read_workbook(workbook({"Oktober 2024": month_rows("Agentstatistik")}))

    assert found.months == (OCTOBER,)


def test_else_it_comes_from_a_title_row_and_never_from_the_day_of_the_extract() -> None:
    rows: list[Sequence[object]] = [["Agentstatistik oktober 2024"], ["Udtrukket", EXTRACTED_AT], [], *month_rows()]

    assert read_workbook(workbook({"Ark1": rows})).months == (OCTOBER,)
    assert read_workbook(workbook({"Ark1": [["Udtrukket 2. januar 2025"], *rows]})).months == (OCTOBER,)


def test_else_it_comes_from_the_files_name() -> None:
    assert read_csv(csv_bytes(["Furesø", 1, 10, 5]), file_name="2024-10.csv").months == (OCTOBER,)


def test_first_of_all_it_comes_from_the_row() -> None:
    headings = ("Måned", *FEW_HEADINGS)

    found = read_csv(
        csv_bytes(["10-2024", "Furesø", 1, 10, 5], ["Nov 2024", "Furesø", 1, 10, 5], headings=headings),
        file_name="alt.csv",
    )

    assert found.months == (OCTOBER, Month(2024, 11))


@pytest.mark.parametrize(
    ("content", "file_name", "says"),
    [
        pytest.param(
            {"Oktober 2024": month_rows("Agentstatistik november 2024")},
            "tal.xlsx",
            "arkets navn “Oktober 2024” siger oktober 2024, "
            "men titlen “Agentstatistik november 2024” \\(række 1\\) siger november 2024",
            id="sheet and title",
        ),
        pytest.param(
            {"Oktober 2024": month_rows()},
            "2024-11.xlsx",
            "arkets navn “Oktober 2024” siger oktober 2024, men filens navn “2024-11.xlsx” siger november 2024",
            id="sheet and file",
        ),
        pytest.param(
            {"Oktober 2024": month_rows()},
            "2024-Q1.xlsx",
            "arkets navn “Oktober 2024” siger oktober 2024, men filens navn “2024-Q1.xlsx” siger 1. kvartal 2024",
            id="sheet and the file's quarter",
        ),
        pytest.param(
            {"Ark1": month_rows("Oktober 2024", "November 2024")},
            "tal.xlsx",
            "titlen “Oktober 2024” \\(række 1\\) siger oktober 2024, men titlen “November 2024” \\(række 2\\)",
            id="two titles",
        ),
        pytest.param(
            {"Oktober 2024": [["Måned", *FEW_HEADINGS], ["11-2024", "Furesø", "1", 10, 5]]},
            "tal.xlsx",
            "række 2 siger november 2024, men arkets navn “Oktober 2024” siger oktober 2024",
            id="row and sheet",
        ),
        pytest.param(
            {"Ark1": [["Måned", *FEW_HEADINGS], ["11-2024", "Furesø", "1", 10, 5]]},
            "2024-10.xlsx",
            "række 2 siger november 2024, men filens navn “2024-10.xlsx” siger oktober 2024",
            id="row and file",
        ),
        pytest.param(
            {"4. kvartal 2024": month_rows("Oktober 2024")},
            "tal.xlsx",
            "arkets navn “4. kvartal 2024” siger 4. kvartal 2024, men titlen",
            id="quarter's sheet with a month's title",
        ),
    ],
)
def test_where_two_places_disagree_the_file_is_refused_with_both_named(
    content: dict[str, list[Sequence[object]]], file_name: str, says: str
) -> None:
    with pytest.raises(FileRefused, match=says):
        read_workbook(workbook(content), file_name=file_name)


def test_a_file_of_a_quarter_may_hold_its_months() -> None:
    found = read_workbook(workbook({"Oktober 2024": month_rows()}), file_name="2024-Q4.xlsx")

    assert found.months == (OCTOBER,)


def test_a_row_without_any_month_is_rejected() -> None:
    found = read_csv(csv_bytes(["Furesø", 1, 10, 5]), file_name="tal.csv")

    assert faults_of(found) == [(2, "Måned", "mangler: hverken rækken, arket eller filens navn siger den")]
    check_account(found)


@pytest.mark.parametrize(
    ("today", "is_over"), [(date(2025, 1, 31), False), (date(2025, 2, 1), True), (date(2024, 12, 1), False)]
)
def test_a_month_counts_when_it_is_over(today: date, is_over: bool) -> None:
    found = read_csv(csv_bytes(["Furesø", 1, 10, 5]), today=today)

    assert faults_of(found) == ([] if is_over else [(2, "Måned", "er ikke slut endnu")])


def test_a_municipality_that_takes_no_part_in_the_month_is_rejected() -> None:
    found = read_csv(csv_bytes(["Furesø", 1, 10, 5], ["Aarhus", 2, 10, 5]), members=frozenset({"751"}))

    assert faults_of(found) == [(2, "Kommune", "deltager ikke i kontaktcentret i måneden")]
    assert [line.owner_code for line in found.lines] == ["751"]


def test_what_a_rejected_row_is_said_to_say_is_what_is_written_in_it() -> None:
    found = read_csv(
        csv_bytes(
            ["01-2025", "furesø kommune", 1, 10, 5], ["Feb 2025", "0751", 2, 10, 5], headings=("Måned", *FEW_HEADINGS)
        ),
        file_name="tal.csv",
        members=frozenset({"751"}),
    )

    assert [(fault.column, fault.value) for fault in found.faults] == [
        ("Kommune", "furesø kommune"),
        ("Måned", "Feb 2025"),
    ]


def test_foreign_rows_rejected_with_line() -> None:
    """T16: whoever writes a file can't slip in rows of a municipality that doesn't exist or takes no part."""
    found = read_csv(
        csv_bytes(["Atlantis", 1, 10, 5], ["../751", 2, 10, 5], ["København", 3, 10, 5]), members=frozenset({"751"})
    )

    assert [(row, column) for row, column, _ in faults_of(found)] == [(2, "Kommune"), (3, "Kommune"), (4, "Kommune")]
    assert found.lines == ()


# The header.


def test_columns_are_found_in_any_order_below_titles_and_blank_rows() -> None:
    found = read(
        [
            sheet(
                ["Agentstatistik"],
                [],
                ["", "Straksafklarede", "AGENT", "Team", "Besvarede  opkald", "kommune"],
                ["", 5.0, "7", "A", 10.0, "Furesø"],
            )
        ],
        file_name="tal.xlsx",
    )

    (line,) = found.lines
    assert (line.row, line.owner_code, line.key, line.values[:2]) == (4, "190", "7", (10, 5))
    assert found.sheets[0].ignored_columns == ("Team",)


def test_the_header_again_further_down_is_no_row() -> None:
    found = read_csv(csv_bytes(["Furesø", 1, 10, 5], FEW_HEADINGS, ["Furesø", 2, 10, 5]))

    assert found.sheets[0].rows == RowCounts(headers=2, figures=2)


def test_a_sheet_without_its_columns_is_refused_and_the_others_stand() -> None:
    found = read_workbook(
        workbook(
            {
                "Oktober 2024": month_rows(),
                "November 2024": [["Kommune", "Agent"], ["Furesø", "1"]],
                "Noter": [["Husk kaffe"]],
                "Tom": [],
            }
        )
    )

    assert [(each.name, each.role) for each in found.sheets] == [
        ("Oktober 2024", Role.FIGURES),
        ("November 2024", Role.REFUSED),
        ("Noter", Role.REFUSED),
        ("Tom", Role.SKIPPED),
    ]
    assert "kolonnen “Besvarede opkald” og kolonnen “Straksafklarede”" in found.sheets[1].note
    assert found.sheets[1].rows == RowCounts(unread=2)
    assert len(found.lines) == 1


def test_the_rows_of_a_hidden_sheet_are_counted_as_unread_whatever_they_are() -> None:
    rows: list[Sequence[object]] = [*month_rows(), [], ["Furesø", "2", 10, 5]]

    found = read_workbook(
        workbook({"Oktober 2024": month_rows(), "November 2024": rows, "Tom": []}, hidden=("November 2024", "Tom"))
    )

    assert [(each.name, each.role) for each in found.sheets[1:]] == [
        ("November 2024", Role.HIDDEN),
        ("Tom", Role.SKIPPED),
    ]
    assert found.sheets[1].rows == RowCounts(unread=3, blank=1)
    assert "skjult" in found.sheets[1].note
    assert found.months == (OCTOBER,)


# Rows of a CSV.


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("Furesø;1;10", "rækken har færre felter end overskriften", id="cut off"),
        pytest.param("Furesø;1;10;5;9", "rækken har flere felter end overskriften", id="shifted"),
        pytest.param(
            'Furesø;"1\nFuresø;2;10;5\n";10;5',
            "et felt rækker over flere linjer; mangler der et citationstegn?",
            id="swallows the next line",
        ),
    ],
)
def test_a_row_that_does_not_fit_the_header_is_rejected(row: str, reason: str) -> None:
    found = read_csv((";".join(FEW_HEADINGS) + f"\n{row}\nFuresø;3;10;5\n").encode())

    assert [fault[2] for fault in faults_of(found)] == [reason]
    assert [line.key for line in found.lines] == ["3"]
    check_account(found)


def test_delimiters_at_the_end_of_the_lines_do_no_harm() -> None:
    found = read_csv((";".join(FEW_HEADINGS) + ";;\nFuresø;3;10;5;;\n;;;;;\n").encode())

    assert len(found.lines) == 1
    assert found.sheets[0].rows.blank == 1


# An agent more than once.


def test_an_identical_row_is_stored_once_and_reported() -> None:
    found = read_csv(csv_bytes(["Furesø", "1", 10, 5], ["Egedal", "2", 10, 5], ["Furesø", "1", "10", "5"]))

    assert [line.row for line in found.lines] == [2, 3]
    assert [(repeat.row, repeat.first_row) for repeat in found.repeats] == [(4, 2)]
    check_account(found)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(["Furesø", "1", 10, 6], id="other figures"),
        pytest.param(["Egedal", "1", 10, 5], id="another municipality"),
        pytest.param(["Furesø", "1", 10, "x"], id="a row that can't be read"),
        pytest.param(["Atlantis", "1", 10, 5], id="no municipality"),
    ],
)
def test_an_agent_listed_twice_with_a_difference_is_rejected_both_times(second: list[object]) -> None:
    found = read_csv(csv_bytes(["Furesø", "1", 10, 5], second, ["Furesø", "9", 1, 1]))

    assert {row for row, _, _ in faults_of(found)} == {2, 3}
    assert (2, "Agent", "står flere gange i måneden, og rækkerne er ikke ens") in faults_of(found)
    assert [line.key for line in found.lines] == ["9"]
    check_account(found)


def test_the_same_agent_in_two_months_is_no_repetition() -> None:
    found = read_workbook(workbook({"Oktober 2024": month_rows(), "November 2024": month_rows()}))

    assert len(found.lines) == 2
    assert found.repeats == []


def test_two_sheets_of_one_month_repeat_or_contradict_each_other() -> None:
    found = read_workbook(
        workbook(
            {
                "Oktober 2024": [FEW_HEADINGS, ["Furesø", "1", 10, 5], ["Furesø", "2", 10, 5]],
                "okt 2024": [FEW_HEADINGS, ["Furesø", "1", 10, 5], ["Furesø", "2", 10, 6]],
            }
        )
    )

    assert [(repeat.sheet, repeat.row, repeat.first_sheet) for repeat in found.repeats] == [
        ("okt 2024", 2, "Oktober 2024")
    ]
    assert [fault.value for fault in found.faults] == [
        "2 (også arket okt 2024, række 3)",
        "2 (også arket Oktober 2024, række 3)",
    ]


# Totals and quarters.


def full(
    agent: str, *, answered: int = 100, resolved: int = 60, talk: str = "04:00", score: str = "7,00"
) -> list[object]:
    percent = f"{100 * resolved / answered:.1f}".replace(".", ",")
    return ["Furesø", agent, answered, resolved, f"{percent} %", answered - resolved, 0, talk, score, 50]


def test_a_totals_row_is_checked_and_not_stored() -> None:
    rows = [full("1"), full("2", answered=300, resolved=200, talk="05:00", score="8,00")]
    right = ["I alt", "", 400, 260, "65,0 %", 140, 0, "04:45", "7,50", 100]

    found = read_csv(csv_bytes(*rows, right, headings=HEADINGS))

    assert found.differences == []
    assert len(found.lines) == 2
    assert found.sheets[0].rows == RowCounts(headers=1, totals=1, figures=2)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (2, 401, ("Besvarede opkald", "401", "400")),
        (3, 259, ("Straksafklarede", "259", "260")),
        (4, "66,0 %", ("Straksafklaring %", "66 %", "65,0 %")),
        (5, 141, ("Omstillet koldt", "141", "140")),
        (7, "04:47", ("Gns. samtaletid", "04:47", "04:45")),
        (8, "7,52", ("Tilfredshed (1-9)", "7,52", "7,50")),
        (9, 99, ("Antal tilfredshedssvar", "99", "100")),
        (2, "mange", ("Besvarede opkald", "mange", "kan ikke læses: er ikke et tal")),
    ],
)
def test_a_total_that_differs_is_reported_and_the_rows_stand(column: int, value: object, told: tuple[str, ...]) -> None:
    rows = [full("1"), full("2", answered=300, resolved=200, talk="05:00", score="8,00")]
    total: list[object] = ["I alt", "", 400, 260, "65,0 %", 140, 0, "04:45", "7,50", 100]
    total[column] = value

    found = read_csv(csv_bytes(*rows, total, headings=HEADINGS))

    assert [(each.column, each.stated, each.counted) for each in found.differences] == [told]
    assert found.differences[0].whom == "I alt"
    assert len(found.lines) == 2


def test_a_mean_of_the_totals_row_may_differ_by_rounding() -> None:
    rows = [full("1"), full("2", answered=300, resolved=200, talk="05:00", score="8,00")]
    total = ["I alt", "", 400, 260, "65,0 %", 140, 0, "04:46", "7,51", 100]

    assert read_csv(csv_bytes(*rows, total, headings=HEADINGS)).differences == []


@pytest.mark.parametrize("name", ["I alt", "i  alt:", "IALT", "Total", "Sum"])
def test_a_totals_row_is_known_in_any_spelling(name: str) -> None:
    found = read_csv(csv_bytes(["Furesø", "1", 10, 5], [name, "", 10, 5]))

    assert found.sheets[0].rows.totals == 1


def test_a_municipalitys_own_total_is_no_agent() -> None:
    found = read_csv(csv_bytes(["Furesø", "1", 10, 5], ["Egedal", "2", 20, 5], ["Furesø", "I alt", 30, 5]))

    assert [(each.whom, each.stated, each.counted) for each in found.differences] == [("Furesø i alt", "30", "10")]
    assert [line.key for line in found.lines] == ["1", "2"]


def test_the_total_counts_rejected_rows_that_can_be_read_and_says_so_of_the_others() -> None:
    found = read_csv(
        csv_bytes(["Atlantis", "1", 10, 5], ["Furesø", "2", 20, 5], ["Furesø", "3", "x", 5], ["I alt", "", 40, 15])
    )

    assert [(each.column, each.stated, each.counted) for each in found.differences] == [
        ("Besvarede opkald", "40", "30 (uden 1 række, der ikke kan læses)"),
        ("Straksafklarede", "15", "10 (uden 1 række, der ikke kan læses)"),
    ]


def test_notes_under_the_totals_are_texts() -> None:
    found = read_workbook(
        workbook({"Januar 2025": [FEW_HEADINGS, ["Furesø", "1", 10, 5], ["I alt", "", 10, 5], ["Kilde: telefonien"]]})
    )

    assert faults_of(found) == []
    assert found.sheets[0].rows == RowCounts(texts=1, headers=1, totals=1, figures=1)


@pytest.mark.parametrize(
    "below",
    [
        pytest.param([["Egedal", "3", 10, 5]], id="a row of figures"),
        pytest.param([["Kilde: telefonien"], ["Egedal", "3", 10, 5]], id="a row of figures further down"),
        pytest.param([["I alt", "", 10, 5]], id="another sum"),
    ],
)
def test_a_row_with_only_an_agent_between_a_sum_and_more_figures_is_rejected(below: list[Sequence[object]]) -> None:
    rows: list[Sequence[object]] = [FEW_HEADINGS, ["Furesø", "1", 10, 5], ["Furesø", "I alt", 10, 5], ["", "2"], *below]

    found = read_workbook(workbook({"Januar 2025": rows}))

    assert [(row, column) for row, column, _ in faults_of(found) if row == 4] == [
        (4, "Kommune"),
        (4, "Besvarede opkald"),
        (4, "Straksafklarede"),
    ]
    assert found.rejected[0].key == "2"
    assert found.sheets[0].rows.texts == 0
    check_account(found)


def quarter_book(quarter: list[list[object]], **months: list[list[object]]) -> bytes:
    names = {"oktober": "Oktober 2024", "november": "November 2024", "december": "December 2024"}
    sheets = {name: [HEADINGS, *months.get(key, [full("1")])] for key, name in names.items() if months.get(key) != []}
    return workbook({**sheets, "4. kvartal 2024": [HEADINGS, *quarter]})


def test_a_quarter_that_equals_its_months_is_checked_and_not_stored() -> None:
    quarter: list[list[object]] = [["Furesø", "1", 300, 180, 0.6, 120, 0, "04:00", 7.0, 150]]

    found = read_workbook(quarter_book(quarter))

    assert found.differences == []
    assert len(found.lines) == 3
    assert (found.sheets[3].role, found.sheets[3].rows.quarter) == (Role.QUARTER, 1)


def test_what_the_quarter_says_otherwise_is_reported_by_agent() -> None:
    quarter: list[list[object]] = [
        ["Furesø", "1", 301, 181, "", 120, 0, "04:02", 7.02, 150],
        ["Furesø", "2", 5, 5, "", 0, 0, "", "", 0],
        ["Furesø", "3", "x", 5, "", 0, 0, "", "", 0],
    ]
    months: dict[str, list[list[object]]] = {"december": [full("1"), full("4")]}

    found = read_workbook(quarter_book(quarter, **months))

    assert [(each.row, each.whom, each.column, each.stated, each.counted) for each in found.differences] == [
        (2, "1", "Besvarede opkald", "301", "300"),
        (2, "1", "Straksafklarede", "181", "180"),
        (2, "1", "Gns. samtaletid", "04:02", "04:00"),
        (2, "1", "Tilfredshed (1-9)", "7,02", "7,00"),
        (3, "2", "Besvarede opkald", "5", "0"),
        (3, "2", "Straksafklarede", "5", "0"),
        (4, "3", "Besvarede opkald", "x", "er ikke et tal"),
        (0, "4", "Agent", "står ikke i kvartalet", "står i månederne"),
    ]
    assert len(found.lines) == 4


def test_a_repeated_row_counts_once_in_the_quarter() -> None:
    quarter: list[list[object]] = [["Furesø", "1", 300, 180, 0.6, 120, 0, "04:00", 7.0, 150]]

    found = read_workbook(quarter_book(quarter, december=[full("1"), full("1")]))

    assert found.differences == []
    assert len(found.repeats) == 1


def test_a_rejected_row_is_missing_in_the_quarter_and_its_month_is_not() -> None:
    quarter: list[list[object]] = [["Furesø", "1", 300, 180, 0.6, 120, 0, "04:00", 7.0, 150]]

    found = read_workbook(quarter_book(quarter, december=[[*full("1", answered=100, resolved=0)[:3], 101]]))

    assert {(each.stated, each.counted) for each in found.differences} >= {("300", "200"), ("180", "120")}
    assert found.sheets[-1].note == ""


def test_a_quarter_without_all_its_months_in_the_file_can_not_be_checked() -> None:
    found = read_workbook(quarter_book([["Furesø", "1", 300, 180, 0.6, 120, 0, "04:00", 7.0, 150]], november=[]))

    assert found.differences == []
    assert found.sheets[-1].note == "Kan ikke kontrolleres: november 2024 er ikke i filen."
