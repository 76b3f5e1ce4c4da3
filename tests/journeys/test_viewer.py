"""The mail viewer in a browser, on a desktop and on a narrow telephone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.browser

_WIDTHS = [pytest.param(1280, id="desktop"), pytest.param(360, id="telephone")]


@pytest.fixture
def open_page(browser: Chrome, viewer: str) -> Callable[[str, int], None]:
    """Open a page of the viewer at a width in pixels."""

    def open_at(path: str, width: int) -> None:
        screen = {"width": width, "height": 800, "screenWidth": width, "screenHeight": 800}
        metrics = {**screen, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get(viewer + path)

    return open_at


def _fits(browser: Chrome) -> bool:
    """Whether nothing makes the page scroll sideways.

    Not measured by the window: on a telephone that grows with what doesn't fit.
    """
    return bool(browser.execute_script("return document.documentElement.scrollWidth <= screen.width"))


def _first_notice(browser: Chrome) -> str:
    link = browser.find_element(By.PARTIAL_LINK_TEXT, "oktober 2024: opfølgning i")
    return str(link.get_attribute("href"))


@pytest.mark.parametrize("width", _WIDTHS)
@pytest.mark.parametrize(
    ("path", "heading"), [("/", "Mails"), ("/rapporter", "Afleverede filer"), ("/udbakke", "Udbakke")]
)
def test_a_page_has_one_heading_and_fits_the_screen(
    browser: Chrome, open_page: Callable[[str, int], None], path: str, heading: str, width: int
) -> None:
    open_page(path, width)

    (found,) = browser.find_elements(By.TAG_NAME, "h1")
    assert found.text == heading
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "da"
    assert _fits(browser)


@pytest.mark.parametrize("width", _WIDTHS)
def test_a_mail_shows_its_html_and_its_text_alike(
    browser: Chrome, viewer: str, open_page: Callable[[str, int], None], width: int
) -> None:
    open_page("/", width)
    address = _first_notice(browser)
    open_page(address.removeprefix(viewer), width)

    assert _fits(browser)
    text = browser.find_element(By.TAG_NAME, "pre").text
    assert "oktober 2024" in text
    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
    shown = browser.find_element(By.TAG_NAME, "body").text
    assert "oktober 2024" in shown
    browser.switch_to.default_content()

    open_page(f"{address.removeprefix(viewer)}/html", width)
    assert _fits(browser)


@pytest.mark.parametrize("width", _WIDTHS)
def test_a_drop_s_report_opens_and_fits_the_screen(
    browser: Chrome, open_page: Callable[[str, int], None], width: int
) -> None:
    open_page("/rapporter", width)
    link = browser.find_element(By.CSS_SELECTOR, "a[href*='agent-kpi'][href$='.html']")
    browser.get(str(link.get_attribute("href")))

    assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1
    assert _fits(browser)
