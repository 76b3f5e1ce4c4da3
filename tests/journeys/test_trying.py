"""The steering group asks what if, and the secretariat makes a dry run and reads a mail that nobody was sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def person(browser: Chrome, local_site: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, local_site, pictures)
    browser.delete_all_cookies()


def test_the_steering_group_tries_a_target_and_a_start(person: Person) -> None:
    person.signs_in("styregruppe@ddh.example", "Styregruppen")
    person.opens("/hvad-nu-hvis")
    person.inspects("what-if-before")

    person.writes(maal="101", foerste="oktober")
    person.presses("Regn prøven ud")
    assert person.focus.get_attribute("id") == "fejlopsummering"
    assert person.value_of("foerste") == "oktober"
    person.inspects("what-if-errors")

    person.writes(maal="65", foerste="01-2024")
    person.presses("Regn prøven ud")
    assert "fra januar 2024" in person.sees
    person.inspects("what-if")


def test_the_secretariat_makes_a_dry_run_and_reads_a_mail_that_was_not_sent(person: Person) -> None:
    person.signs_in("sekretariat@ddh.example", "Sekretariatet")
    person.opens("/proevekoersel")
    person.inspects("dry-runs")

    person.presses("Kør prøven")
    assert person.path == "/proevekoersel/dry-2024-01-2024-03"
    assert "i gang" not in person.sees
    person.inspects("dry-run")

    person.follows("Se mailen")
    assert "mailen er ikke sendt" in person.sees
    person.inspects("dry-run-letter")
    person.follows("Se mailen, som den ser ud")
    assert person.path.endswith("/mail")
