"""A municipality joins: from the form to the entry date, in a browser, and every page on the way is accessible."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

_CONTACT = "borgerservice@nyborg.example"
_SECOND_LEADER = "digital@nyborg.example"
_SECRETARIAT = "sekretariat@ddh.example"
_ENTRY = date(2025, 4, 1)


@pytest.fixture
def person(browser: Chrome, empty_site: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, empty_site, pictures)
    browser.delete_all_cookies()


def test_a_municipality_joins_and_leaves(person: Person, empty_site: LocalSite) -> None:
    _asks_to_join(person)
    _confirms(person, empty_site)
    path = _is_validated_decided_and_signed(person)
    _is_active_on_the_entry_date(person, empty_site, path)
    _leads_its_membership(person, empty_site)
    _gives_notice(person, empty_site)


def _asks_to_join(person: Person) -> None:
    person.opens("/")
    person.inspects("front-page")
    person.opens("/indmeldelse")
    person.inspects("request-form")
    person.writes(kommune="Nyborgg", rolle="Borgerservicechef", email="ikke en adresse", begrundelse="Vi er <klar>")
    person.ticks("dato", "dispensation")
    person.presses("Send anmodningen")

    assert person.focus.get_attribute("id") == "fejlopsummering"
    assert person.value_of("kommune") == "Nyborgg"
    assert person.value_of("rolle") == "Borgerservicechef"
    assert person.value_of("begrundelse") == "Vi er <klar>"
    person.inspects("request-form-errors")

    person.writes(kommune="Nyborg", email=_CONTACT)
    person.ticks("ydelser", "contact_centre")
    person.ticks("ydelser", "chatbot")
    person.ticks("dato", _ENTRY.isoformat())
    person.writes(begrundelse="")
    person.presses("Send anmodningen")
    assert person.path == "/indmeldelse/modtaget"
    person.inspects("request-received")


def _confirms(person: Person, run: LocalSite) -> None:
    (link,) = run.links_mailed_to(_CONTACT)
    person.opens(link)
    assert "Nyborg" in person.sees
    person.inspects("request-confirm")
    person.presses("Bekræft anmodningen")
    assert person.path.startswith("/indmeldelse/status")
    assert "sekretariat" in person.sees.lower()
    person.inspects("request-status")
    person.opens(link)
    assert "Linket kan ikke bruges" in person.sees, "it works once"


def _is_validated_decided_and_signed(person: Person) -> str:
    person.opens("/log-ind")
    person.inspects("sign-in")
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    assert person.path == "/anmodninger"
    assert "Nyborg" in person.sees
    person.inspects("requests")
    person.follows("Nyborg")
    path = person.path
    person.presses("Anmodningen er i orden")

    person.opens("/moeder")
    person.writes(dato="29-01-2025", vaert="Viborg")
    person.inspects("meetings")
    person.presses("Registrér mødet")
    person.opens("/moeder/2025-01-29")
    person.writes(punkt="7", tekst="Nyborg Kommune optages som medlem pr. 1. april 2025.")
    person.ticks("type", "B")
    person.presses("Registrér punktet")
    assert "Punkt 7" in person.sees
    person.inspects("meeting")

    person.opens(path)
    person.writes(beslutning="2025-01-29/8")
    person.presses("Godkend")
    assert person.focus.get_attribute("id") == "fejlopsummering", "there is no such decision"
    person.writes(beslutning="2025-01-29/7")
    person.presses("Godkend")
    person.presses("Send aftalen")
    person.inspects("request")
    person.writes(rolle="Kommunaldirektør", underskrevet="05-02-2025")
    person.presses("Registrér underskriften")
    assert "Venter på indmeldelsesdatoen" in person.sees
    for place in ("/medlemmer", "/udmeldelser", "/regler", "/regler/entry_dates", "/konti", "/api"):
        person.opens(place)
        person.inspects(place.strip("/").replace("/", "-"))
    return path


def _is_active_on_the_entry_date(person: Person, run: LocalSite, path: str) -> None:
    run.move_clock(date(2025, 3, 31))
    person.opens(path)
    assert "Venter på indmeldelsesdatoen" in person.sees, "the day before"
    run.move_clock(_ENTRY)
    person.opens("/medlemskab/450")
    assert "Medlem fra" in person.sees
    assert "1. april 2025" in person.sees
    subject, text = run.latest_mail_to(_CONTACT)
    assert "Velkommen" in subject
    assert "Opfølgningsmøde" in text or "opfølgningsmøde" in text.lower()


def _leads_its_membership(person: Person, run: LocalSite) -> None:
    person.signs_in(_CONTACT, "Leder i Nyborg")
    assert person.path == "/medlemskab/450"
    person.inspects("membership")
    person.presses("Udført")
    assert "Udført" in person.sees
    person.writes(email=_SECOND_LEADER)
    person.presses("Tilføj kontakten")
    assert "Træk tilbage" in person.sees, "not a contact before it is confirmed"
    (link,) = run.links_mailed_to(_SECOND_LEADER)
    person.opens(link)
    person.inspects("contact-confirm")
    person.presses("Bekræft adressen")
    person.inspects("contact-confirmed")
    person.opens("/medlemskab/450")
    assert _SECOND_LEADER in person.sees
    assert "Træk tilbage" not in person.sees
    person.opens("/medlemskab/751")
    assert "Siden findes ikke" in person.sees, "another municipality is none of ours"
    person.inspects("not-found")


def _gives_notice(person: Person, run: LocalSite) -> None:
    person.opens("/medlemskab/450/udmeldelse")
    person.inspects("withdrawal")
    person.ticks("dato", "2025-12-31")
    person.ticks("sikker", "ja")
    person.presses("Meld kommunen ud")
    assert "31. december 2025" in person.sees
    link = next(link for link in run.links_mailed_to(_CONTACT) if "/udmeldelse/svar/" in link)
    person.opens(link)
    person.inspects("exit-survey")
    person.ticks("aarsager", "economy")
    person.presses("Send svaret")
    person.inspects("exit-survey-answered")
    run.move_clock(date(2026, 1, 1))
    person.opens("/medlemskab/450")
    assert "Log ind" in person.sees, "access ends with the membership"
