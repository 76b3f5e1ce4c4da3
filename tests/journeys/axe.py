"""What axe-core finds on the page that a browser shows: WCAG 2.1 A and AA, and its best practices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver

from infra.packaged import PROJECT

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
_RUN = """
const [tags, done] = arguments;
axe.run(document, {runOnly: tags}).then(
  found => done(found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${rule.help}: ${node.html}`))),
  error => done([`axe-core failed: ${error}`]),
);
"""


def violations(browser: webdriver.Chrome, axe: Path = AXE) -> list[str]:
    """Return a line for each element that breaks a rule. Skips where axe-core couldn't be fetched.

    The page's policy allows no script of its own; the browser's driver isn't bound by it.
    """
    if not axe.exists():
        pytest.skip("axe-core could not be fetched: `make setup` tells why")
    browser.execute_script(axe.read_text("utf-8"))
    found: list[str] = browser.execute_async_script(_RUN, _TAGS)
    return found


def overflow(browser: webdriver.Chrome) -> int:
    """Return by how many pixels the page is wider than the window: nothing may scroll sideways."""
    wider: int = browser.execute_script(
        "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth"
    )
    return max(wider, 0)


@contextmanager
def at_width(browser: webdriver.Chrome, width: int) -> Iterator[None]:
    """Make pages exactly so wide: a window can't be narrower than 500 pixels."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    yield
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
