"""A partner's program: it signs each call, and sends it through API Gateway to the site."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import Any

from werkzeug.test import TestResponse

from chalicelib.access import partner_keys
from chalicelib.partners.agreements import Partner
from tests.access.signing import Request, Signer
from tests.conftest import SettableClock
from tests.partners.dealing import RENOSYD, STAFF
from tests.web import Site

RENO_DJURS = replace(
    RENOSYD,
    partner_id="reno-djurs",
    name="Reno Djurs",
    cvr="87654321",
    contacts=("drift@renodjurs.example",),
    queue="Reno Djurs",
)
AGREEMENT = "/partner/v1/agreement"
FIGURES = "/partner/v1/figures"
FORECASTS = "/partner/v1/forecasts"
EXTENSIONS = "/partner/v1/extension-requests"
KNOWLEDGE = "/partner/v1/knowledge-updates"

FORECAST: dict[str, Any] = {"calls_per_day": [40, 38, 41, 39, 30, 0, 12]}
WISH: dict[str, Any] = {"until": "2026-03-31", "expected_calls_per_month": 1000}
UPDATE: dict[str, Any] = {
    "title": "Nye tømmedage",
    "text": "Fra uge 12 tømmes madaffald om tirsdagen.",
    "valid_from": "2025-03-17",
}


class Program:
    """Calls as the partner, whose key is registered as the program starts. Each POST has a new key unless it says."""

    def __init__(self, site: Site, clock: SettableClock, partner: Partner = RENOSYD) -> None:
        self._visitor = site.visitor()
        self._clock = clock
        self._numbers = count()
        self.signer = Signer()
        self.signer.key_id = partner_keys.register(partner.partner_id, self.signer.pem, by=STAFF, clock=clock).key_id

    def get(self, path: str) -> TestResponse:
        return self.send(Request("GET", path))

    def put(self, path: str, value: Any) -> TestResponse:
        return self.send(Request("PUT", path, body=_json(value)))

    def post(self, path: str, value: Any, *, key: str | None = None) -> TestResponse:
        headers = {"Idempotency-Key": key or f"k{next(self._numbers)}"}
        return self.send(Request("POST", path, headers=headers, body=_json(value)))

    def send(self, request: Request) -> TestResponse:
        """Sign a request and send it."""
        signed = self.signer.sign(request, at=self._clock.now())
        return self._visitor.send(signed.method, signed.path, headers=signed.headers, body=signed.body)


def _json(value: Any) -> bytes:
    """Return a value as JSON; bytes are sent as they are."""
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
