"""A partner reaches its own things alone, and is told what was decided to tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto.dynamodb import dynamodb_backends

from chalicelib.access import call_limits
from chalicelib.access.routing import declared
from chalicelib.partners import service
from chalicelib.site import openapi
from infra.local.resources import ACCOUNT_ID, REGION
from tests.access.signing import Request
from tests.conftest import SettableClock
from tests.kpi.conftest import Desk
from tests.kpi.files import csv_bytes
from tests.partners.calling import (
    AGREEMENT,
    EXTENSIONS,
    FIGURES,
    FORECAST,
    FORECASTS,
    KNOWLEDGE,
    RENO_DJURS,
    UPDATE,
    WISH,
    Program,
)
from tests.partners.dealing import MANDATE, RENOSYD, STAFF, START, TERMS, Dealing
from tests.web import Site

HEADINGS = ("Partner", "Måned", "Indkomne opkald", "Besvarede opkald", "Straksafklarede", "Gns. samtaletid")
FORECAST_PATH = f"{FORECASTS}/2025-W10"
#: What a body might say that it is another's by.
OWNERS = ("partner_id", "id", "queue", "partner", "owner")
POSTED = {EXTENSIONS: WISH, KNOWLEDGE: UPDATE}

#: Every name that an answer may have, by route and status: to tell more, change this knowingly.
KEYS: dict[str, set[str]] = {
    f"GET {AGREEMENT}": {
        "partner",
        "partner/id",
        "partner/name",
        "partner/cvr",
        "partner/queue",
        "status",
        *(
            f"{one}{name}"
            for one in ("agreement/", "agreements/")
            for name in (
                "number",
                "start",
                "end",
                "review_date",
                "months",
                "coverage",
                "expected_calls_per_month",
                "price_per_call_oere",
                "mandate",
                "status",
            )
        ),
        "agreement",
        "agreements",
        "extension_request",
        "extension_request/until",
        "extension_request/expected_calls_per_month",
        "extension_request/status",
        "extension_request/asked_on",
    },
    f"GET {FIGURES}/{{month}}": {
        "month",
        "revision",
        "calls_offered",
        "calls_answered",
        "answer_rate_percent",
        "calls_resolved",
        "talk_seconds_mean",
    },
    f"PUT {FORECASTS}/{{week}}": {"week", "calls_per_day", "total", "revision", "accepted_at"},
    f"POST {EXTENSIONS}": {"until", "expected_calls_per_month", "status", "asked_on"},
    f"POST {KNOWLEDGE}": {
        "id",
        "title",
        "text",
        "valid_from",
        "status",
        "reason",
        "received_at",
        "published_at",
    },
    "problem": {"type", "title", "status", "code", "detail", "errors", "errors/pointer", "errors/detail"},
}
KEYS[f"GET {KNOWLEDGE}/{{update_id}}"] = KEYS[f"POST {KNOWLEDGE}"]


class Two:
    """RenoSyd and Reno Djurs, both with an agreement in force, and something of their own behind every route."""

    def __init__(self, dealing: Dealing, site: Site, clock: SettableClock, queued: Callable[[str], list[Any]]) -> None:
        dealing.active()
        dealing.registered(RENO_DJURS)
        service.propose("reno-djurs", TERMS, by=STAFF, clock=clock)
        service.activate("reno-djurs", decision_id=MANDATE, by=STAFF, clock=clock)
        dealing.move_to(START)
        desk = Desk(clock, queued)
        rows = (["RenoSyd", "01-2025", 1000, 900, 800, "03:44"], ["Reno Djurs", "02-2025", 50, 40, 30, "02:00"])
        desk.drop(csv_bytes(*rows, headings=HEADINGS), key="drops/partner-kpi/partnere.csv")
        self.programs = {each.partner_id: Program(site, clock, each) for each in (RENOSYD, RENO_DJURS)}
        self.update_ids: dict[str, str] = {}
        for partner_id, program in self.programs.items():
            own = {**UPDATE, "title": f"Viden fra {partner_id}"}
            self.update_ids[partner_id] = program.post(KNOWLEDGE, own, key="same").json["id"]  # type: ignore[index]
            assert program.post(EXTENSIONS, WISH, key="same2").status_code == 201
            assert program.put(FORECAST_PATH, FORECAST).status_code == 200

    def names_of(self, partner_id: str) -> tuple[str, ...]:
        """Return what names a partner or its things, as far as a path may hold it."""
        partner = {each.partner_id: each for each in (RENOSYD, RENO_DJURS)}[partner_id]
        key = self.programs[partner_id].signer.key_id.rpartition(".")[2]
        return (partner_id, partner.name.replace(" ", "-"), partner.cvr, key, self.update_ids[partner_id])


@pytest.fixture
def two(dealing: Dealing, site: Site, clock: SettableClock, queued: Callable[[str], list[Any]]) -> Two:
    return Two(dealing, site, clock, queued)


def _stored_of(partner_id: str) -> list[str]:
    """Return all that is stored of a partner's."""
    tables = dynamodb_backends[ACCOUNT_ID][REGION].tables.values()
    items = [item for table in tables for held in table.items.values() for item in held.values()]
    return sorted(text for item in items if partner_id in (text := repr(item.to_json())))


