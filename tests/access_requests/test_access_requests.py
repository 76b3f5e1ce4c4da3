"""Everything that is held about an agent is told on one page and in one file, and nothing of anybody else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import pytest

from chalicelib.access import look_log
from chalicelib.access.people import Person
from chalicelib.cases import renaming
from chalicelib.common.months import Month
from chalicelib.evaluation import service
from chalicelib.rulebook import book
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime import settings, tables
from tests import faults
from tests.access.looks import looks_at
from tests.access_requests.conftest import LEADER, STAFF, X, Y
from tests.conftest import SettableClock
from tests.evaluation.hotline import LOW, NOVEMBER, OCTOBER, Hotline
from tests.web import CHAIR, STEERING_GROUP, Site, Visitor, leader_of

PAGE, FILE = f"/indsigt/{X}", f"/indsigt/{X}/fil"


def words_of(html: str) -> str:
    """Return the words of a page's main part, without its marks."""
    main = re.search(r"<main.*?</main>", html, re.S)
    assert main is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def sections_of(html: str) -> dict[str, str]:
    """Return the words of each section of a page, by its heading."""
    _, *parts = re.split(r"<h2>", re.search(r"<main.*?</main>", html, re.S)[0])  # type: ignore[index]  # the page has a main part
    return {part.partition("</h2>")[0]: words_of(f"<main>{part}</main>") for part in parts}


FACTS = {
    "Tal": ["december 2024", "2.109 af 4.321", "2024-12.csv, række 2"],
    "Opfølgning": ["oktober 2024", "30 af 100", "Trin 3: pause foreslået", "Mål 60 %", "ark Oktober 2024, række 5"],
    "Sager om pause": ["På pause", "trin 1 i oktober 2024", "på pause fra 25. januar 2025"],
    "Hvad kommunen har sagt": ["Indsigelse fra kommunen", "En leder i Aarhus", "x-kanarie-indsigelse, skriv til [adr"],
    "Beskeder til telefonien": ["Tag agenten af telefonen", "En leder i Aarhus"],
    "Beviser for undervisning": [
        "x-kanarie-kilde-e_learning <x>",
        "af en leder i Aarhus",
        "x-kanarie-afslag",
        "Godkendt",
    ],
    "Hvem gjorde hvad": ["Pause besluttet", "Sekretariatet", "x-kanarie-afgoerelse <x>", "Systemet"],
    "Mails": ["Straksafklaring i december 2024: opfølgning i Aarhus", "En agent i Aarhus sættes på pause"],
    "Opslag": [
        "En leder i Aarhus Opfølgning: agentens måneder og sag",
        "Sekretariatet Indsigtsbegæring",
        "kæden på 3 led passer",
    ],
}


@pytest.mark.parametrize("path", [PAGE, FILE], ids=["page", "file"])
def test_everything_about_the_agent_is_told(staff: Visitor, path: str) -> None:
    found = sections_of(staff.get(path).text)

    assert list(found) == [*list(FACTS)[:2], "Prøvekørsler", *list(FACTS)[2:]]
    for heading, facts in FACTS.items():
        for fact in facts:
            assert fact in found[heading]


@pytest.mark.parametrize("path", [PAGE, FILE], ids=["page", "file"])
def test_nothing_of_another_agent_and_nobody_s_name_is_told(staff: Visitor, path: str) -> None:
    told = words_of(staff.get(path).text)

    for other in (Y, "y-kanarie", "6.543", "8.765", "190-001", LEADER.address, STAFF.address, "navnesen", "@"):
        assert other not in told


def test_the_file_says_what_the_page_says(staff: Visitor) -> None:
    page, file = (sections_of(staff.get(path).text) for path in (PAGE, FILE))

    assert page.pop("Opslag") in file.pop("Opslag").replace("kæden på 4 led", "kæden på 3 led")
    assert page == file


def test_the_file_can_be_kept_and_may_do_nothing(staff: Visitor) -> None:
    answer = staff.get(FILE)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="indsigt-751-001.html"'
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert "<style>" in answer.text
    assert not re.search(r"""(src|href)=["'](?!#)""", answer.text), "it needs nothing from anywhere"


@pytest.mark.parametrize("path", [PAGE, FILE], ids=["page", "file"])
def test_what_people_typed_is_text(staff: Visitor, path: str) -> None:
    html = staff.get(path).text

    assert "x-kanarie-afgoerelse &lt;x&gt;" in html
    assert "<x>" not in html


def test_an_agent_s_id_is_text_too(staff: Visitor, proposed: Hotline, clock: SettableClock) -> None:
    agent = "Åse <x> & Bo/1"
    look_log.note(who=STAFF.address, purpose="Rapporten", municipality_code=None, agents=[agent], clock=clock)

    went = staff.post("/indsigt", {"agent": f" {agent} "})
    answer = staff.get(went.headers["Location"])

    assert (went.status_code, answer.status_code) == (303, 200)
    assert "Alt om agent Åse &lt;x&gt; &amp; Bo/1" in answer.text
    assert "Rapporten" in answer.text
    assert "indsigt-se-x-Bo-1.html" in staff.get(f"{went.headers['Location']}/fil").headers["Content-Disposition"]


