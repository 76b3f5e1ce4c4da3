"""What was said by mistake is taken back: that an agent stopped, or has another id. Staff see every municipality."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

_LEADER = "leder.aarhus@aarhus.example"
_SECRETARIAT = "sekretariat@ddh.example"
_LIST = "/opfoelgning/751"


@pytest.fixture
def person(browser: Chrome, three_months: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, three_months, pictures)
    browser.delete_all_cookies()


def test_words_are_taken_back(person: Person, three_months: LocalSite) -> None:
    person.signs_in(_LEADER, "Leder")
    person.opens(_LIST)
    first, second = _proposed(person)[:2]

    _an_agent_stopped_and_did_not(person, three_months, first)
    _an_agent_has_another_id_and_has_not(person, three_months, second)
    _a_pause_is_decided_and_commented_on(person, three_months, second)
    _everybody_s_months_are_seen_by_staff(person)


def _proposed(person: Person) -> list[str]:
    """Return the agents on the list whose case the secretariat must decide."""
    agents = re.findall(
        r"^(751-\d{3})\b(?:(?!^751-).)*?Sekretariatet skal afgøre", person.sees, re.MULTILINE | re.DOTALL
    )
    assert len(agents) >= 2
    return agents


def _an_agent_stopped_and_did_not(person: Person, run: LocalSite, agent: str) -> None:
    person.opens(f"{_LIST}/{agent}")
    person.ticks("sikker", "ja")
    person.presses("Registrér, at agenten er stoppet")
    assert "Det er noteret, at agenten er stoppet." in person.sees
    assert "Sig noget om sagen" not in person.sees
    person.inspects("agent-stopped")

    run.move_clock(date(2025, 1, 7))
    subject, _ = run.latest_mail_to(_SECRETARIAT)
    assert "stoppet" in subject
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(f"/sager/{agent}")
    person.inspects("case-stopped")
    person.presses("Fortryd, at agenten er stoppet")
    assert person.focus.get_attribute("id") == "fejlopsummering"
    person.writes(fortrydstop="Det var en anden agent.")
    person.presses("Fortryd, at agenten er stoppet")
    assert "Det er fortrudt, at agenten er stoppet." in person.sees
    person.inspects("case-stop-undone")
    person.opens("/sager")
    assert agent in person.sees, "the proposal stands again"


def _an_agent_has_another_id_and_has_not(person: Person, run: LocalSite, agent: str) -> None:
    person.signs_in(_LEADER, "Leder")
    person.opens(f"{_LIST}/{agent}")
    person.writes(navn=f"{agent}-ny")
    person.ticks("navnsikker", "ja")
    person.presses("Registrér det nye id")
    assert "Agentens nye id er registreret." in person.sees
    person.inspects("agent-renamed")

    run.move_clock(date(2025, 1, 8))
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(f"/sager/{agent}-ny")
    person.inspects("case-renamed")
    person.writes(fortryd="En tastefejl.")
    person.presses("Fortryd skiftet")
    assert "Skiftet af id er fortrudt." in person.sees
    person.inspects("case-rename-undone")


def _a_pause_is_decided_and_commented_on(person: Person, run: LocalSite, agent: str) -> None:
    run.move_clock(date(2025, 1, 23))
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(f"/sager/{agent}")
    person.ticks("afgoerelse", "paused")
    person.writes(begrundelse="Tre måneder under målet.")
    person.presses("Afgør sagen")
    assert "Sagen er afgjort" in person.sees

    person.signs_in(_LEADER, "Leder")
    person.opens(f"{_LIST}/{agent}")
    person.inspects("agent-decided")
    person.writes(tekst="December er talt forkert.")
    person.presses("Send til sekretariatet")
    person.inspects("agent-paused-commented")

    run.move_clock(date(2025, 1, 24))
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(f"/sager/{agent}")
    assert "December er talt forkert." in person.sees
    person.inspects("case-paused-commented")


def _everybody_s_months_are_seen_by_staff(person: Person) -> None:
    for address, role in ((_SECRETARIAT, "Sekretariatet"), ("styregruppe@ddh.example", "Styregruppen")):
        person.signs_in(address, role)
        person.opens("/opfoelgning")
        person.inspects(f"months-{role.lower()}")
