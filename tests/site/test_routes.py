"""The site's own pages, its files, and a description of the API that forgets no route."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import validate

from app import app
from chalicelib.access.routing import declared
from chalicelib.runtime import assets
from chalicelib.site import openapi
from tests.web import SECRETARIAT, Site


def test_the_front_page_leads_who_is_new_and_who_is_known(site: Site) -> None:
    page = site.visitor().get("/").text

    assert 'href="/indmeldelse"' in page
    assert 'href="/log-ind"' in page


def test_the_front_page_leads_who_is_signed_in_to_their_own_page(site: Site) -> None:
    page = site.signed_in(SECRETARIAT).get("/").text

    assert 'href="/mit"' in page
    assert SECRETARIAT.address in page


def test_a_static_file_is_kept_for_ever(site: Site) -> None:
    answer = site.visitor().get(assets.address("ddh.css"))

    assert answer.content_type == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == assets.read("ddh.css")[0]


@pytest.mark.skipif(not assets.exists("dkfds.min.css"), reason="the design system couldn't be fetched")
def test_a_font_arrives_as_it_is(site: Site) -> None:
    answer = site.visitor().get(assets.address("IBMPlexSans-Regular.woff2"), headers={"Accept": "*/*"})

    assert answer.content_type == "font/woff2"
    assert answer.data.startswith(b"wOF2")


@pytest.mark.parametrize(
    "path",
    [
        "/static/{version}/nowhere.css",
        "/static/another/ddh.css",
        "/static/{version}/..%2Fassets.py",
        "/static/{version}/%2e%2e%2f%2e%2e%2fassets.py",
        "/static/{version}/dkfds%2Fdkfds.min.css",
        "/static/{version}/%00",
        "/static/{version}/%ff",
    ],
)
def test_no_other_file_is_served(site: Site, path: str) -> None:
    assert site.visitor().get(path.format(version=assets.version())).status_code == 404


def test_every_route_is_described(site: Site) -> None:
    described = site.visitor().get("/openapi.json").get_json()

    for each in declared:
        operation = described["paths"][each.path][each.method.lower()]
        assert operation["summary"] == each.summary
        assert ("security" in operation) == (not each.is_public)


def test_every_route_that_chalice_serves_is_declared() -> None:
    served = {(method, path) for path, by_method in app.routes.items() for method in by_method}

    assert served == {(each.method, each.path) for each in declared}


def test_the_description_is_valid_openapi() -> None:
    validate(openapi.document(declared))


def test_the_readable_page_names_every_route(site: Site) -> None:
    page = site.visitor().get("/api").text

    for each in declared:
        assert f"<code>{each.method} {each.path}</code>" in page


def test_no_page_of_the_site_has_scripts_or_inline_styles(site: Site) -> None:
    for path in ("/", "/api"):
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", site.visitor().get(path).text), path
