"""A leader lays a document with a proof, straight into the bucket; the secretariat reads it and approves the proof."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.journeys.conftest import LocalSite
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

_LEADER = "leder.aarhus@aarhus.example"
_SECRETARIAT = "sekretariat@ddh.example"
_AGENT = "751-001"
_PAGE = f"/opfoelgning/751/{_AGENT}"
_PDF = b"%PDF-1.7\n% Kursusbevis\n"


@pytest.fixture
def person(browser: Chrome, local_site: LocalSite, pictures: Path | None) -> Iterator[Person]:
    yield Person(browser, local_site, pictures)
    browser.delete_all_cookies()


@pytest.fixture
def downloads(browser: Chrome, tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    return folder


def test_documents_go_to_the_bucket_and_back_by_the_page_alone(
    person: Person, browser: Chrome, local_site: LocalSite, tmp_path: Path, downloads: Path
) -> None:
    small, largest, other = tmp_path / "bevis.pdf", tmp_path / "stort.pdf", tmp_path / "bevis.docx"
    small.write_bytes(_PDF + b"x" * 8_000)
    largest.write_bytes(_PDF.ljust(5 * 1024 * 1024, b"x"))
    other.write_bytes(b"PK\x03\x04 a document of another kind")

    person.signs_in(_LEADER, "Leder")
    _registers(person, "e_learning")
    person.inspects("document-form")
    _sends(person, browser, other)
    assert "hverken PDF, JPG eller PNG" in person.sees
    person.inspects("document-refused")
    _sends(person, browser, largest)
    assert person.path.startswith(_PAGE)
    assert "Hent dokumentet" in person.sees
    _registers(person, "physical")
    _sends(person, browser, small)
    assert person.sees.count("Hent dokumentet") == 2
    person.inspects("document-attached")

    assert local_site.links_mailed_to(_SECRETARIAT) == [f"{local_site.site}/sager/{_AGENT}"]
    person.signs_in(_SECRETARIAT, "Sekretariatet")
    person.opens(f"/sager/{_AGENT}")
    person.inspects("document-case")
    person.follows("Hent dokumentet")  # the newest proof's comes first
    assert _downloaded(downloads) == small.read_bytes()
    person.presses("Godkend")
    assert "Godkendt den" in person.sees


def _registers(person: Person, kind: str) -> None:
    person.opens(_PAGE)
    person.ticks("slags", kind)
    person.writes(dato="04-11-2024", kilde="Kursusbevis")
    person.presses("Registrér beviset")
    assert "Læg et dokument ved" in person.sees


def _sends(person: Person, browser: Chrome, file: Path) -> None:
    browser.find_element(By.NAME, "file").send_keys(str(file))
    person.presses("Læg dokumentet ved")


def _downloaded(folder: Path) -> bytes:
    """Return what the browser downloaded there, once it is done."""
    file = folder / "bevis.pdf"
    for _ in range(100):
        if file.exists():
            return file.read_bytes()
        time.sleep(0.1)
    raise AssertionError("nothing was downloaded")
