"""Somebody at a browser, as the journeys need them."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.journeys.axe import at_width, overflow, violations
from tests.journeys.conftest import LocalSite, press


class Person:
    """Somebody at the browser. They inspect the pages they come to."""

    def __init__(self, browser: Chrome, run: LocalSite, pictures: Path | None) -> None:
        self._browser = browser
        self._run = run
        self._pictures = pictures

    def opens(self, address: str) -> None:
        self._browser.get(address if address.startswith("http") else self._run.site + address)

    def writes(self, **text_by_field: str) -> None:
        for name, text in text_by_field.items():
            field = self._named(name)
            field.clear()
            field.send_keys(text)

    def ticks(self, name: str, value: str) -> None:
        box = self._browser.find_element(By.CSS_SELECTOR, f"[name='{name}'][value='{value}']")
        self._browser.execute_script("arguments[0].click()", box)

    def presses(self, text: str) -> None:
        """Press the first button in the page's main part that begins so."""
        button = self._browser.find_element(By.XPATH, f"//main//button[starts-with(normalize-space(), '{text}')]")
        press(self._browser, button)

    def inspects(self, page: str) -> None:
        """See that nothing breaks WCAG, that nothing scrolls sideways and that there is one heading; take a picture."""
        for width in (1280, 360):
            with at_width(self._browser, width):
                assert (page, width, violations(self._browser)) == (page, width, [])
                assert (page, width, overflow(self._browser)) == (page, width, 0)
        assert len(self._browser.find_elements(By.TAG_NAME, "h1")) == 1, page
        if self._pictures is not None:
            for width, name in ((1280, page), (360, f"{page}-360")):
                with at_width(self._browser, width):
                    self._take_whole(self._pictures / f"{name}.png", width=width)

    def signs_in(self, address: str, role: str) -> None:
        self._browser.delete_all_cookies()
        self.opens("/log-ind")
        self.writes(email=address)
        self.presses("Send link")
        (link,) = self._run.links_mailed_to(address)
        self.opens(link)
        self.presses(f"Log ind som {role}")

    @property
    def sees(self) -> str:
        """The text of the page's main part."""
        return str(self._browser.find_element(By.TAG_NAME, "main").text)

    @property
    def focus(self) -> WebElement:
        return self._browser.switch_to.active_element

    @property
    def path(self) -> str:
        return str(self._browser.current_url).removeprefix(self._run.site)

    def value_of(self, name: str) -> str:
        return self._named(name).get_attribute("value") or ""

    def follows(self, text: str) -> None:
        """Follow the first link that has the text in it."""
        link = self._browser.find_element(By.XPATH, f"//main//a[contains(normalize-space(), '{text}')]")
        self.opens(str(link.get_attribute("href")))

    def _named(self, name: str) -> WebElement:
        return self._browser.find_element(By.NAME, name)

    def _take_whole(self, path: Path, *, width: int) -> None:
        height = self._browser.execute_script("return document.documentElement.scrollHeight")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self._browser.save_screenshot(str(path))
