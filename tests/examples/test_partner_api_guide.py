"""What docs/partner-api.md tells a partner's developer is so: its example holds, and it names everything there is."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import ContentDigest

import app  # noqa: F401  # every error that there is
from chalicelib.access import call_limits, idempotency, signatures
from chalicelib.access.public_keys import Key
from chalicelib.access.signatures import SignedMessage
from chalicelib.access.table import SIGNED_ROUTES
from chalicelib.common.errors import AppError
from chalicelib.partners.api import answers, bodies
from chalicelib.partners.forecasts import weeks
from chalicelib.partners.knowledge import updates
from chalicelib.runtime import web
from chalicelib.webhooks import calling, endpoint, outbox, rules
from chalicelib.webhooks.messages import body_of
from chalicelib.webhooks.outbox import EventType
from infra.packaged import PROJECT
from tests.conftest import EmulatedAWS, SettableClock
from tests.partners.dealing import Dealing

_TEXT = (PROJECT / "docs" / "partner-api.md").read_text("utf-8")
# RFC 9421, appendix B.1.4: test-key-ed25519.
_RAW = bytes.fromhex("26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb")
_KEY = Key(key_id="renosyd.1a2b3c4d", partner_id="renosyd", raw=_RAW, registered_at=datetime(2025, 2, 1, tzinfo=UTC))
_SHAPES_BY_ROUTE = {
    "GET /partner/v1/agreement": (None, answers.PartnershipAnswer),
    "GET /partner/v1/figures/{month}": (None, answers.FiguresAnswer),
    "PUT /partner/v1/forecasts/{week}": (bodies.ForecastBody, answers.ForecastAnswer),
    "POST /partner/v1/extension-requests": (bodies.ExtensionRequestBody, answers.ExtensionRequestAnswer),
    "POST /partner/v1/knowledge-updates": (bodies.KnowledgeUpdateBody, answers.KnowledgeUpdateAnswer),
    "GET /partner/v1/knowledge-updates/{id}": (None, answers.KnowledgeUpdateAnswer),
}


def _block(kind: str, text: str = _TEXT) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
    return str(found)


def _section(heading: str) -> str:
    return _TEXT.partition(f"### `{heading}`\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def _request() -> SignedMessage:
    """Return the worked example's request."""
    head, _, body = _block("http", _section_of_the_example()).partition("\n\n")
    (method, path, _), *lines = head.splitlines()[0].split(), *head.splitlines()[1:]
    names_and_values = [line.partition(": ") for line in lines]
    return SignedMessage(
        method=method,
        origin="https://ddh.example",
        path=path,
        has_query=False,
        headers=tuple((name, value) for name, _, value in names_and_values),
        body=body.encode(),
    )


def _section_of_the_example() -> str:
    return _TEXT.partition("### One call, step by step\n")[2].partition("\n## ")[0]


def test_the_example_s_base_is_what_the_request_says_and_what_was_signed() -> None:
    request, base = _request(), _block("text base")
    headers = {name.lower(): value for name, value in request.headers}
    value_by_part = {**headers, "@method": request.method, "@authority": headers["host"], "@path": request.path}
    parameters = headers["signature-input"].removeprefix("sig1=")

    parts = [part.strip('"') for part in parameters[1 : parameters.index(")")].split()]
    lines = [f'"{part}": {value_by_part[part]}' for part in parts] + [f'"@signature-params": {parameters}']

    assert base.splitlines() == lines
    signature = headers["signature"].removeprefix("sig1=:").removesuffix(":")
    Ed25519PublicKey.from_public_bytes(_RAW).verify(base64.b64decode(signature, validate=True), base.encode())


def test_the_example_s_digest_is_that_of_its_body() -> None:
    request = _request()

    assert request.body.decode() == _block("text body")
    assert _block("text digest") == ContentDigest.create(request.body)
    assert ("Content-Digest", _block("text digest")) in request.headers


def test_the_example_is_taken_by_the_api(clock: SettableClock) -> None:
    clock.set(instant=datetime(2025, 2, 5, 8, 0, tzinfo=UTC))

    verified = signatures.verify(_request(), find_key={_KEY.key_id: _KEY}.get, clock=clock)

    assert verified.partner_id == "renosyd"


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("No query string", {"has_query": True}),
        ("Nothing percent-encoded", {"path": "/partner/v1/extension%2Drequests"}),
        ("with its port unless it is 443", {"origin": "https://ddh.example:8443"}),
        ("byte for byte", {"body": json.dumps(json.loads(_block("text body")), separators=(",", ":")).encode()}),
        ("`idempotency-key` is covered", {"headers": "not covered"}),
    ],
)
def test_the_list_of_what_gives_401_names_what_does(said: str, changed: dict[str, Any], clock: SettableClock) -> None:
    clock.set(instant=datetime(2025, 2, 5, 8, 0, tzinfo=UTC))
    request = _request()
    if changed == {"headers": "not covered"}:
        headers = [(name, value.replace(' "idempotency-key"', "")) for name, value in request.headers]
        changed = {"headers": tuple(headers)}

    with pytest.raises(signatures.NotAuthentic):
        signatures.verify(dataclasses.replace(request, **changed), find_key={_KEY.key_id: _KEY}.get, clock=clock)

    assert said in " ".join(_TEXT.partition("### 401: go through these\n")[2].partition("\n## ")[0].split())