def _attempts(foreign: str) -> Iterator[Request]:
    """Yield calls of each signed route with what is another's in the path, and under each name in the body."""
    own = {"month": "2025-02", "week": "2025-W10", "update_id": "unknown"}
    for route in (each for each in declared if each.is_signed):
        paths = {route.path.format(**own), route.path.format(**dict.fromkeys(own, foreign))}
        headers = {"Idempotency-Key": foreign} if route.method == "POST" else {}
        bodies = [b""]
        if route.method != "GET":
            value = POSTED.get(route.path, FORECAST)
            bodies = [json.dumps({**value, name: foreign}).encode() for name in OWNERS]
        for path in paths:
            for body in bodies:
                yield Request(route.method, path, headers={**headers}, body=body)


def test_bola_matrix(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_limits, "MOST_CALLS_A_MINUTE", 1_000)
    found: list[str] = []
    statuses: set[int] = set()
    for partner_id, program in two.programs.items():
        (other,) = two.programs.keys() - {partner_id}
        before = _stored_of(other)
        for name in two.names_of(other):
            for request in _attempts(name):
                answer = program.send(request)
                statuses.add(answer.status_code)
                told = answer.text
                if any(each in told for each in two.names_of(other)):
                    found.append(f"{request.method} {request.path} tells")
                if request.method != "GET" and answer.status_code < 400:
                    found.append(f"{request.method} {request.path} acts")
        assert _stored_of(other) == before

    assert found == []
    assert statuses == {200, 400, 404, 422}


def test_another_s_figures_and_updates_are_not_found(two: Two) -> None:
    renosyd, reno_djurs = two.programs["renosyd"], two.programs["reno-djurs"]

    assert (renosyd.get(f"{FIGURES}/2025-01").status_code, renosyd.get(f"{FIGURES}/2025-02").status_code) == (200, 404)
    assert reno_djurs.get(f"{FIGURES}/2025-01").status_code == 404
    for program, other in ((renosyd, "reno-djurs"), (reno_djurs, "renosyd")):
        foreign = program.get(f"{KNOWLEDGE}/{two.update_ids[other]}")
        unknown = program.get(f"{KNOWLEDGE}/{'0' * 24}")
        assert foreign.status_code == 404
        assert foreign.json == unknown.json


def test_the_same_idempotency_key_of_two_partners_is_two(two: Two) -> None:
    assert two.update_ids["renosyd"] != two.update_ids["reno-djurs"]


@pytest.mark.parametrize("extra", ["price_per_call_oere", "status", "partner_id", "by", "revision", "id", "ukendt"])
def test_extra_fields_rejected(program: Program, extra: str) -> None:
    answers = [
        program.put(FORECAST_PATH, {**FORECAST, extra: 1}),
        *(program.post(path, {**value, extra: 1}) for path, value in POSTED.items()),
    ]

    for answer in answers:
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (400, "malformed")
        assert answer.json["errors"] == [{"pointer": f"/{extra}", "detail": "Feltet kendes ikke. Fjern det."}]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"3", b"{}", b"\xff", b"{", b'{"until": NaN}'])
def test_what_is_not_of_the_shape_is_refused(program: Program, body: bytes) -> None:
    answers = [program.put(FORECAST_PATH, body), *(program.post(path, body) for path in POSTED)]

    assert {each.status_code for each in answers} == ({415} if body == b"" else {400})


def test_answers_have_these_keys_and_no_others(two: Two) -> None:
    renosyd = two.programs["renosyd"]
    answers = {
        f"GET {AGREEMENT}": renosyd.get(AGREEMENT),
        f"GET {FIGURES}/{{month}}": renosyd.get(f"{FIGURES}/2025-01"),
        f"PUT {FORECASTS}/{{week}}": renosyd.put(FORECAST_PATH, FORECAST),
        f"POST {EXTENSIONS}": renosyd.post(EXTENSIONS, WISH, key="same2"),
        f"POST {KNOWLEDGE}": renosyd.post(KNOWLEDGE, UPDATE),
        f"GET {KNOWLEDGE}/{{update_id}}": renosyd.get(f"{KNOWLEDGE}/{two.update_ids['renosyd']}"),
        "problem": renosyd.post(EXTENSIONS, {}),
    }

    assert {name: set(_keys(answer.json)) for name, answer in answers.items()} == KEYS
    assert {f"{each.method} {each.path}" for each in declared if each.is_signed} == KEYS.keys() - {"problem"}


def test_the_description_s_examples_are_taken_and_have_the_keys_of_what_is_told(program: Program) -> None:
    described = openapi.document(declared)
    schemas = described["components"]["schemas"]

    def example(holder: Any) -> Any:
        schema = holder["content"]["application/json"]["schema"]
        return schemas[schema["$ref"].rpartition("/")[2]]["examples"][0]

    for route in (each for each in declared if each.is_signed):
        operation = described["paths"][route.path][route.method.lower()]
        path = route.path.format(**dict.fromkeys(route.parameters, "2025-W10"))
        if route.method == "PUT":
            assert program.put(path, example(operation["requestBody"])).status_code == 200
        if route.method == "POST":
            value = {**example(operation["requestBody"])}
            assert program.post(path, value).status_code == 201
        taken = next(answer for status, answer in operation["responses"].items() if status < "300")
        told, wanted = set(_keys(example(taken))), KEYS[f"{route.method} {route.path}"]
        assert told == {name for name in wanted if not name.startswith("extension_request/")}


def _keys(value: Any, within: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _keys(each, within)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield f"{within}{name}"
            yield from _keys(inner, f"{within}{name}/")
