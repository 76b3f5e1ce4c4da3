"""Signing in, in a browser: the mailed link, the button, and a cookie that only the site gets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.journeys.conftest import LocalSite, press

pytestmark = pytest.mark.browser

_SECRETARIAT = "sekretariat@ddh.example"


@pytest.fixture
def browser_signed_out(browser: Chrome) -> Iterator[Chrome]:
    yield browser
    browser.delete_all_cookies()


def _press(browser: Chrome) -> None:
    press(browser, browser.find_element(By.CSS_SELECTOR, "main form button"))


def test_a_mailed_link_and_its_button_sign_in(browser_signed_out: Chrome, local_site: LocalSite) -> None:
    browser = browser_signed_out
    browser.get(f"{local_site.site}/log-ind")
    browser.find_element(By.NAME, "email").send_keys(_SECRETARIAT)
    _press(browser)
    (link,) = local_site.links_mailed_to(_SECRETARIAT)

    browser.get(link)
    _press(browser)

    assert browser.current_url.startswith(local_site.site)
    (cookie,) = browser.get_cookies()
    assert cookie["name"].startswith("__Host-")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    browser.get(f"{local_site.site}/konti")
    assert _SECRETARIAT in browser.find_element(By.TAG_NAME, "main").text


def test_a_page_that_is_not_there_is_told_in_danish(browser: Chrome, local_site: LocalSite) -> None:
    browser.get(f"{local_site.site}/nowhere")

    assert browser.find_element(By.TAG_NAME, "h1").text == "Siden findes ikke"
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "da"


def test_the_viewer_s_form_moves_the_run_s_date(browser: Chrome, local_site: LocalSite) -> None:
    browser.get(f"{local_site.viewer}/ur")
    field = browser.find_element(By.NAME, "dato")
    # What is typed into a date field depends on the browser's language.
    browser.execute_script("arguments[0].value = '2025-02-06'", field)
    press(browser, browser.find_element(By.CSS_SELECTOR, "form button"))

    assert "Morgenen den 6. februar 2025" in browser.find_element(By.TAG_NAME, "main").text
    local_site.move_clock(date(2025, 2, 7))
    browser.refresh()
    assert "Morgenen den 7. februar 2025" in browser.find_element(By.TAG_NAME, "main").text