def test_every_signed_route_has_its_section() -> None:
    told = {
        (method, path.replace("{id}", "{update_id}")) for method, path in re.findall(r"^### `(\w+) (.*)`$", _TEXT, re.M)
    }

    assert told == SIGNED_ROUTES


@pytest.mark.parametrize("route", _SHAPES_BY_ROUTE)
def test_each_example_has_the_fields_that_the_api_has(route: str) -> None:
    body, answer = _SHAPES_BY_ROUTE[route]
    section = _section(route)

    _check_shape(json.loads(_block("json", section)), answer)
    if body is not None:
        _check_shape(json.loads(_block("json request", section)), body)


def test_each_code_is_one_that_an_error_has() -> None:
    table = _TEXT.partition("| status | code |")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| \d\d\d \| (.*?) \|", table, re.MULTILINE)
    told = {code for row in rows for code in re.findall(r"`(\w+)`", row)} | {json.loads(_block("json problem"))["code"]}

    assert told - {error.code for error in _errors(AppError)} == set()


def test_each_event_is_told() -> None:
    table = _TEXT.partition("| type | data |")[2]

    assert set(re.findall(r"^\| `([\w.-]+)` \|", table, re.MULTILINE)) == {each.value for each in EventType}


def test_the_example_of_a_webhook_has_what_ours_have(aws: EmulatedAWS, clock: SettableClock) -> None:
    dealing = Dealing(clock)
    dealing.active()
    dealing.extend()
    (sent,) = outbox.latest("renosyd")

    told = json.loads(_block("http", _TEXT.partition("\n## Webhooks\n")[2]).partition("\n\n")[2])
    ours = json.loads(body_of(sent.event, recorded_at=clock.now()))

    assert (told.keys(), told["data"].keys(), told["type"]) == (ours.keys(), ours["data"].keys(), ours["type"])


@pytest.mark.parametrize(
    "said",
    [
        f"at most {signatures.WINDOW_SECONDS} from our clock",
        f"{call_limits.MOST_CALLS_A_MINUTE} calls a minute",
        f"at most {web.MOST_BODY_BYTES // 1000} KB",
        f"for {idempotency.KEPT.total_seconds() / 3600:.0f} hours it gets the answer",
        f"to {weeks.MOST_WEEKS_AHEAD} weeks ahead",
        f"`title` has at most {updates.LONGEST_TITLE} characters, `text` {updates.LONGEST_TEXT}",
        f"For {endpoint.OVERLAP.total_seconds() / 3600:.0f} hours after",
        "the leaders of the municipalities can read what you sent",
        "A path that isn't above, or another method on it, is answered 404 `not_found` as plain `application/json`",
        # Held by tests/partners/test_api.py.
        "`months` counts its whole months, rounded down",
        "from midnight after the last day, also for a `POST` that was answered before",
        "when it is granted, a webhook tells too, and about a wish that is declined or lapses none comes",
    ],
)
def test_each_limit_is_told_as_it_is(said: str) -> None:
    assert said in " ".join(_TEXT.split())


def test_how_webhooks_are_tried_again_is_told_as_it_is() -> None:
    seconds = [wait.total_seconds() for wait in rules.WAITS]

    assert seconds[0] == 5
    assert [each / 60 for each in seconds[1:3]] == [5, 30]
    assert [each / 3600 for each in seconds[3:]] == [2, 5, 10, 14, 20, 24]
    assert "after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in _TEXT
    assert calling.SECONDS_IN_ALL == 10
    assert "2xx within ten seconds" in _TEXT


def _check_shape(example: Any, shape: Any) -> None:
    """Check that an example has a dataclass's fields, and so on within it."""
    assert list(example) == [field.name for field in dataclasses.fields(shape)]
    if shape is answers.PartnershipAnswer:
        _check_shape(example["partner"], answers.PartnerAnswer)
        for agreement in (example["agreement"], *example["agreements"]):
            _check_shape(agreement, answers.AgreementAnswer)
        _check_shape(example["extension_request"], answers.ExtensionRequestAnswer)


def _errors(above: type[AppError]) -> set[type[AppError]]:
    return {above, *(each for below in above.__subclasses__() for each in _errors(below))}
