"""Meetings, decisions and rules through the site: the secretariat registers, nothing typed is lost, nothing changes."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.rulebook import book, decisions
from chalicelib.rulebook.decisions import ItemType
from chalicelib.rulebook.rules import RuleName
from tests.web import CHAIR, SECRETARIAT, Site, Visitor

ITEM = {"punkt": "12", "type": "B", "tekst": "Mandat <x> til\r\naftale"}
RULE = {"fra": "01-03-2025", "vaerdi": "65", "beslutning": "2024-06-19/12", "note": "I trin mod 70 %"}


@pytest.fixture
def secretary(site: Site) -> Visitor:
    book.seed()
    decisions.seed()
    return site.signed_in(SECRETARIAT)


def test_a_meeting_and_its_decision_are_registered_by_whom_and_when(secretary: Visitor) -> None:
    meeting = secretary.post("/moeder", {"dato": "29-01-2025", "vaert": "Viborg"})
    item = secretary.post(meeting.headers["Location"], ITEM)

    assert (meeting.status_code, meeting.headers["Location"]) == (303, "/moeder/2025-01-29")
    assert (item.status_code, item.headers["Location"]) == (303, "/moeder/2025-01-29#punkt-12")
    page = secretary.get("/moeder/2025-01-29").text
    assert 'value="2025-01-29/12" readonly' in page
    assert "<p>Mandat &lt;x&gt; til</p>\n<p>aftale</p>" in page
    assert f"{SECRETARIAT.address}, 5. februar 2025 kl. 06.00" in page
    assert '<a class="function-link" href="/moeder/2025-01-29">29. januar 2025</a>' in secretary.get("/moeder").text


def test_a_form_sent_twice_registers_once(secretary: Visitor) -> None:
    for _ in range(2):
        assert secretary.post("/moeder", {"dato": "2025-01-29"}).status_code == 303
        assert secretary.post("/moeder/2025-01-29", ITEM).status_code == 303
        assert secretary.post("/regler/fcr_target_percent", RULE).status_code == 303

    assert len(decisions.of_meeting(date(2025, 1, 29))) == 1
    assert len(book.history(RuleName.FCR_TARGET_PERCENT)) == 2


def test_what_is_taken_is_said_by_the_field_and_stands(secretary: Visitor) -> None:
    meeting = secretary.post("/moeder", {"dato": "19-06-2024", "vaert": "Aarhus"})
    item = secretary.post("/moeder/2024-06-19", ITEM)
    secretary.post("/regler/fcr_target_percent", RULE)
    rule = secretary.post("/regler/fcr_target_percent", {**RULE, "vaerdi": "70"})

    assert (meeting.status_code, item.status_code, rule.status_code) == (409, 409, 409)
    assert 'id="felt-dato-fejl"' in meeting.text
    assert 'value="Aarhus"' in meeting.text
    assert "Punkt 12 er registreret i forvejen" in item.text
    assert "Mandat &lt;x&gt; til" in item.text, "nothing typed is lost"
    assert "Der begynder allerede en regel den 1. marts 2025" in rule.text
    assert [each.text for each in decisions.of_meeting(date(2024, 6, 19))] == [
        "Mandat til partneraftale med Reno Djurs."
    ]
    assert book.load().in_force(RuleName.FCR_TARGET_PERCENT, date(2025, 3, 1)).value == 65


def test_a_wrong_form_says_each_field_and_loses_nothing(secretary: Visitor) -> None:
    answer = secretary.post("/moeder/2024-06-19", {"punkt": "0<x>", "tekst": "tekst\x07"})

    assert answer.status_code == 422
    assert all(f'id="felt-{field}-fejl"' in answer.text for field in ("punkt", "type", "tekst"))
    assert 'value="0&lt;x&gt;"' in answer.text
    assert "<title>Fejl: " in answer.text


def test_a_rule_is_superseded_from_a_date_by_a_decision(secretary: Visitor) -> None:
    answer = secretary.post("/regler/fcr_target_percent", RULE)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/regler/fcr_target_percent")
    page = secretary.get("/regler/fcr_target_percent").text
    assert page.index("Fra 1. marts 2025") < page.index("Mindst 65 %") < page.index("Mindst 60 %")
    assert 'href="/moeder/2024-06-19#punkt-12"' in page
    assert f"{SECRETARIAT.address}, 5. februar 2025 kl. 06.00" in page
    assert "<strong>Fra 1. marts 2025:</strong>" in secretary.get("/regler").text


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("fra", "05-02-2025", "Vælg en dag efter i dag"),
        ("fra", "01-03-2205", "mere end ti år"),
        ("vaerdi", "101", "fra 1 til 100"),
        ("beslutning", "referatet", "mødedato og punkt"),
        ("beslutning", "2024-06-19/13", "ikke registreret"),
        ("beslutning", "2024-06-19/1", "Punkt 2024-06-19/1 er en drøftelse"),
        ("beslutning", "2025-03-05/1", "ikke holdt endnu"),
    ],
)
def test_a_rule_needs_a_day_to_come_a_value_and_a_decision_taken(
    secretary: Visitor, field: str, text: str, says: str
) -> None:
    secretary.post("/moeder", {"dato": "05-03-2025"})
    secretary.post("/moeder/2025-03-05", {**ITEM, "punkt": "1"})
    secretary.post("/moeder/2024-06-19", {"punkt": "1", "type": ItemType.DISCUSSION.value, "tekst": "Mål"})

    answer = secretary.post("/regler/fcr_target_percent", {**RULE, field: text})

    assert answer.status_code == 422
    assert f'id="felt-{field}-fejl"' in answer.text
    assert says in answer.text
    assert len(book.history(RuleName.FCR_TARGET_PERCENT)) == 1


def test_what_is_wrong_with_a_rule_is_told_in_the_order_of_its_form(secretary: Visitor) -> None:
    page = secretary.post("/regler/quiet_period", {"til": "31-06", "vaerdi": "01-06"}).text

    summary = page[page.index("fejlopsummering") : page.index("<h1>")]
    assert [each.split('"')[0] for each in summary.split("#felt-")[1:]] == ["fra", "til", "beslutning"]


def test_every_rule_has_a_page_and_a_form_filled_with_what_is_in_force(secretary: Visitor) -> None:
    for name in RuleName:
        page = secretary.get(f"/regler/{name.value}")
        assert page.status_code == 200, name
        assert 'id="felt-vaerdi"' in page.text


def test_who_reads_has_no_forms(site: Site, secretary: Visitor) -> None:
    chair = site.signed_in(CHAIR)

    for path in ("/moeder", "/moeder/2024-06-19", "/regler", "/regler/entry_dates"):
        page = chair.get(path)
        assert page.status_code == 200
        assert f'action="{path}"' not in page.text
    assert chair.post("/moeder", {"dato": "29-01-2025"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/moeder/2024-06-20", "/moeder/20240619", "/moeder/x", "/moeder/%00", "/regler/x", "/regler/FCR%20TARGET"]
)
def test_what_does_not_exist_is_no_page(secretary: Visitor, path: str) -> None:
    assert secretary.get(path).status_code == 404
    assert secretary.post(path, ITEM).status_code == 404
