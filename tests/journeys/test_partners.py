"""Reno Djurs becomes a partner under its mandate, evaluates, goes on and ends: the staff's side, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from selenium.webdriver import Chrome

from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

_PARTNER = "drift@renodjurs.example"
_SECRETARIAT = "sekretariat@ddh.example"
_CHAIR = "formand@ddh.example"
_MANDATE = "2024-06-19/12"
_PAGE = "/partnere/reno-djurs"


@pytest.fixture
def person(browser: Chrome, empty_site: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, empty_site, pictures)
    browser.delete_all_cookies()


def test_a_partner_comes_goes_on_and_ends(person: Person, empty_site: LocalSite) -> None:
    _is_registered_and_agreed_with(person)
    _evaluates_before_the_end(person, empty_site)
    _goes_on(person)
    _ends_by_itself(person, empty_site)


def _is_registered_and_agreed_with(person: Person) -> None:
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens("/partnere")
    person.inspects("partners-empty")
    person.follows("Opret en partner")
    person.writes(navn="Reno Djurs", cvr="123", koe="Reno Djurs", kontakter=_PARTNER)
    person.presses("Opret")
    assert person.focus.get_attribute("id") == "fejlopsummering"
    person.inspects("partner-new-errors")
    person.writes(cvr="12345678")
    person.presses("Opret")
    assert person.path == _PAGE
    person.inspects("partner-dialogue")
    person.writes(
        start="01-03-2025", slut="30-09-2025", daekning="Opkald om affald på hverdage", opkald="900", pris="25,50"
    )
    person.presses("Gem forslaget")
    person.writes(mandat=_MANDATE)
    person.presses("Aktivér")
    assert "Begynder senere" in person.sees
    assert "7 måneder" in person.sees
    key = Ed25519PrivateKey.generate().public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    person.writes(noegle=pem)
    person.presses("Registrér nøglen")
    assert "Gyldig" in person.sees
    person.inspects("partner")


def _evaluates_before_the_end(person: Person, run: LocalSite) -> None:
    run.move_clock(date(2025, 8, 5))
    (link,) = run.links_mailed_to(_PARTNER)
    person.opens(link)
    person.inspects("partner-evaluation")
    person.ticks("fortsaette", "ja")
    person.writes(opkald="1.100", godt="Borgerne får svar med det samme")
    person.presses("Send evalueringen")
    person.inspects("partner-evaluated")
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(f"{_PAGE}/evaluering")
    person.presses("Send evalueringen")
    assert person.focus.get_attribute("id") == "fejlopsummering"
    person.inspects("partner-evaluation-errors")


def _goes_on(person: Person) -> None:
    person.signs_in(_CHAIR, "Formand")
    person.opens(_PAGE)
    assert "Borgerne får svar med det samme" in person.sees
    person.writes(til="31-03-2026", til_opkald="1100", beslutning=_MANDATE)
    person.presses("Forlæng")
    assert "1. oktober 2025 – 31. marts 2026" in person.sees
    person.inspects("partner-extended")
    person.opens("/partnere")
    person.inspects("partners")


def _ends_by_itself(person: Person, run: LocalSite) -> None:
    run.move_clock(date(2026, 4, 1))
    person.signs_in(_CHAIR, "Formand")
    person.opens(_PAGE)
    assert "Ophørt" in person.sees
    assert "Perioden sluttede, aftalen fortsætter" in person.sees
    subject, _ = run.latest_mail_to(_PARTNER)
    assert "er ophørt" in subject
