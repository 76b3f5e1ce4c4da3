"""The parts of which all pages are made, in a browser: accessible, and no wider than a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from selenium import webdriver
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from chalicelib.runtime import assets, web
from tests.journeys.axe import at_width, overflow, violations
from tests.runtime import demo

pytestmark = pytest.mark.browser


@Request.application
def _pages(request: Request) -> Response:
    name = request.path.rpartition("/")[2]
    if assets.exists(name):
        body, content_type = assets.read(name)
        return Response(body, content_type=content_type)
    return Response(
        demo.page(demo.ERRORS if name == "errors" else {}), content_type=web.HTML, headers={**web.SECURITY_HEADERS}
    )


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, _pages, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("page", ["new", "errors"])
def test_every_part_is_accessible_and_fits(browser: webdriver.Chrome, address: str, page: str, width: int) -> None:
    with at_width(browser, width):
        browser.get(f"{address}/{page}")

        assert violations(browser) == []
        assert overflow(browser) == 0


def test_the_summary_of_errors_has_the_focus_without_scripts(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/errors")

    assert browser.switch_to.active_element.get_attribute("id") == "fejlopsummering"


def test_the_policy_lets_every_style_font_and_icon_through(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/errors")

    refused = browser.execute_async_script(
        "const done = arguments[0]; document.fonts.ready.then(() => done("
        "performance.getEntriesByType('resource').filter(each => each.responseStatus != 200).map(each => each.name)))"
    )

    assert refused == []
