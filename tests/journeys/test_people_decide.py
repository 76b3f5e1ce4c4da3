"""A pause from its proposal to its end: the municipality answers, a person decides, proofs bring the agent back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

_AGENT = "260-003"  # the sample drops propose a pause in December 2024
_LEADER = "leder.halsnaes@halsnaes.example"
_ELSEWHERE = "leder.aarhus@aarhus.example"
_SECRETARIAT = "sekretariat@ddh.example"
_PAGE = f"/opfoelgning/260/{_AGENT}"
_CASE = f"/sager/{_AGENT}"


@pytest.fixture
def person(browser: Chrome, three_months: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, three_months, pictures)
    browser.delete_all_cookies()


def test_a_person_decides_a_pause_and_proofs_end_it(person: Person, three_months: LocalSite) -> None:
    _the_municipality_objects(person, three_months)
    _nobody_elsewhere_sees_it(person)
    _the_secretariat_waits_for_the_answer(person, three_months)
    _the_secretariat_decides(person, three_months)
    _the_municipality_carries_it_out_and_registers_proofs(person, three_months)
    _the_secretariat_takes_the_proofs(person, three_months)
    _the_agent_is_back(person)


def _the_municipality_objects(person: Person, run: LocalSite) -> None:
    assert f"{run.site}/opfoelgning/260" in run.links_mailed_to(_LEADER)
    person.signs_in(_LEADER, "Leder")
    person.opens("/opfoelgning/260")
    person.inspects("follow-up")
    person.follows(_AGENT)
    assert "Sekretariatet skal afgøre sagen" in person.sees
    assert "2024-Q4.xlsx, ark December 2024, række" in person.sees
    assert "45 af 108" in person.sees
    person.inspects("agent-proposed")
    person.ticks("svar", "contested")
    person.presses("Send til sekretariatet")
    assert person.focus.get_attribute("id") == "fejlopsummering"
    person.inspects("agent-errors")
    person.writes(tekst="Agenten har taget de svære sager i hele december.")
    person.presses("Send til sekretariatet")
    assert "Indsigelse fra kommunen" in person.sees


def _nobody_elsewhere_sees_it(person: Person) -> None:
    person.signs_in(_ELSEWHERE, "Leder")
    for address in (_PAGE, "/opfoelgning/260", _CASE, "/sager"):
        person.opens(address)
        assert "Siden findes ikke" in person.sees


def _the_secretariat_waits_for_the_answer(person: Person, run: LocalSite) -> None:
    run.move_clock(date(2025, 1, 7))
    subject, _ = run.latest_mail_to(_SECRETARIAT)
    assert "gør indsigelse mod en pause" in subject
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens("/sager")
    person.inspects("cases")
    person.follows(_AGENT)
    assert "Sagen kan afgøres fra den 22. januar 2025" in person.sees
    assert "Agenten har taget de svære sager" in person.sees
    assert "Afgør sagen" not in person.sees
    person.inspects("case-waits")


def _the_secretariat_decides(person: Person, run: LocalSite) -> None:
    run.move_clock(date(2025, 1, 22))
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(_CASE)
    assert "Sagen kan afgøres" in person.sees
    person.inspects("case")
    person.ticks("afgoerelse", "paused")
    person.presses("Afgør sagen")
    assert person.focus.get_attribute("id") == "fejlopsummering"
    person.inspects("case-errors")
    person.ticks("afgoerelse", "paused")
    person.writes(begrundelse="Tre måneder samlet ligger sikkert under målet.")
    person.presses("Afgør sagen")
    assert "Pause besluttet" in person.sees
    person.inspects("case-paused")


def _the_municipality_carries_it_out_and_registers_proofs(person: Person, run: LocalSite) -> None:
    subject, page = run.latest_mail_to(_LEADER)
    assert subject == "En agent i Halsnæs sættes på pause"
    assert "Tre måneder samlet ligger sikkert under målet." in page
    person.signs_in(_LEADER, "Leder")
    person.opens(_PAGE)
    assert "Tag agenten af telefonen" in person.sees
    person.presses("Beskeden er udført")
    for kind in ("e_learning", "physical"):
        person.ticks("slags", kind)
        person.writes(dato="21-01-2025", kilde="Kursusbevis")
        person.presses("Registrér beviset")
    assert "Sekretariatet skal se på 2 beviser" in person.sees
    person.inspects("agent-paused")


def _the_secretariat_takes_the_proofs(person: Person, run: LocalSite) -> None:
    subject, _ = run.latest_mail_to(_SECRETARIAT)
    assert "bevis" in subject
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(_CASE)
    person.presses("Godkend")
    assert "På pause" in person.sees, "one proof alone ends no pause"
    person.presses("Godkend")
    assert "Agenten tager telefonen igen" in person.sees
    person.inspects("case-reinstated")
    person.opens("/sager")
    assert "Sæt agenten på telefonen igen" in person.sees


def _the_agent_is_back(person: Person) -> None:
    person.signs_in(_LEADER, "Leder")
    person.opens(_PAGE)
    person.presses("Beskeden er udført")
    assert "Beskeden er udført" not in person.sees
    person.inspects("agent-reinstated")
