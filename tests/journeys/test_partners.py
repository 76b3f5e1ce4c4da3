"""Reno Djurs becomes a partner under its mandate, evaluates, goes on and ends: the staff in a browser, its system by
the API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from selenium.webdriver import Chrome

from examples.partner_client import Key, PartnerApi, Problem, public_pem
from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

_PARTNER = "drift@renodjurs.example"
_SECRETARIAT = "sekretariat@ddh.example"
_CHAIR = "formand@ddh.example"
_MANDATE = "2024-06-19/12"
_PAGE = "/partnere/reno-djurs"
_FORECAST = (40, 38, 41, 39, 30, 0, 12)


@pytest.fixture
def person(browser: Chrome, empty_site: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, empty_site, pictures)
    browser.delete_all_cookies()


def test_a_partner_comes_goes_on_and_ends(person: Person, empty_site: LocalSite) -> None:
    _is_registered_and_agreed_with(person)
    api = _registers_its_key(person, empty_site)
    _waits_for_the_first_day(api)
    _evaluates_before_the_end(person, empty_site)
    _forecasts_and_asks_to_go_on(api)
    _goes_on(person, empty_site)
    _sees_the_new_period(api)
    _ends_by_itself(person, empty_site)
    _may_only_read_what_was_agreed(api)


def _is_registered_and_agreed_with(person: Person) -> None:
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens("/partnere")
    person.inspects("partners-before")
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
    assert "7 hele måneder" in person.sees


def _registers_its_key(person: Person, run: LocalSite) -> PartnerApi:
    private_key = Ed25519PrivateKey.generate()
    person.writes(noegle=public_pem(private_key))
    person.presses("Registrér nøglen")
    assert "Gyldig" in person.sees
    person.inspects("partner")
    (key_id,) = set(re.findall(r"reno-djurs\.[0-9a-f]{8}", person.sees))
    return PartnerApi(run.site, Key(key_id=key_id, private_key=private_key))


def _waits_for_the_first_day(api: PartnerApi) -> None:
    assert api.agreement()["status"] == "coming"
    with pytest.raises(Problem, match="403 agreement_not_in_force"):
        api.put_forecast("2025-W10", _FORECAST)


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


def _forecasts_and_asks_to_go_on(api: PartnerApi) -> None:
    assert api.put_forecast("2025-W33", _FORECAST)["total"] == 200
    assert api.put_forecast("2025-W34", _FORECAST)["revision"] == 1
    for _ in range(2):  # the answer was lost, and the client asks again
        wish = api.ask_extension("2026-03-31", 1100, idempotency_key="wish-1")
    assert wish["status"] == "open"


def _goes_on(person: Person, run: LocalSite) -> None:
    subject, _ = run.latest_mail_to(_CHAIR)
    assert "ønsker at forlænge" in subject
    person.signs_in(_CHAIR, "Formand")
    person.opens(_PAGE)
    assert "31. marts 2026" in person.sees
    person.inspects("partner-wish")
    assert "Borgerne får svar med det samme" in person.sees
    person.writes(til="31-03-2026", til_opkald="1100", beslutning=_MANDATE)
    person.presses("Forlæng")
    assert "1. oktober 2025 – 31. marts 2026" in person.sees
    person.inspects("partner-extended")
    person.opens("/partnere")
    person.inspects("partners")


def _sees_the_new_period(api: PartnerApi) -> None:
    told = api.agreement()
    assert [(each["start"], each["end"], each["months"]) for each in told["agreements"]] == [
        ("2025-03-01", "2025-09-30", 7),
        ("2025-10-01", "2026-03-31", 6),
    ]
    assert told["agreement"]["number"] == 1
    assert told["extension_request"]["status"] == "granted"


def _ends_by_itself(person: Person, run: LocalSite) -> None:
    run.move_clock(date(2026, 4, 1))
    person.signs_in(_CHAIR, "Formand")
    person.opens(_PAGE)
    assert "Ophørt" in person.sees
    assert "Perioden sluttede, aftalen fortsætter" in person.sees
    subject, _ = run.latest_mail_to(_PARTNER)
    assert "er ophørt" in subject


def _may_only_read_what_was_agreed(api: PartnerApi) -> None:
    """The day after the last day."""
    with pytest.raises(Problem, match="403 agreement_not_in_force"):
        api.put_forecast("2026-W15", _FORECAST)
    with pytest.raises(Problem, match="403 agreement_not_in_force"):
        api.ask_extension("2026-12-31", 1100, idempotency_key="wish-2")
    told = api.agreement()
    assert (told["status"], told["agreement"]["end"]) == ("ended", "2026-03-31")