def test_what_was_corrected_is_told_beside_what_holds(staff: Visitor, proposed: Hotline) -> None:
    proposed.figures.put("751", NOVEMBER, {X: (200, 101), Y: LOW})
    proposed.ask("751", NOVEMBER)
    proposed.drain()
    proposed.figures.put("751", NOVEMBER, {Y: LOW})
    proposed.ask("751", NOVEMBER)
    proposed.drain()

    told = sections_of(staff.get(PAGE).text)["Opfølgning"]

    assert "november 2024 opgørelse 1, kan være rettet siden Aarhus 30 af 100" in told
    assert "november 2024 opgørelse 2, kan være rettet siden Aarhus 101 af 200" in told
    assert "opgørelse 3, gælder nu Aarhus – Rettet: agenten står ikke længere i månedens opgørelse" in told


def test_a_dry_run_is_told_as_one(staff: Visitor, proposed: Hotline, clock: SettableClock) -> None:
    service.start_dry_run(OCTOBER, NOVEMBER, clock=clock)
    proposed.drain()

    assert "dry-2024-10-2024-11" in sections_of(staff.get(PAGE).text)["Prøvekørsler"]


def test_the_other_ids_of_the_agent_are_told(staff: Visitor, clock: SettableClock) -> None:
    renaming.rename(X, "751-901", last_month=NOVEMBER, first_month=None, is_elsewhere=False, by=LEADER, clock=clock)

    page, file = staff.get(PAGE).text, staff.get(FILE).text

    assert 'href="/indsigt/751-901">Alt om 751-901</a>' in page
    assert "er en fil for sig: 751-901." in words_of(file)
    assert "751-901 En leder i Aarhus" in sections_of(file)["Hvem gjorde hvad"]
    assert f'href="{PAGE}">Alt om {X}</a>' in staff.get("/indsigt/751-901").text


def test_looks_are_found_in_the_real_month_whatever_the_business_date(
    site: Site, staff: Visitor, clock: SettableClock
) -> None:
    clock.set(instant=datetime(2026, 11, 22, tzinfo=UTC))

    told = sections_of(site.signed_in(STAFF).get(PAGE).text)["Opslag"]

    assert "22. november 2026" in told
    assert "5. februar 2025" in told


def test_a_look_in_a_municipality_where_nothing_of_the_agent_stands_is_told(
    staff: Visitor, clock: SettableClock
) -> None:
    look_log.note(who=STAFF.address, purpose="Sagen", municipality_code="190", agents=["NY-1"], clock=clock)

    told = sections_of(staff.get("/indsigt/NY-1").text)["Opslag"]

    assert "Sagen" in told


def test_the_months_are_those_of_the_rule(site: Site, staff: Visitor, clock: SettableClock) -> None:
    (rule,) = (rule for rule in book.load().rules if rule.name is RuleName.RETENTION_MONTHS)
    assert "gemmes i 36 måneder" in staff.get(PAGE).text
    book.add(replace(rule, value=60, in_force_from=date(2025, 4, 1)))
    clock.set(instant=datetime(2029, 11, 1, 12, tzinfo=UTC), business_date=date(2029, 11, 1))

    told = site.signed_in(STAFF).get(PAGE).text

    assert "gemmes i 60 måneder" in told
    assert {"december 2024", "2.109 af 4.321"} <= {fact for fact in FACTS["Tal"] if fact in sections_of(told)["Tal"]}
    assert "5. februar 2025" in sections_of(told)["Opslag"]


def test_a_log_of_looks_that_was_changed_says_so(staff: Visitor, clock: SettableClock) -> None:
    tables.connection().client.delete_item(
        TableName=settings.table_name("access"),
        Key={"pk": {"S": f"looks#751#{Month.of(clock.now().date())}"}, "sk": {"S": "000000000001"}},
    )

    assert "noget er ændret eller fjernet" in sections_of(staff.get(PAGE).text)["Opslag"]


@pytest.mark.parametrize("path", ["/indsigt/ukendt", "/indsigt/ukendt/fil"])
def test_of_an_agent_of_whom_nothing_is_held_it_is_said(staff: Visitor, path: str) -> None:
    answer = staff.get(path)

    assert answer.status_code == 404
    assert "Vi har ingen oplysninger om en agent med det id" in answer.text
    assert looks_at("ukendt") == ()


def test_no_id_is_asked_for_again(staff: Visitor) -> None:
    answer = staff.post("/indsigt", {"agent": " "})

    assert answer.status_code == 422
    assert "Skriv agentens id." in answer.text


@pytest.mark.parametrize("person", [leader_of("751"), CHAIR, STEERING_GROUP], ids=["leader", "chair", "group"])
def test_nobody_else_asks(site: Site, staff: Visitor, person: Person) -> None:
    other = site.signed_in(person)

    assert [other.get(path).status_code for path in ("/indsigt", PAGE, FILE)] == [404, 404, 404]
    assert "/indsigt" not in other.get("/mit").text


def test_the_calls_are_bounded_by_months_and_municipalities(staff: Visitor, proposed: Hotline) -> None:
    with faults.counted() as calls:
        staff.get(PAGE)

    assert len(calls.operations) < 400


def test_without_a_rule_of_retention_the_page_says_which_rule_is_missing(site: Site) -> None:
    answer = site.signed_in(STAFF).get("/indsigt/190-001")

    assert answer.status_code == 422
    assert "retention_months" in answer.text
