"""The site as a test's visitors meet it: through API Gateway's events, with cookies and forms, without a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from threading import Lock
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from app import app
from chalicelib.access import grants, sessions
from chalicelib.access.people import Person, Role
from chalicelib.access.sessions import csrf_token_of
from chalicelib.common.clock import system_clock
from chalicelib.runtime.tables import transaction
from infra import packaged
from infra.local.gateway import Gateway
from infra.local.rest_api import RestApi
from infra.local.template import References
from tests.conftest import EmulatedAWS, SettableClock

BASE_URL = "https://ddh.example"
_ADDRESS = {"REMOTE_ADDR": "203.0.113.7"}

SECRETARIAT = Person(address="sekretariat@ddh.example", role=Role.SECRETARIAT)
CHAIR = Person(address="formand@ddh.example", role=Role.CHAIR)
STEERING_GROUP = Person(address="styregruppe@ddh.example", role=Role.STEERING_GROUP)


def leader_of(municipality_code: str) -> Person:
    return Person(
        address=f"leder{municipality_code}@kommune.example", role=Role.LEADER, municipality_code=municipality_code
    )


class Visitor:
    """A browser: it keeps cookies, sends forms with the session's token, and follows nothing by itself."""

    def __init__(self, gateway: Gateway, *, token: str | None = None) -> None:
        self._client = Client(gateway)
        self.csrf_token = csrf_token_of(token) if token else ""
        if token:
            self._client.set_cookie(sessions.COOKIE, token, domain="ddh.example", secure=True)

    def get(self, path: str, **named: Any) -> TestResponse:
        return self._client.get(path, base_url=BASE_URL, environ_base=_ADDRESS, **named)

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]] | None = None, **named: Any) -> TestResponse:
        """Send a form as a page of the site does."""
        form = {"csrf_token": self.csrf_token, **(fields or {})} if self.csrf_token else {**(fields or {})}
        headers = {"Sec-Fetch-Site": "same-origin", **named.pop("headers", {})}
        return self._client.post(path, base_url=BASE_URL, environ_base=_ADDRESS, data=form, headers=headers, **named)

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | str | None) -> TestResponse:
        """Send anything at all, with the cookies."""
        return self._client.open(
            url, base_url=BASE_URL, environ_base=_ADDRESS, method=method, headers=dict(headers), data=body or b""
        )

    def post_json(self, path: str, value: Any) -> TestResponse:
        return self._client.post(path, base_url=BASE_URL, environ_base=_ADDRESS, json=value)


class Site:
    """The application behind its gateway, held to its role. It reads the test's clock, at which sessions begin too."""

    def __init__(self, clock: SettableClock, references: References) -> None:
        self._clock = clock
        self.gateway = Gateway(
            _rest_api(),
            lambda event: app(event, None),
            base_url=BASE_URL,
            working=Lock(),
            afterwards=lambda: None,
            clock=clock,
        )

    def visitor(self) -> Visitor:
        """Return a browser in which nobody is signed in."""
        return Visitor(self.gateway)

    def signed_in(self, person: Person) -> Visitor:
        """Return a browser in which the person is signed in."""
        with transaction() as writing:
            grants.give(writing, person)
            token = sessions.start(writing, person, clock=self._clock)
        return Visitor(self.gateway, token=token)


@pytest.fixture
def site(aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site, on the test's clock: routes read `system_clock`, which tells the test's two readings meanwhile."""
    monkeypatch.setattr(system_clock, "now", clock.now, raising=False)
    monkeypatch.setattr(system_clock, "today", clock.today, raising=False)
    monkeypatch.setenv("DDH_BASE_URL", BASE_URL)
    return Site(clock, aws.references)


@cache
def _rest_api() -> RestApi:
    return RestApi(packaged.template())
