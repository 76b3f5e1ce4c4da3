"""Whatever is sent to a route that the API's description names, the server doesn't fail."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case

from chalicelib.access import call_limits
from chalicelib.access.people import Person
from chalicelib.access.routing import declared
from chalicelib.runtime.web import FORM
from chalicelib.site.openapi import document
from infra.packaged import PROJECT
from tests.access.signing import Request
from tests.conftest import EmulatedAWS, SettableClock
from tests.partners.calling import Program
from tests.partners.dealing import START, Dealing
from tests.web import BASE_URL, SECRETARIAT, Site, Visitor, leader_of

_EXAMPLES_PER_ROUTE = 12
#: What fields are called in the pages' templates: the description leaves the forms' fields open.
_FIELDS = sorted(
    {
        name
        for template in (PROJECT / "chalicelib").glob("*/templates/*.html")
        for name in re.findall(r'(?:fields\.\w+\(| name=)"([a-z_-]+)"', Path(template).read_text("utf-8"))
    }
)
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "2025-04-01",
            "31-02-2025",
            "9999-12-31",
            "0001-01-01",
            "741",
            "ja",
            "1e999",
            "\x00",
            "æøå",
            "<x>",
            "2024-06-19/12",
        ]
    ),
)
#: What a partner may name in a path on 1 March 2025: generated weeks are long over.
_OPEN = {"month": "2025-01", "week": "2025-W10", "update_id": "0" * 24}
_KEY = "Idempotency-Key"
_FORMS = st.dictionaries(st.sampled_from(_FIELDS), _TEXTS, max_size=8)


@pytest.mark.campaign
@pytest.mark.parametrize("person", [None, SECRETARIAT, leader_of("741")], ids=["nobody", "secretariat", "leader"])
@pytest.mark.filterwarnings("ignore")  # schemathesis warns of what a description leaves open
def test_no_request_makes_the_server_fail(site: Site, person: Person | None) -> None:
    visitor = site.signed_in(person) if person else site.visitor()
    failed: list[str] = []
    # Signing out would end the session for all that follows.
    routes = [each for each in declared if not each.path.startswith("/log-ud")]
    for made in schemathesis.openapi.from_dict(document(routes)).get_all_operations():
        operation = made.ok()  # type: ignore[union-attr]  # an invalid schema raises here, as it should

        @given(case=operation.as_strategy(), form=_FORMS)
        @settings(
            max_examples=_EXAMPLES_PER_ROUTE,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Case[Any], form: dict[str, str]) -> None:
            status = _status(case, form, visitor)
            if status >= 500:
                failed.append(f"{case.method} {case.path}: {status}")

        send()

    assert failed == []


@pytest.mark.campaign
@pytest.mark.filterwarnings("ignore")
def test_no_signed_call_makes_the_server_fail(
    aws: EmulatedAWS, site: Site, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_limits, "MOST_CALLS_A_MINUTE", 1_000_000)
    dealing = Dealing(clock)
    dealing.active()
    dealing.move_to(START)
    program = Program(site, clock)
    failed: list[str] = []
    seen: set[tuple[str, int]] = set()
    routes = [each for each in declared if each.is_signed]
    for made in schemathesis.openapi.from_dict(document(routes)).get_all_operations():
        operation = made.ok()  # type: ignore[union-attr]  # an invalid schema raises here, as it should

        @given(case=operation.as_strategy() | operation.as_strategy(path_parameters=_OPEN))
        @settings(
            max_examples=10 * _EXAMPLES_PER_ROUTE,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Case[Any]) -> None:
            status = _signed_status(case, program)
            seen.add((f"{case.method} {case.path}", status))
            if status >= 500:
                failed.append(f"{case.method} {case.path}: {status}")

        send()

    assert failed == []
    # They came through the door, and some to what lies behind it.
    assert 401 not in {status for _, status in seen}
    assert {("GET /partner/v1/agreement", 200), ("PUT /partner/v1/forecasts/{week}", 200)} <= seen


def _signed_status(case: Case[Any], program: Program) -> int:
    """Send the case as a partner's program would: signed, whatever it says."""
    request = requests.Request(**case.as_transport_kwargs(base_url=BASE_URL)).prepare()
    body = request.body if isinstance(request.body, bytes | str) else b""
    address = urlsplit(request.url or "")
    path = f"{address.path}?{address.query}" if address.query else address.path
    headers = {name: str(value) for name, value in request.headers.items() if name in ("Content-Type", _KEY)}
    raw = body.encode() if isinstance(body, str) else body
    return program.send(Request(case.method, path, headers=headers, body=raw)).status_code


def _status(case: Case[Any], form: dict[str, str], visitor: Visitor) -> int:
    """Send the case as the visitor would: with the session's cookie, and its token in forms."""
    request = requests.Request(**case.as_transport_kwargs(base_url=BASE_URL)).prepare()
    body = request.body if isinstance(request.body, bytes | str) else b""
    if case.media_type == FORM:
        body = urlencode({**form, "csrf_token": visitor.csrf_token}, errors="surrogatepass")
    address = urlsplit(request.url or "")
    headers = {str(name): str(value) for name, value in request.headers.items() if name.lower() != "content-length"}
    path = f"{address.path}?{address.query}" if address.query else address.path
    return visitor.send(case.method, path, headers=headers, body=body).status_code
