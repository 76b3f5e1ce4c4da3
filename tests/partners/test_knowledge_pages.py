"""The pages of what partners want agents to know: who reads what, who decides, and what the newsletter may tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.access.people import Role
from chalicelib.partners.knowledge import routes, service, store
from chalicelib.partners.knowledge.updates import Draft, KnowledgeUpdate, Status
from tests.partners.dealing import MANDATE, STAFF, Dealing
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, Visitor, leader_of

DRAFT = Draft(
    title="Nye <tømmedage> i Skanderborg",
    text="Fra 1. marts tømmes restaffald onsdag.\nOgså i uge 9.\n\nSe https://renosyd.example/kalender",
    valid_from=date(2025, 3, 1),
)
DECIDES: Mapping[str, Mapping[str, str]] = {"udgiv": {"": ""}, "afvis": {"begrundelse": "Det står der allerede."}}


@pytest.fixture
def sent(dealing: Dealing, site: Site) -> KnowledgeUpdate:
    """Something that waits for the secretariat."""
    dealing.registered()
    return submit(dealing)


@pytest.fixture
def secretariat(site: Site) -> Visitor:
    return site.signed_in(SECRETARIAT)


def submit(dealing: Dealing, draft: Draft = DRAFT, *, key: str = "k1") -> KnowledgeUpdate:
    return service.submit("renosyd", draft, key=key, by="partner:renosyd", clock=dealing.clock)


def page_of(update: KnowledgeUpdate) -> str:
    return f"/viden/{update.partner_id}/{update.update_id}"


def stored(update: KnowledgeUpdate) -> KnowledgeUpdate:
    return service.of_partner(update.partner_id, update.update_id)


def test_the_secretariat_publishes_by_the_page_and_leaders_and_staff_read_it(
    sent: KnowledgeUpdate, site: Site, secretariat: Visitor
) -> None:
    page = secretariat.get(page_of(sent)).text
    assert "Nye &lt;tømmedage&gt; i Skanderborg" in page
    assert "onsdag.<br>Også i uge 9.</p>" in page
    assert 'href="https://renosyd.example' not in page, "what a partner writes becomes no link"

    answer = secretariat.post(f"{page_of(sent)}/udgiv")

    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(sent))
    assert SECRETARIAT.address in secretariat.get(page_of(sent)).text
    for person in (leader_of("250"), SECRETARIAT, CHAIR, STEERING_GROUP):
        read = site.signed_in(person).get("/viden").text
        for shown in ("Nye &lt;tømmedage&gt;", "RenoSyd", "Gælder først fra 1. marts 2025", "Udgivet 5. februar 2025"):
            assert shown in read


def test_the_secretariat_declines_by_the_page_with_a_reason(sent: KnowledgeUpdate, secretariat: Visitor) -> None:
    answer = secretariat.post(f"{page_of(sent)}/afvis", {"begrundelse": "Det står der allerede."})

    assert answer.status_code == 303
    assert (stored(sent).status, stored(sent).reason) == (Status.DECLINED, "Det står der allerede.")
    assert "Det står der allerede." in secretariat.get(page_of(sent)).text


def test_the_secretariat_finds_what_was_declined_again_and_nobody_else_sees_it(
    sent: KnowledgeUpdate, site: Site, secretariat: Visitor
) -> None:
    assert "Afvist" not in secretariat.get("/viden").text
    secretariat.post(f"{page_of(sent)}/afvis", DECIDES["afvis"])

    page = secretariat.get("/viden").text
    published, _, declined = page.partition("<h2>Afvist</h2>")

    assert "tømmedage" not in published
    for shown in (f'href="{page_of(sent)}"', "Nye &lt;tømmedage&gt;", "RenoSyd", "5. februar 2025"):
        assert shown in declined
    for person in (leader_of("250"), CHAIR, STEERING_GROUP):
        assert "tømmedage" not in site.signed_in(person).get("/viden").text


def test_of_what_was_declined_the_latest_are_shown_and_the_page_says_so(
    dealing: Dealing, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "DECLINED_SHOWN", 2)
    dealing.registered()
    for number in range(3):
        dealing.move_to(date(2025, 2, 5 + number))
        update = submit(dealing, replace(DRAFT, title=f"Viden nr. {number}"), key=str(number))
        service.decline("renosyd", update.update_id, reason="nej", by=STAFF, clock=dealing.clock)

    page = site.signed_in(SECRETARIAT).get("/viden").text

    assert re.findall(r"Viden nr\. \d</a>", page) == ["Viden nr. 2</a>", "Viden nr. 1</a>"]
    assert "De 2 senest afviste" in page


@pytest.mark.parametrize("reason", ["", " \n ", "x" * (routes.LONGEST_REASON + 1), "styr \0"])
def test_a_reason_that_cannot_be_taken_is_told_beside_its_field_with_what_was_typed(
    sent: KnowledgeUpdate, secretariat: Visitor, reason: str
) -> None:
    answer = secretariat.post(f"{page_of(sent)}/afvis", {"begrundelse": reason})

    assert answer.status_code == 422
    assert 'id="felt-begrundelse-fejl"' in answer.text
    assert reason.strip().replace("\0", "") in answer.text.replace("\0", "")
    assert stored(sent) == sent


@pytest.mark.parametrize("action", DECIDES)
def test_who_presses_second_is_told_what_happened(sent: KnowledgeUpdate, secretariat: Visitor, action: str) -> None:
    secretariat.post(f"{page_of(sent)}/udgiv")
    first = stored(sent)

    answer = secretariat.post(f"{page_of(sent)}/{action}", DECIDES[action])

    assert answer.status_code == 409
    assert "allerede taget stilling" in answer.text
    assert "Udgivet" in answer.text
    assert stored(sent) == first


def test_only_the_secretariat_sees_what_waits_and_decides(
    sent: KnowledgeUpdate, site: Site, secretariat: Visitor
) -> None:
    actions = [f"{page_of(sent)}/{action}" for action in DECIDES]
    assert page_of(sent) in secretariat.get("/viden").text
    assert all(action in secretariat.get(page_of(sent)).text for action in actions)

    for person in (CHAIR, STEERING_GROUP, leader_of("250")):
        visitor = site.signed_in(person)
        assert "tømmedage" not in visitor.get("/viden").text
        is_staff = person.role is not Role.LEADER
        assert visitor.get(page_of(sent)).status_code == (200 if is_staff else 404)
        assert not any(action in visitor.get(page_of(sent)).text for action in actions)
        assert all(visitor.post(action, {"begrundelse": "nej"}).status_code == 404 for action in actions)
    for path in ("/viden", page_of(sent), "/nyhedsbrev"):
        assert site.visitor().get(path).status_code == 303
    assert stored(sent) == sent


def test_a_leader_s_menu_leads_to_it_and_its_page_to_nothing_that_staff_alone_may_see(
    sent: KnowledgeUpdate, site: Site, secretariat: Visitor
) -> None:
    secretariat.post(f"{page_of(sent)}/udgiv")

    menu, _, main = site.signed_in(leader_of("250")).get("/viden").text.partition("<main")

    assert 'href="/viden" aria-current="true"' in menu
    assert "href=" not in main.partition("</main>")[0]


def test_what_holds_is_told_apart_from_what_comes(
    dealing: Dealing, sent: KnowledgeUpdate, site: Site, secretariat: Visitor
) -> None:
    later = submit(dealing, replace(DRAFT, title="Senere", valid_from=date(2025, 4, 1)), key="k2")
    for update in (sent, later):
        secretariat.post(f"{page_of(update)}/udgiv")

    dealing.move_to(date(2025, 3, 1))

    page = site.signed_in(SECRETARIAT).get("/viden").text
    assert '<span class="badge badge-success">Gælder fra 1. marts 2025</span>' in page
    assert '<span class="badge badge-info">Gælder først fra 1. april 2025</span>' in page


def test_what_is_not_there_is_not_found(sent: KnowledgeUpdate, secretariat: Visitor) -> None:
    for path in (f"/viden/reno-djurs/{sent.update_id}", f"/viden/renosyd/{'0' * 24}", "/viden/renosyd/x", "/viden/x/y"):
        assert secretariat.get(path).status_code == 404
        for action, fields in DECIDES.items():
            assert secretariat.post(f"{path}/{action}", fields).status_code == 404


def test_the_newsletter_may_tell_of_agreements_and_of_knowledge_the_latest_first(
    dealing: Dealing, site: Site, secretariat: Visitor
) -> None:
    assert "Der er ingen nyheder endnu" in secretariat.get("/nyhedsbrev").text
    dealing.active()
    dealing.move_to(date(2025, 2, 7))
    update, waits = submit(dealing), submit(dealing, replace(DRAFT, title="Hemmelig"), key="k2")
    service.publish("renosyd", update.update_id, by=STAFF, clock=dealing.clock)
    dealing.move_to(date(2025, 8, 1))
    dealing.extend()

    reader = site.signed_in(STEERING_GROUP)
    page = reader.get("/nyhedsbrev").text

    told = ("Aftale forlænget", "Fra 1. oktober 2025 til 31. marts 2026", "Ny viden til agenterne", "Ny aftale")
    places = [page.index(each) for each in told]
    assert places == sorted(places)
    assert "1. marts 2025 til 30. september 2025" in page
    assert MANDATE in page
    assert waits.title not in page
    for link in ("/partnere/renosyd", page_of(update)):
        assert f'href="{link}"' in page
        assert reader.get(link).status_code == 200
    assert site.signed_in(leader_of("250")).get("/nyhedsbrev").status_code == 404


def test_the_pages_show_the_latest_and_say_so(dealing: Dealing, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "SHOWN", 2)
    dealing.registered()
    for number in range(3):
        dealing.move_to(date(2025, 2, 5 + number))
        update = submit(dealing, replace(DRAFT, title=f"Viden nr. {number}"), key=str(number))
        service.publish("renosyd", update.update_id, by=STAFF, clock=dealing.clock)

    secretariat = site.signed_in(SECRETARIAT)
    page = secretariat.get("/viden").text

    assert re.findall(r"Viden nr\. \d</h3>", page) == ["Viden nr. 2</h3>", "Viden nr. 1</h3>"]
    assert "de 2 senest udgivne" in page
    assert secretariat.get("/nyhedsbrev").text.count("Ny viden til agenterne") == 2
    assert len(store.published(at_most=9)) == 3
