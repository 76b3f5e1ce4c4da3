"""What journeys need: the local run as a program of its own, with the site and the viewer it serves, and a browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from infra.packaged import PROJECT

LocalRun = Callable[..., "subprocess.CompletedProcess[str]"]


def _program(*words: str) -> list[str]:
    return [sys.executable, "-m", "infra.local", *words]


@pytest.fixture(scope="session")
def local_run() -> LocalRun:
    """Run `python -m infra.local` with words, to its end."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        program = _program(*words)
        return subprocess.run(program, cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=False)

    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSite:
    """A local run that serves: the addresses of its site and of its viewer, without a slash at the end.

    What the partner RenoSyd calls with lies in `partner_key`; it takes webhooks at `webhook_port`.
    """

    site: str
    viewer: str
    partner_key: Path
    webhook_port: int

    def move_clock(self, to: date) -> None:
        """Move the run's date forward through the viewer's form, and do that morning's work."""
        fields = urlencode({"dato": to.isoformat()}).encode()
        with urlopen(Request(f"{self.viewer}/ur", data=fields, headers={"Origin": self.viewer})) as page:
            assert page.status == 200

    def links_mailed_to(self, address: str) -> list[str]:
        """Return the links of the latest mail to an address that starts on the site."""
        mails = re.findall(r'href="(/mails/[^"]+)">[^<]*</a><p>Til ([^<]*?) · ', self._page("/"))
        latest = next(path for path, to in mails if address in to.split(", "))
        addresses = re.findall(r'<li><a href="([^"]+)">', self._page(latest).partition("Links i mailen")[2])
        return [each for each in map(unescape, addresses) if each.startswith(self.site)]

    def latest_mail_to(self, address: str) -> tuple[str, str]:
        """Return the subject and the page of the latest mail to an address."""
        mails = re.findall(r'href="(/mails/[^"]+)">([^<]*)</a><p>Til ([^<]*?) · ', self._page("/"))
        path, subject = next((path, subject) for path, subject, to in mails if address in to.split(", "))
        return unescape(subject), unescape(self._page(path))

    def _page(self, path: str) -> str:
        with urlopen(self.viewer + path) as page:
            text: str = page.read().decode()
        return text


@contextmanager
def serving_run(*words: str) -> Iterator[LocalSite]:
    """Run with words on free ports until it serves, and end it as Ctrl-C does."""
    site, viewer, webhooks = _free_ports(3)
    ports = ["--site-port", str(site), "--port", str(viewer), "--webhook-port", str(webhooks)]
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(
            _program(*ports, "--partner-key", folder, *words), cwd=PROJECT, stdout=subprocess.PIPE, text=True
        ) as running,
    ):
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("Mails and reports:"):
                break
        try:
            yield LocalSite(
                site=f"http://127.0.0.1:{site}",
                viewer=f"http://127.0.0.1:{viewer}",
                partner_key=Path(folder),
                webhook_port=webhooks,
            )
        finally:
            running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 0, "Ctrl-C did not end the run cleanly"


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(scope="session")
def local_site() -> Iterator[LocalSite]:
    """The site and the viewer after the month 2024-10 of the sample drops."""
    with serving_run("--months", "2024-10") as running:
        yield running


@pytest.fixture(scope="module")
def three_months() -> Iterator[LocalSite]:
    """The site after the sample drops' first three months in force, on the morning that their mails have left.

    A run of its own for each module, whose journey moves its clock.
    """
    with serving_run("--months", "2024-10..2024-12", "--today", "2025-01-06") as running:
        yield running


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSite]:
    """A run of its own, without figures: the module's journey moves its clock for months."""
    drops = tmp_path_factory.mktemp("drops")
    with serving_run("--drops", str(drops), "--months", "2024-10") as running:
        yield running


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """Where journeys put pictures of the pages they come to: `--pictures DIR`."""
    folder: str | None = request.config.getoption("--pictures")
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def site(local_site: LocalSite) -> str:
    """The address of the site."""
    return local_site.site


@pytest.fixture(scope="session")
def viewer(local_site: LocalSite) -> str:
    """The address of the mail viewer."""
    return local_site.viewer


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A Chromium without a window. Skips where there is none, unless `--strict-browser` asks to fail."""
    chromium, driver = _found("chromium", "chromium-browser", "google-chrome"), _found("chromedriver")
    if chromium is None or driver is None:
        reason = "no Chromium with its chromedriver here: on Debian apt-get install chromium chromium-driver"
        if request.config.getoption("--strict-browser"):
            pytest.fail(reason)
        pytest.skip(reason)
    options = Options()
    options.binary_location = chromium
    for word in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(word)
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    yield chrome
    chrome.quit()


def press(browser: webdriver.Chrome, button: WebElement) -> None:
    """Press a button that sends a form, and wait for the page that answers."""
    page = browser.find_element(By.TAG_NAME, "html")
    browser.execute_script("arguments[0].click()", button)
    WebDriverWait(browser, 30).until(staleness_of(page))
    WebDriverWait(browser, 30).until(lambda shown: shown.execute_script("return document.readyState") == "complete")


def _found(*names: str) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture
def expected() -> Callable[[str, str], list[str]]:
    """Return the lines of an expected file that are about one month."""

    def lines(name: str, month: str) -> list[str]:
        text = (Path(__file__).parents[1] / "expected" / f"{name}.csv").read_text("utf-8")
        return [line for line in text.splitlines() if line.startswith(f"{month};")]

    return lines
