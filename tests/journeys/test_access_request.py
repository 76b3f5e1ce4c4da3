"""An agent asks what is held: the secretariat finds it, reads it, and takes a file that needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver import Chrome

from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

_AGENT = "260-003"


@pytest.fixture
def person(browser: Chrome, local_site: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, local_site, pictures)
    browser.delete_all_cookies()


def test_an_agent_gets_all_that_is_held(person: Person, browser: Chrome, local_site: LocalSite, tmp_path: Path) -> None:
    person.signs_in("sekretariat@ddh.example", "Sekretariatet")
    person.opens("/indsigt")
    person.inspects("access-request")
    person.presses("Vis alt om agenten")
    assert person.focus.get_attribute("id") == "fejlopsummering"
    person.inspects("access-request-errors")
    person.writes(agent=_AGENT)
    person.presses("Vis alt om agenten")
    assert "Trin 1" in person.sees
    assert "Indsigtsbegæring" in person.sees
    person.inspects("access-request-held")

    cookies = "; ".join(f"{each['name']}={each['value']}" for each in browser.get_cookies())
    with urlopen(Request(f"{local_site.site}{person.path}/fil", headers={"Cookie": cookies})) as answer:
        (tmp_path / "indsigt.html").write_bytes(answer.read())
    browser.get((tmp_path / "indsigt.html").as_uri())

    assert "Trin 1" in person.sees
    person.inspects("access-request-file")
