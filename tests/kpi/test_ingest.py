"""Ingesting drops: stored with provenance, corrected by later files, reported, and asked to be evaluated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.evaluation.requests import LIVE, Request, request_from
from chalicelib.kpi import drop_store, figures, reading, service
from chalicelib.kpi.drops import Drop, Status
from chalicelib.kpi.figures import Source
from chalicelib.mail import outbox
from chalicelib.runtime import clients, settings
from chalicelib.runtime.templates import render
from tests.kpi.conftest import JANUARY, KEY, Desk
from tests.kpi.files import FEW_HEADINGS, csv_bytes, workbook

A = ["Furesø", "1", 100, 60]
B = ["Furesø", "2", 50, 20]
OTHER_BOOK = "drops/agent-kpi/rettelser.xlsx"
OTHER = "drops/agent-kpi/rettelse januar 2025.csv"


def test_figures_are_stored_with_the_file_sheet_row_and_revision_they_came_from(desk: Desk) -> None:
    drop = desk.drop(A, B)

    found = figures.municipality_month("190", JANUARY)
    assert found is not None
    assert found.revision == 1
    assert [(each.agent, each.answered, each.resolved, each.cold) for each in found.figures] == [
        ("1", 100, 60, None),
        ("2", 50, 20, None),
    ]
    assert found.figures[1].source == Source(drop_id=drop.drop_id, key=KEY, sheet=None, row=3, revision=1)
    assert drop.status is Status.INGESTED
    assert drop.count_by_name is not None
    assert drop.count_by_name["accepted"] == 2
    assert figures.municipality_month("240", JANUARY) is None


def test_a_workbooks_sheet_is_part_of_the_source(desk: Desk) -> None:
    book = workbook({"December 2024": [FEW_HEADINGS, A], "Januar 2025": [["Titel"], FEW_HEADINGS, A]})

    desk.drop(book, key="drops/agent-kpi/Tal.XLSX")

    found = figures.municipality_month("190", JANUARY)
    assert found is not None
    assert (found.figures[0].source.sheet, found.figures[0].source.row) == ("Januar 2025", 3)
    assert desk.counts(month=Month(2024, 12)) == {"1": (100, 60)}


def test_each_changed_municipality_is_asked_for_once_from_its_first_changed_month(desk: Desk) -> None:
    desk.drop(
        workbook(
            {
                "November 2024": [FEW_HEADINGS, ["Egedal", "3", 10, 5]],
                "December 2024": [FEW_HEADINGS, A, ["Egedal", "3", 10, 5]],
                "Januar 2025": [FEW_HEADINGS, A],
            }
        ),
        key="drops/agent-kpi/tal.xlsx",
    )

    assert desk.asked() == [("190", "2024-12"), ("240", "2024-11")]


def test_the_message_about_changed_figures_is_understood_by_the_evaluation(desk: Desk) -> None:
    desk.drop(workbook({"December 2024": [FEW_HEADINGS, A], "Januar 2025": [FEW_HEADINGS, A]}), key=OTHER_BOOK)

    (message,) = desk.queued("ddh-evaluations")

    assert request_from(message) == Request(run=LIVE, municipality_code="190", from_month=Month(2024, 12))


# Corrections.


def test_the_same_content_again_changes_nothing(desk: Desk) -> None:
    desk.drop(A, B)
    desk.asked()

    again = desk.drop(B, A, key=OTHER)

    assert again.status is Status.NO_CHANGE
    assert desk.revision() == 1
    assert desk.asked() == []


def test_another_file_for_the_month_is_a_correction_and_says_what_it_changes(desk: Desk) -> None:
    desk.drop(A, B)
    desk.asked()

    drop = desk.drop(["Furesø", "1", 110, 61], ["Furesø", "3", 7, 7], key=OTHER)

    assert desk.revision() == 2
    assert desk.counts() == {"1": (110, 61), "3": (7, 7)}
    assert desk.asked() == [("190", "2025-01")]
    changes = [(each["key"], each["before"], each["after"]) for each in desk.report(drop)["changes"]]
    assert [(key, before and before[:2], after and after[:2]) for key, before, after in changes] == [
        ("1", [100, 60], [110, 61]),
        ("2", [50, 20], None),
        ("3", None, [7, 7]),
    ]
    page = desk.page(drop)
    assert "Besvarede opkald: 100 → 110" in page
    assert "står ikke længere i tallene" in page
    assert "er kommet til" in page


def test_a_correction_replaces_the_municipality_months_that_it_names_and_no_others(desk: Desk) -> None:
    desk.drop(A, ["Egedal", "3", 10, 5])

    desk.drop(["Furesø", "1", 90, 60], key=OTHER)

    assert desk.counts("190") == {"1": (90, 60)}
    assert desk.counts("240") == {"3": (10, 5)}
    assert figures.revisions(JANUARY) == {"190": 2, "240": 1}


def test_first_one_then_another_then_the_first_again_restores_the_first(desk: Desk) -> None:
    desk.drop(A)
    desk.drop(["Furesø", "1", 90, 60])

    third = desk.drop(A)

    assert third.status is Status.INGESTED
    assert desk.counts() == {"1": (100, 60)}
    assert desk.revision() == 3


def test_where_a_row_is_rejected_the_earlier_figure_stands_with_its_source(desk: Desk) -> None:
    first = desk.drop(A, B)

    desk.drop(["Furesø", "1", 100, 101], ["Furesø", "2", 51, 20], key=OTHER)

    found = figures.municipality_month("190", JANUARY)
    assert found is not None
    assert [(each.agent, each.answered, each.source.revision) for each in found.figures] == [
        ("1", 100, 1),
        ("2", 51, 2),
    ]
    assert found.figures[0].source.drop_id == first.drop_id


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(["Fursø", "1", 100, 61], id="municipality misspelt"),
        pytest.param(["Furesø", "1", "100x", 61], id="count"),
        pytest.param(["Furesø", "", 100, 61], id="whose row it is can't be read"),
        pytest.param(["Furesø", "1", 100], id="row cut off"),
    ],
)
def test_nobody_is_gone_because_a_row_could_not_be_read(desk: Desk, bad: list[object]) -> None:
    desk.drop(A, B)

    desk.drop(bad, ["Furesø", "2", 51, 20], key=OTHER)

    assert desk.counts() == {"1": (100, 60), "2": (51, 20)}


def test_a_municipality_without_any_accepted_row_is_left_alone(desk: Desk) -> None:
    desk.drop(A, ["Egedal", "3", 10, 5])

    desk.drop(["Furesø", "1", 100, 101], ["Egedal", "3", 11, 5], key=OTHER)

    assert figures.revisions(JANUARY) == {"190": 1, "240": 2}


def test_an_agent_who_stands_in_another_municipality_is_rejected_with_its_name(desk: Desk) -> None:
    desk.drop(A, B)

    drop = desk.drop(["egedal  kommune", "1", 100, 60], ["240", "2", 5, 5], ["Egedal", "4", 10, 5], key=OTHER)

    assert desk.counts("240") == {"4": (10, 5)}
    reason = "passer ikke: agenten står allerede under Furesø i måneden"
    assert [(each["row"], each["column"], each["value"], each["reason"]) for each in desk.report(drop)["rejected"]] == [
        (2, "Kommune", "egedal  kommune", reason),
        (3, "Kommune", "240", reason),
    ]
    assert desk.report(drop)["rows"]["rejected"] == 2
    assert f"- Kommune {reason} (2): række 2; række 3\n" in mailed(drop)


def test_a_file_that_replaces_both_municipalities_moves_the_agent(desk: Desk) -> None:
    desk.drop(A, B)

    desk.drop(["Egedal", "1", 100, 60], B, key=OTHER)

    assert desk.counts("190") == {"2": (50, 20)}
    assert desk.counts("240") == {"1": (100, 60)}


# Order.


def test_a_file_told_of_late_does_not_bring_older_figures_back(desk: Desk) -> None:
    older = desk.put(csv_bytes(A), OTHER)
    desk.drop(["Furesø", "1", 90, 60])

    late = desk.ingest(older)

    assert late.status is Status.SUPERSEDED
    assert desk.counts() == {"1": (90, 60)}
    assert desk.report(late)["rows"]["superseded"] == 1
    assert "nyere fil" in desk.page(late)


def test_an_older_version_of_the_same_key_is_superseded_whatever_it_names(desk: Desk) -> None:
    """F16: v2 before v1, with sequencers of unequal length."""
    first, second = desk.put(csv_bytes(A, ["Egedal", "3", 10, 5])), desk.put(csv_bytes(["Furesø", "1", 90, 60]))

    desk.ingest(replace(second, sequencer="1" + "0" * 16))
    late = desk.ingest(replace(first, sequencer="FFFF"))

    assert late.status is Status.SUPERSEDED
    assert late.superseded_by == second.natural_key
    assert desk.counts("240") == {}
    assert desk.counts() == {"1": (90, 60)}


def test_a_later_version_is_later_even_when_its_event_says_an_earlier_time(desk: Desk) -> None:
    first, second = desk.put(csv_bytes(A)), desk.put(csv_bytes(["Furesø", "1", 90, 60]))

    desk.ingest(first)
    desk.ingest(replace(second, event_at=first.event_at.replace(year=2024)))

    assert desk.counts() == {"1": (90, 60)}


def test_versions_that_the_sequencer_can_not_tell_apart_go_by_time_then_by_arrival(desk: Desk) -> None:
    first, second, third = (desk.put(csv_bytes(["Furesø", "1", count, 0])) for count in (10, 20, 30))

    desk.ingest(replace(second, sequencer="1"))
    assert desk.ingest(replace(first, sequencer="1")).status is Status.SUPERSEDED
    desk.ingest(replace(third, sequencer="1", event_at=second.event_at))

    assert desk.counts() == {"1": (30, 0)}


def test_confirming_the_figures_makes_an_older_correction_too_late(desk: Desk) -> None:
    desk.drop(A, key="drops/agent-kpi/a 2025-01.csv")
    between = desk.put(csv_bytes(["Furesø", "1", 90, 60]), "drops/agent-kpi/b 2025-01.csv")
    desk.drop(A, key="drops/agent-kpi/c 2025-01.csv")

    assert desk.ingest(between).status is Status.SUPERSEDED
    assert desk.counts() == {"1": (100, 60)}


# Whole files that don't come in.


@pytest.mark.parametrize(
    ("content", "key", "says"),
    [
        pytest.param(b"", KEY, "tom", id="empty"),
        pytest.param(b'Kommune;"Agent\n', KEY, "Citationstegnene", id="open quote"),
        pytest.param(b"PK\x03\x04", KEY, "regneark", id="a workbook called .csv"),
        pytest.param(b"Kommune;Agent", "drops/agent-kpi/tal.xlsx", "ikke et regneark", id="a CSV called .xlsx"),
        pytest.param(b"x", "drops/agent-kpi/tal.pdf", ".csv og .xlsx", id="another format"),
        pytest.param(b"x", "drops/agent-kpi/tal", ".csv og .xlsx", id="no extension"),
        pytest.param(b"Kommune;Agent\nFures;1\n", KEY, "mangler kolonnen", id="columns missing"),
        pytest.param(b"hej\n", KEY, "ingen overskriftsr", id="no header"),
        pytest.param(b"Kommune;Agent;Besvarede;Straksafklarede\n", KEY, "ingen rækker med tal", id="no rows"),
        pytest.param(
            b"Kommune;Agent;Besvarede;Straksafklarede\nX;1;2;1\n", KEY, "Alle filens rækker", id="all rejected"
        ),
    ],
)
def test_a_file_that_can_not_be_read_is_refused_reported_and_mailed(
    desk: Desk, content: bytes, key: str, says: str
) -> None:
    drop = desk.drop(content, key=key)

    assert drop.status is Status.REFUSED
    assert says in drop.reason
    assert says in desk.page(drop)
    assert desk.report(drop)["status"] == "refused"
    mail = outbox.state_of(f"drop_{drop.drop_id}")
    assert mail is not None
    assert mail.mail.subject.endswith("er afvist")
    assert desk.asked() == []


def test_a_file_larger_than_the_cap_is_refused_before_it_is_fetched(desk: Desk) -> None:
    drop = desk.drop(A, size=33 * 1024 * 1024)

    assert (drop.status, drop.reason) == (Status.REFUSED, "Filen fylder mere end 32 MB. Del den op.")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("drops/citizen-kpi/2025-01.csv", "citizen-kpi bliver endnu ikke indlæst"),
        ("drops/volume/2025-01.csv", "volume bliver endnu ikke indlæst"),
        ("drops/ferie/2025-01.csv", "Mappen ferie er ikke en af dem"),
        ("drops/2025-01.csv", "ligger ikke i drops/"),
        ("drops/agent-kpi/gammelt/2025-01.csv", "ligger ikke i drops/"),
        ("drops/../agent-kpi/2025-01.csv", "ligger ikke i drops/"),
        ("drops/../../etc/passwd", "ligger ikke i drops/"),
        ("drops/agent-kpi/..", "ligger ikke i drops/"),
        ("drops//agent-kpi/2025-01.csv", "ligger ikke i drops/"),
        ("drops/agent-kpi/a\\b.csv", "ligger ikke i drops/"),
        ("drops/agent-kpi/a\x07.csv", "ligger ikke i drops/"),
        ("drops/AGENT-KPI/2025-01.csv", "Mappen AGENT-KPI er ikke"),
    ],
)
def test_a_kind_that_is_not_handled_is_reported_as_such(desk: Desk, key: str, says: str) -> None:
    notice = replace(desk.put(csv_bytes(A)), key=key)

    drop = desk.ingest(notice)

    assert drop.status is Status.UNHANDLED
    assert says in drop.reason
    assert desk.report(drop)["status"] == "unhandled"
    assert drop.report_key.startswith("reports/")
    assert ".." not in drop.report_key
    assert outbox.state_of(f"drop_{drop.drop_id}") is None
    assert desk.counts() == {}


def test_a_folders_marker_is_no_drop(desk: Desk) -> None:
    service.ingest(replace(desk.put(b"", "drops/agent-kpi/"), size=0), clock=desk.clock)

    assert list(reading.drops_in(Month(2025, 2))) == []


def test_a_file_that_was_deleted_meanwhile_is_reported_and_not_retried(desk: Desk) -> None:
    """F17."""
    notice = desk.put(csv_bytes(A))
    clients.s3().delete_object(Bucket=settings.files_bucket(), Key=KEY, VersionId=notice.version_id)

    drop = desk.ingest(notice)

    assert drop.status is Status.MISSING
    assert "slettet" in desk.page(drop)


def test_an_overwritten_file_is_still_read_by_its_version(desk: Desk) -> None:
    """F17."""
    first = desk.put(csv_bytes(A))
    desk.put(csv_bytes(["Furesø", "1", 90, 60]))

    desk.ingest(first)

    assert desk.counts() == {"1": (100, 60)}


# Once.


def test_the_same_event_fifty_times_is_one_ingest(desk: Desk) -> None:
    """F15."""
    notice = desk.put(csv_bytes(A, ["Furesø", "2", 1, 2]))

    for _ in range(50):
        desk.ingest(notice)

    assert desk.revision() == 1
    assert desk.asked() == [("190", "2025-01")]
    assert len(desk.queued("ddh-outbox")) == 1
    assert len(list(reading.drops_in(Month(2025, 2)))) == 1


def test_who_ends_a_drop_twice_is_told_so_in_danish(desk: Desk) -> None:
    drop = desk.drop(A)

    with pytest.raises(Conflict) as told:
        drop_store.finish(drop, Status.REFUSED, reason="", count_by_name={}, mail=None, clock=desk.clock)

    assert told.value.message == "Filen er allerede behandlet færdig."


def test_an_event_redriven_after_a_correction_changes_nothing(desk: Desk) -> None:
    """F24: an already-done message comes back from the dead letters."""
    first = desk.put(csv_bytes(A))
    desk.ingest(first)
    desk.drop(["Furesø", "1", 90, 60])
    desk.asked()

    desk.ingest(first)

    assert desk.counts() == {"1": (90, 60)}
    assert desk.asked() == []


# The report and the mail.


def test_rejected_rows_are_mailed_to_the_secretariat_without_anybodys_figures(desk: Desk) -> None:
    drop = desk.drop(A, ["Furesø", "hemmelig-7", 987_654, 987_655], ["Furesø", "hemmelig-8", 10, "98765x"])

    state = outbox.state_of(f"drop_{drop.drop_id}")
    assert state is not None
    assert state.mail.to == (settings.secretariat_address(),)
    assert state.mail.subject == "Filen 2025-01.csv: 2 afviste rækker"
    told = repr(state.mail.facts)
    assert "hemmelig" not in told
    assert "98765" not in told
    assert state.mail.facts["reasons"] == [
        {
            "column": "Straksafklarede",
            "reason": "er flere end de besvarede opkald",
            "count": 1,
            "places": ["række 3"],
            "more": 0,
        },
        {"column": "Straksafklarede", "reason": "er ikke et tal", "count": 1, "places": ["række 4"], "more": 0},
    ]
    assert state.mail.facts["report_url"] == f"{settings.base_url()}/rapporter/{drop.drop_id}"
    assert [nudge["mail_id"] for nudge in desk.queued("ddh-outbox")] == [f"drop_{drop.drop_id}"]


def mailed(drop: Drop, *, html: bool = False) -> str:
    """Return the text of the mail about the drop."""
    state = outbox.state_of(f"drop_{drop.drop_id}")
    assert state is not None
    return render(f"kpi/drop_report.{'html' if html else 'txt'}", **state.mail.facts)


def test_the_mail_says_the_same_as_text_and_as_html(desk: Desk) -> None:
    drop = desk.drop(A, ["Furesø", "2", 1, 2], ["Atlantis", "3", 1, 1], ["I alt", "", 101, 61])

    html, text = mailed(drop, html=True), mailed(drop)

    for told in (html, text):
        assert "1 række er indlæst, 2 afvist." in told
        assert "er flere end de besvarede opkald (1): række 3" in told
        assert "er ikke en dansk kommune (1): række 4" in told
        assert "2 summer i filen passer ikke med rækkerne." in told
        assert f"/rapporter/{drop.drop_id}" in told
    assert "<" not in text


def test_the_mail_says_where_the_report_lies_in_the_file_area(desk: Desk) -> None:
    drop = desk.drop(["Furesø", "2", 1, 2])

    key = f"reports/agent-kpi/2025-01.csv/{drop.drop_id}.html"
    assert clients.s3().head_object(Bucket=settings.files_bucket(), Key=key)["ContentLength"] > 0
    assert f"Den ligger i filområdet som {key}\n" in mailed(drop)
    assert f">{key}</span>" in mailed(drop, html=True)


@pytest.mark.parametrize(
    ("today", "send_from"),
    [
        (date(2025, 6, 30), None),
        (date(2025, 7, 1), date(2025, 8, 2)),
        (date(2025, 8, 1), date(2025, 8, 2)),
        (date(2025, 8, 2), None),
    ],
)
def test_the_mail_is_held_in_the_quiet_period(desk: Desk, today: date, send_from: date | None) -> None:
    desk.clock.set(business_date=today)

    drop = desk.drop(A, ["Furesø", "2", 1, 2])

    state = outbox.state_of(f"drop_{drop.drop_id}")
    assert state is not None
    assert state.mail.send_from == send_from


ROWS_REJECTED = "De afviste rækker er ikke indlæst; for dem gælder de tidligere tal. Ret dem, og læg filen op igen."
SUMS_DIFFER = "Rækkerne er indlæst. Se efter, om summerne eller rækkerne skal rettes."
FILE_REFUSED = "Ret filen, og læg den op igen; de tal, der gælder i forvejen, bliver stående så længe."


@pytest.mark.parametrize(
    ("rows", "advice"),
    [
        pytest.param([A, ["Furesø", "2", 1, 2]], ROWS_REJECTED, id="a row"),
        pytest.param([A, ["Furesø", "2", 1, 2], ["I alt", "", 1, 1]], ROWS_REJECTED, id="a row and a sum"),
        pytest.param([A, ["I alt", "", 101, 60]], SUMS_DIFFER, id="only a sum"),
        pytest.param([["Furesø", "2", 1, 2]], FILE_REFUSED, id="the file"),
    ],
)
def test_the_mail_ends_with_what_to_do_and_nothing_else(desk: Desk, rows: list[list[object]], advice: str) -> None:
    drop = desk.drop(*rows)

    for told in (mailed(drop), mailed(drop, html=True)):
        assert [each for each in (ROWS_REJECTED, SUMS_DIFFER, FILE_REFUSED) if each in told] == [advice]


def test_the_mail_accounts_for_the_rows_that_were_repeated_or_overtaken(desk: Desk) -> None:
    late = desk.put(csv_bytes(A, ["Egedal", "3", 1, 1], ["Egedal", "3", 1, 1], ["Egedal", "4", 1, 2]), OTHER)
    desk.drop(["Furesø", "1", 90, 60])

    drop = desk.ingest(late)

    for told in (mailed(drop), mailed(drop, html=True)):
        assert "1 række er indlæst, 1 afvist, 1 gentaget, 1 overhalet af en nyere fil." in told


def test_the_report_says_that_the_rest_came_in_only_when_some_did(desk: Desk) -> None:
    assert "Resten af filen er indlæst." in desk.page(desk.drop(A, ["Furesø", "2", 1, 2]))
    assert "Resten af filen er indlæst." not in desk.page(desk.drop(["Furesø", "2", 1, 2]))


def test_one_of_something_is_said_in_the_singular(desk: Desk) -> None:
    drop = desk.drop(A, ["Furesø", "2", 1, 2], ["", "", "", ""], ["I alt", "", 101, 62])

    state = outbox.state_of(f"drop_{drop.drop_id}")
    assert state is not None
    assert state.mail.subject == "Filen 2025-01.csv: 1 afvist række"
    assert "1 overskrift, 0 tekster, 1 sumrække, 0 kvartalsrækker, 1 tom, " in desk.page(drop)


def test_a_file_without_faults_is_not_mailed(desk: Desk) -> None:
    drop = desk.drop(A)

    assert outbox.state_of(f"drop_{drop.drop_id}") is None


def test_sums_that_do_not_add_up_are_mailed_too(desk: Desk) -> None:
    drop = desk.drop(A, ["I alt", "", 101, 60])

    state = outbox.state_of(f"drop_{drop.drop_id}")
    assert state is not None
    assert state.mail.subject == "Filen 2025-01.csv: noget passer ikke"
    assert desk.counts() == {"1": (100, 60)}


def test_a_hidden_sheet_is_not_read_and_that_is_mailed(desk: Desk) -> None:
    sheets = {"December 2024": [FEW_HEADINGS, A], "Januar 2025": [FEW_HEADINGS, A, B]}

    drop = desk.drop(workbook(sheets, hidden=("Januar 2025",)), key="drops/agent-kpi/tal.xlsx")

    assert desk.counts() == {}
    assert desk.report(drop)["rows"]["unread"] == 3
    assert "<strong>Januar 2025</strong>: 3 rækker, skjult, ikke læst." in desk.page(drop)
    for told in (mailed(drop), mailed(drop, html=True)):
        assert "Skjulte ark, som ikke er læst: Januar 2025." in told
        assert "1 række er indlæst, 0 afvist, 3 ikke læst." in told
        assert "dér gælder de tidligere tal" in told


def test_the_report_accounts_for_every_row(desk: Desk) -> None:
    """I14."""
    drop = desk.drop(A, A, ["Furesø", "2", 1, 2], ["", "", "", ""], ["I alt", "", 201, 122])

    rows = desk.report(drop)["rows"]
    assert rows.pop("rows") == sum(rows.values()) == 6
    assert {name: count for name, count in rows.items() if count} == {
        "accepted": 1,
        "repeated": 1,
        "rejected": 1,
        "blank": 1,
        "totals": 1,
        "headers": 1,
    }


def test_the_report_lies_next_to_the_file_where_no_rule_listens(desk: Desk) -> None:
    drop = desk.drop(A)

    head = clients.s3().head_object(Bucket=settings.files_bucket(), Key=f"{drop.report_key}.html")
    assert drop.report_key == f"reports/agent-kpi/2025-01.csv/{drop.drop_id}"
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert head["ServerSideEncryption"] == "AES256"
    assert [event["detail"]["object"]["key"] for event in desk.queued("ddh-drops")] == [KEY]


def test_what_is_written_in_a_file_is_only_text_in_its_report(desk: Desk) -> None:
    drop = desk.drop(["<script>alert(1)</script>", "1", 10, 5], key="drops/agent-kpi/<b>2025-01.csv")

    page = desk.page(drop)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>" not in page


def test_long_lists_are_cut_on_the_page_and_complete_in_the_json(desk: Desk) -> None:
    drop = desk.drop(A, *(["Furesø", f"x{number}", 1, 2] for number in range(250)))

    assert "… og 50 til." in desk.page(drop)
    assert len(desk.report(drop)["rejected"]) == 250


def test_ignored_columns_are_named_in_the_report(desk: Desk) -> None:
    content = "Kommune;Agent;Besvarede;Straksafklarede;Humør\nFuresø;1;10;5;godt\n".encode()

    assert "Kolonner, som ikke bruges: Humør." in desk.page(desk.drop(content))


def test_drops_are_listed_by_the_month_they_came_in(desk: Desk) -> None:
    first = desk.drop(A)
    desk.drop(b"x", key="drops/ferie/x.csv")

    listed = list(reading.drops_in(Month(2025, 2)))

    assert {drop.status for drop in listed} == {Status.INGESTED, Status.UNHANDLED}
    assert reading.drop(first.drop_id) == first
    assert "Rapport om 2025-01.csv" in desk.page(first)
    assert list(reading.drops_in(Month(2025, 3))) == []
