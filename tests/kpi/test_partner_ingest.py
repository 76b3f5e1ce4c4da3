"""Ingesting partners' figures: per partner and month, checked, corrected by later files, reported, never evaluated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chalicelib.common.months import Month, months_from
from chalicelib.kpi import figures
from chalicelib.kpi.drops import Drop, Status
from chalicelib.kpi.figures import Source
from chalicelib.kpi.partners.partner_row import FORM
from chalicelib.mail import outbox
from chalicelib.runtime.templates import render
from tests.kpi.conftest import Desk
from tests.kpi.files import check_account, csv_bytes, faults_of, read_csv, read_workbook, workbook

SAMPLE = Path(__file__).parents[2] / "events" / "drops" / "partner-kpi" / "2024-03_2025-01.csv"
KEY = "drops/partner-kpi/partnere.csv"
HEADINGS = ("Partner", "Måned", "Indkomne opkald", "Besvarede opkald", "Straksafklarede", "Gns. samtaletid")
MARCH, APRIL = Month(2024, 3), Month(2024, 4)
RENOSYD = ["RenoSyd", "03-2024", 100, 90, 60, "03:41"]
RENO_DJURS = ["Reno Djurs", "03-2024", 50, 40, 30, "02:00"]


def drop(desk: Desk, *rows: list[object], key: str = KEY) -> Drop:
    return desk.drop(csv_bytes(*rows, headings=HEADINGS), key=key)


def counts(name: str, month: Month = MARCH) -> tuple[int, int, int, int | None] | None:
    found = figures.partner_month(name, month)
    return None if found is None else (found.offered, found.answered, found.resolved, found.talk_seconds)


def revision(name: str, month: Month = MARCH) -> int:
    found = figures.partner_month(name, month)
    return 0 if found is None else found.revision


def test_the_sample_is_stored_whole_and_its_total_adds_up(desk: Desk) -> None:
    ingested = desk.drop(SAMPLE.read_bytes(), key=f"drops/partner-kpi/{SAMPLE.name}")

    assert ingested.status is Status.INGESTED
    assert outbox.state_of(f"drop_{ingested.drop_id}") is None
    stored = [counts("RenoSyd", month) for month in months_from(MARCH, Month(2025, 1))]
    assert len(stored) == 11
    assert stored[0] == (1184, 1021, 742, 221)
    assert stored[-1] == (1624, 1312, 979, 224)
    assert figures.partner_month("RenoSyd", Month(2025, 2)) is None


def test_figures_are_read_by_the_partners_name_in_any_case_with_their_source(desk: Desk) -> None:
    dropped = drop(desk, RENOSYD, RENO_DJURS)

    found = figures.partner_month("RENOSYD", MARCH)
    assert found is not None
    assert (found.month, found.revision, found.talk_seconds) == (MARCH, 1, 221)
    assert found.source == Source(drop_id=dropped.drop_id, key=KEY, sheet=None, row=2, revision=1)
    assert counts(" reno  djurs ") == (50, 40, 30, 120)
    assert counts("Reno") is None


def test_partners_figures_ask_for_no_evaluation_and_are_no_municipalitys(desk: Desk) -> None:
    drop(desk, RENOSYD)

    assert desk.asked() == []
    assert figures.revisions(MARCH) == {}


def test_a_partner_need_not_be_a_member_of_the_contact_centre() -> None:
    found = read_csv(csv_bytes(RENOSYD, headings=HEADINGS), file_name="p.csv", form=FORM, members=frozenset())

    assert faults_of(found) == []
    assert [(line.owner, line.owner_code, line.key) for line in found.lines] == [("RenoSyd", "renosyd", "renosyd")]


# Corrections.


def test_a_later_file_corrects_the_partners_months_that_it_names(desk: Desk) -> None:
    drop(desk, RENOSYD, ["RenoSyd", "04-2024", 10, 9, 8, "01:00"], RENO_DJURS)

    correction = drop(desk, ["RenoSyd", "03-2024", 110, 95, 60, "03:41"], key="drops/partner-kpi/rettelse.csv")

    assert (counts("RenoSyd"), revision("RenoSyd")) == ((110, 95, 60, 221), 2)
    assert (revision("RenoSyd", APRIL), revision("Reno Djurs")) == (1, 1)
    page = desk.page(correction)
    assert "Indkomne opkald: 100 → 110" in page
    assert "Besvarede opkald: 90 → 95" in page
    assert page.count('<th scope="col">Partner</th>') == 2  # of the changes and of the months; never twice in one
    assert "<td>marts 2024</td><td>RenoSyd</td>" in page
    assert "Måneder og partnere" in page
    assert "Kommune" not in page


def test_the_same_figures_again_are_no_new_revision_however_the_partner_is_spelt(desk: Desk) -> None:
    drop(desk, RENOSYD)

    again = drop(desk, ["RENOSYD", *RENOSYD[1:]], key="drops/partner-kpi/igen.csv")

    assert again.status is Status.NO_CHANGE
    assert revision("RenoSyd") == 1


def test_a_then_b_then_a_again_restores_a(desk: Desk) -> None:
    for answered in (90, 80, 90):
        drop(desk, ["RenoSyd", "03-2024", 100, answered, 60, "03:41"])

    assert (counts("RenoSyd"), revision("RenoSyd")) == ((100, 90, 60, 221), 3)


def test_where_a_correction_is_rejected_the_earlier_figures_stand_and_the_other_partners_come_in(desk: Desk) -> None:
    drop(desk, RENOSYD, RENO_DJURS)

    bad = drop(desk, ["RenoSyd", "03-2024", 100, 101, 60, "03:41"], ["Reno Djurs", "03-2024", 50, 45, 30, "02:00"])

    assert (counts("RenoSyd"), counts("Reno Djurs")) == ((100, 90, 60, 221), (50, 45, 30, 120))
    assert desk.report(bad)["rejected"] == [
        {
            "sheet": None,
            "row": 2,
            "column": "Besvarede opkald",
            "value": "101",
            "reason": "er flere end de indkomne opkald",
        }
    ]


def test_an_older_file_that_comes_late_changes_nothing(desk: Desk) -> None:
    late = desk.put(csv_bytes(RENOSYD, headings=HEADINGS), "drops/partner-kpi/tidligere.csv")
    drop(desk, ["RenoSyd", "03-2024", 110, 95, 60, "03:41"])

    superseded = desk.ingest(late)

    assert superseded.status is Status.SUPERSEDED
    assert superseded.reason == "Alle filens tal er overhalet: der gælder en nyere fil for dem."
    assert counts("RenoSyd") == (110, 95, 60, 221)


def test_the_same_event_again_does_nothing_more(desk: Desk) -> None:
    notice = desk.put(csv_bytes(RENOSYD, headings=HEADINGS), KEY)

    first, second = desk.ingest(notice), desk.ingest(notice)

    assert first == second
    assert revision("RenoSyd") == 1


# The report and the mail.


def test_the_report_names_the_partners_months_and_accounts_for_every_row(desk: Desk) -> None:
    dropped = drop(
        desk, RENOSYD, RENOSYD, ["Reno Djurs", "03-2024", 1, 2, 0, ""], ["I alt", "", 201, 182, 120, "03:41"]
    )

    told = desk.report(dropped)
    assert told["fields"] == ["offered", "answered", "resolved", "talk_seconds"]
    assert [(cell["month"], cell["partner_code"], cell["revision"]) for cell in told["cells"]] == [
        ("2024-03", "renosyd", 1)
    ]
    assert told["repeated"] == [{"sheet": None, "row": 3, "key": "RenoSyd", "first_sheet": None, "first_row": 2}]
    rows = told["rows"]
    assert rows.pop("rows") == sum(rows.values()) == 5


def test_rejected_rows_are_mailed_to_the_secretariat(desk: Desk) -> None:
    dropped = drop(desk, RENOSYD, ["Reno Djurs", "03-2024", 50, 60, 30, "02:00"])

    state = outbox.state_of(f"drop_{dropped.drop_id}")
    assert state is not None
    assert state.mail.subject == "Filen partnere.csv: 1 afvist række"
    text = render("kpi/drop_report.txt", **state.mail.facts)
    assert "Besvarede opkald er flere end de indkomne opkald (1): række 3" in text


# Reading, in the manners of the agents' files.


def test_the_month_may_come_from_the_sheet_and_a_quarter_is_checked() -> None:
    headings = [heading for heading in HEADINGS if heading != "Måned"]

    def month(name: str) -> list[object]:
        return [name, 10, 8, 6, "02:00"]

    sheets: dict[str, list[list[object]]] = {
        "Januar 2024": [list(headings), month("RenoSyd")],
        "Februar 2024": [list(headings), month("RenoSyd")],
        "Marts 2024": [list(headings), month("RenoSyd")],
        "1. kvartal 2024": [list(headings), ["RenoSyd", 30, 24, 17, "02:00"]],
    }

    found = read_workbook(workbook(sheets), form=FORM)

    assert [str(line.month) for line in found.lines] == ["2024-01", "2024-02", "2024-03"]
    assert [(each.whom, each.column, each.stated, each.counted) for each in found.differences] == [
        ("RenoSyd", "Straksafklarede", "17", "18")
    ]


@pytest.mark.parametrize(
    ("total", "differences"),
    [
        pytest.param(["I alt", "", 150, 130, 90, "03:10"], [], id="all"),
        pytest.param(
            ["I alt", "", 151, 130, 90, "03:10"], [("I alt", "Indkomne opkald", "151", "150")], id="off by one"
        ),
        pytest.param(["I alt", "", 150, 130, 90, "03:30"], [("I alt", "Gns. samtaletid", "03:30", "03:10")], id="mean"),
        pytest.param(["RenoSyd", "I alt", 100, 90, 60, "03:41"], [], id="a partner's own"),
        pytest.param(
            ["RenoSyd", "I alt", 100, 90, 61, "03:41"],
            [("RenoSyd i alt", "Straksafklarede", "61", "60")],
            id="a partner's own, off by one",
        ),
    ],
)
def test_a_totals_row_is_checked_and_not_stored(total: list[object], differences: list[tuple[str, ...]]) -> None:
    found = read_csv(csv_bytes(RENOSYD, RENO_DJURS, total, headings=HEADINGS), file_name="p.csv", form=FORM)

    check_account(found)
    assert len(found.lines) == 2
    assert [(each.whom, each.column, each.stated, each.counted) for each in found.differences] == differences


def test_a_partner_listed_twice_with_a_difference_is_rejected_both_times() -> None:
    other = ["RENOSYD", "marts 2024", 100, 91, 60, "03:41"]

    found = read_csv(csv_bytes(RENOSYD, other, headings=HEADINGS), file_name="p.csv", form=FORM)

    check_account(found)
    assert found.lines == ()
    assert [(row, column) for row, column, _ in faults_of(found)] == [(2, "Partner"), (3, "Partner")]


def test_a_month_that_is_not_over_is_rejected() -> None:
    found = read_csv(csv_bytes(RENOSYD, headings=HEADINGS), file_name="p.csv", form=FORM, today=date(2024, 3, 31))

    assert faults_of(found) == [(2, "Måned", "er ikke slut endnu")]


def test_an_agents_file_in_the_partners_folder_is_refused_with_the_columns_named(desk: Desk) -> None:
    refused = desk.drop(csv_bytes(["Furesø", "1", 100, 60]), key=KEY)

    assert refused.status is Status.REFUSED
    assert "kolonnen “Partner”" in refused.reason
    assert "kolonnen “Indkomne opkald”" in refused.reason
