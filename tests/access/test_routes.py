"""Sign-in and out through the site, as a browser does it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from chalicelib.access import staff
from chalicelib.access.people import Person, Role
from chalicelib.mail import outbox
from chalicelib.mail.outbox import State
from tests.conftest import SettableClock
from tests.web import CHAIR, SECRETARIAT, Site, leader_of

_ASKED_FOR = "Kender vi adressen, er der nu sendt et link"


def _links_mailed() -> list[str]:
    """Return the path of the link in each mail that waits."""
    mails = [outbox.state_of(mail_id) for mail_id, _ in outbox.in_state(State.PENDING)]
    return [mail.mail.facts["url"].removeprefix("https://ddh.example") for mail in mails if mail is not None]


def _known(*people: Person, clock: SettableClock) -> None:
    for person in people:
        staff.give(person, by="test", clock=clock)


def test_who_is_known_signs_in_by_the_link_in_the_mail(site: Site, clock: SettableClock) -> None:
    _known(SECRETARIAT, clock=clock)
    visitor = site.visitor()
    assert visitor.get("/konti").headers["Location"] == "/log-ind?videre=/konti"
    sent = visitor.post("/log-ind", {"email": f" {SECRETARIAT.address.upper()} "})
    assert _ASKED_FOR in visitor.get(sent.headers["Location"]).text
    (link,) = _links_mailed()

    for _ in range(3):  # as mail scanners do
        assert "Log ind som Sekretariatet" in visitor.get(link).text
    done = visitor.post(link, {"som": "0"})

    assert (done.status_code, done.headers["Location"]) == (303, "/anmodninger")
    assert visitor.get("/konti").status_code == 200
    assert visitor.post(link, {"som": "0"}).status_code == 410, "a link is used once"


def _signs_in_from(site: Site, page: str, person: Person, *, clock: SettableClock) -> str:
    """Return where somebody comes to who opened a page, was asked to sign in, and did."""
    _known(person, clock=clock)
    visitor = site.visitor()
    asked = visitor.get(page).headers["Location"]
    (wanted,) = re.findall(r'name="videre" value="([^"]*)"', visitor.get(asked).text)
    visitor.post("/log-ind", {"email": person.address, "videre": unescape(wanted)})
    (link,) = _links_mailed()
    return visitor.post(link, {"som": "0"}).headers["Location"]


@pytest.mark.parametrize("page", ["/konti", "/moeder/2024-06-19", "/partnere/renosyd"])
def test_signing_in_leads_to_the_page_that_a_mail_named(site: Site, clock: SettableClock, page: str) -> None:
    assert _signs_in_from(site, page, SECRETARIAT, clock=clock) == page


def test_a_page_of_another_role_s_is_not_led_to(site: Site, clock: SettableClock) -> None:
    assert _signs_in_from(site, "/konti", CHAIR, clock=clock) == "/anmodninger"


@pytest.mark.parametrize(
    ("wanted", "comes_to"),
    [
        ("/medlemskab/741", "/medlemskab/741"),
        ("/medlemskab/741/udmeldelse", "/medlemskab/741/udmeldelse"),
        ("/medlemskab/250", "/medlemskab/741"),
        ("/medlemskab/741/../250", "/medlemskab/741"),
        ("//evil.example", "/medlemskab/741"),
        ("https://evil.example/", "/medlemskab/741"),
        ("/\\evil.example", "/medlemskab/741"),
        ("", "/medlemskab/741"),
        ("/" + "a" * 10_000, "/medlemskab/741"),
    ],
)
def test_signing_in_leads_nowhere_but_to_one_s_own_pages(
    site: Site, clock: SettableClock, wanted: str, comes_to: str
) -> None:
    leader = leader_of("741")
    site.signed_in(leader)
    visitor = site.visitor()
    visitor.post("/log-ind", {"email": leader.address, "videre": wanted})
    (link,) = _links_mailed()

    assert visitor.post(link, {"som": "0"}).headers["Location"] == comes_to


def test_a_stranger_gets_the_same_answer_and_no_mail(site: Site) -> None:
    answer = site.visitor().post("/log-ind", {"email": "fremmed@kommune.example"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/log-ind/sendt")
    assert _links_mailed() == []


def test_asking_too_often_gets_the_same_answer_too_and_the_links_that_were_sent_work(
    site: Site, clock: SettableClock
) -> None:
    _known(SECRETARIAT, clock=clock)
    visitor = site.visitor()

    answers = {visitor.post("/log-ind", {"email": SECRETARIAT.address}).headers["Location"] for _ in range(8)}

    assert answers == {"/log-ind/sendt"}
    links = _links_mailed()
    assert len(links) == 5
    assert visitor.post(links[0], {"som": "0"}).status_code == 303


def test_what_is_no_address_is_said_and_kept(site: Site) -> None:
    answer = site.visitor().post("/log-ind", {"email": "<x>ikke en adresse"})

    assert answer.status_code == 422
    assert "&lt;x&gt;ikke en adresse" in answer.text
    assert "Skriv én e-mailadresse" in answer.text


def test_who_may_sign_in_as_two_chooses(site: Site, clock: SettableClock) -> None:
    chair_too = Person(address=SECRETARIAT.address, role=Role.CHAIR)
    _known(SECRETARIAT, chair_too, clock=clock)
    visitor = site.visitor()
    visitor.post("/log-ind", {"email": SECRETARIAT.address})
    (link,) = _links_mailed()
    page = visitor.get(link).text

    assert re.findall(r"Log ind som (\w+)", page) == ["Sekretariatet", "Formand"]
    assert visitor.post(link, {"som": "7"}).status_code == 410
    assert visitor.post(link, {"som": "1"}).status_code == 303
    assert visitor.get("/konti").status_code == 404, "the chair gives no accounts"


def test_a_link_is_too_old_after_a_quarter_of_an_hour(site: Site, clock: SettableClock) -> None:
    _known(SECRETARIAT, clock=clock)
    visitor = site.visitor()
    visitor.post("/log-ind", {"email": SECRETARIAT.address})
    (link,) = _links_mailed()

    clock.set(instant=clock.now() + timedelta(minutes=15))

    assert visitor.get(link).status_code == 410
    assert visitor.post(link, {"som": "0"}).status_code == 410


def test_signing_out_everywhere_ends_the_other_browser_too(site: Site, clock: SettableClock) -> None:
    here, there = site.signed_in(SECRETARIAT), site.signed_in(SECRETARIAT)

    left = here.post("/log-ud-overalt")

    assert "Max-Age=0" in left.headers["Set-Cookie"]
    assert [each.get("/konti").status_code for each in (here, there)] == [303, 303]


def test_a_form_without_its_token_changes_nothing(site: Site) -> None:
    visitor = site.signed_in(SECRETARIAT)
    visitor.csrf_token = "another"

    answer = visitor.post("/konti", {"email": "ny@ddh.example", "rolle": "chair"})

    assert answer.status_code == 403
    assert staff.everybody() == ()


def test_the_secretariat_gives_and_takes_access_and_it_is_logged(site: Site, clock: SettableClock) -> None:
    secretariat = site.signed_in(SECRETARIAT)
    form = {"email": CHAIR.address, "rolle": "chair"}

    assert secretariat.post("/konti", form).status_code == 303
    chair = site.signed_in(CHAIR)
    assert chair.get("/mit").headers["Location"] == "/anmodninger"
    clock.set(instant=clock.now() + timedelta(minutes=1))
    assert secretariat.post("/konti/fjern", form).status_code == 303

    assert chair.get("/mit").headers["Location"] == "/log-ind?videre=/mit", "at once"
    assert [(change.what, change.by) for change in staff.log()] == [
        ("given", SECRETARIAT.address),
        ("taken", SECRETARIAT.address),
    ]
    page = secretariat.get("/konti").text
    assert "fjernet af sekretariat@ddh.example" in page


def test_nobody_takes_their_own_access(site: Site) -> None:
    own = {"email": SECRETARIAT.address, "rolle": "secretariat"}

    assert site.signed_in(SECRETARIAT).post("/konti/fjern", own).status_code == 422


def test_a_leader_has_no_accounts_to_give(site: Site) -> None:
    leader = site.signed_in(leader_of("741"))

    assert leader.get("/konti").status_code == 404
    assert leader.post("/konti", {"email": "x@ddh.example", "rolle": "chair"}).status_code == 404


def test_every_answer_carries_the_security_headers(site: Site) -> None:
    for answer in (site.visitor().get("/log-ind"), site.visitor().get("/konti")):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_links_in_mails_lead_to_our_own_address_whatever_the_host_header_says(site: Site, clock: SettableClock) -> None:
    _known(SECRETARIAT, clock=clock)

    site.visitor().post("/log-ind", {"email": SECRETARIAT.address}, headers={"X-Forwarded-Host": "evil.example"})

    ((mail_id, _),) = outbox.in_state(State.PENDING)
    mail = outbox.state_of(mail_id)
    assert mail is not None
    assert mail.mail.facts["url"].startswith("https://ddh.example/log-ind/")
