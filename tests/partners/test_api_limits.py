"""Whatever a partner's program sends, however much and however often, it is told so: 4xx, and nothing breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.access import call_limits
from chalicelib.partners import store
from chalicelib.runtime import web
from tests.access.signing import Request
from tests.partners.calling import AGREEMENT, EXTENSIONS, FORECAST, FORECASTS, KNOWLEDGE, UPDATE, WISH, Program

FORECAST_PATH = f"{FORECASTS}/2025-W10"
HUGE = 10**4000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" " * (web.MOST_BODY_BYTES + 1), 413),
        (json.dumps({"calls_per_day": [1] * 1_000_000}).encode(), 413),
        (json.dumps({"calls_per_day": [1] * 30_000}).encode(), 422),
        (b"[" * 50_000, 400),
        (b'{"calls_per_day":' * 5_000, 400),
        (b'{"calls_per_day": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400),
        (json.dumps({"calls_per_day": [HUGE] * 7}).encode(), 422),
        (json.dumps({"calls_per_day": [1e308] * 7}).encode(), 422),
        (b'{"calls_per_day": [1e999, 1, 1, 1, 1, 1, 1]}', 422),
        (json.dumps({f"felt{number}": 1 for number in range(5_000)}).encode(), 400),
        (json.dumps({"x" * 90_000: 1}).encode(), 400),
    ],
    ids=lambda value: None if isinstance(value, int) else f"{value[:24].decode()}… {len(value)}",
)
def test_limits_4xx_no_5xx(program: Program, body: bytes, status: int) -> None:
    answer = program.put(FORECAST_PATH, body)

    assert answer.status_code == status
    assert len(answer.data) < 8_000


@pytest.mark.parametrize("calls", [HUGE, -HUGE, 1.5, "900", True, None, [], 1_000_001, -1])
def test_a_wish_s_load_is_a_possible_number(program: Program, calls: Any) -> None:
    assert program.post(EXTENSIONS, {**WISH, "expected_calls_per_month": calls}).status_code in (400, 422)
    found = store.get("renosyd")
    assert found is not None
    assert found.extension_requests == ()


@pytest.mark.parametrize("text", ["\ud800", "\x00", "x" * 90_000, "\u202e", "<script>", "😀" * 4001])
def test_a_text_is_taken_or_refused_and_breaks_nothing(program: Program, text: str) -> None:
    body = json.dumps({**UPDATE, "text": text}).encode()

    assert program.post(KNOWLEDGE, body).status_code in (201, 400, 422)


@pytest.mark.parametrize("name", ["x" * 3_000, "0" * 24, "-", "_" * 64])
def test_whatever_stands_in_a_path_is_answered(program: Program, name: str) -> None:
    assert program.get(f"{KNOWLEDGE}/{name}").status_code == 404
    assert program.get(f"/partner/v1/figures/{name}").status_code == 422
    assert program.put(f"{FORECASTS}/{name}", FORECAST).status_code == 422


def test_a_path_that_could_be_spelt_otherwise_is_not_authentic(program: Program) -> None:
    for path in (f"{KNOWLEDGE}/%30", f"{KNOWLEDGE}/a.b", f"{AGREEMENT}?a=1"):
        assert program.get(path).status_code == 401


def test_who_calls_too_often_waits(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_limits, "MOST_CALLS_A_MINUTE", 2)

    answers = [program.get(AGREEMENT) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_a_post_needs_a_key_and_a_put_needs_none(program: Program) -> None:
    without = program.send(Request("POST", KNOWLEDGE, body=json.dumps(UPDATE).encode()))

    assert without.status_code == 400
    assert without.json is not None
    assert "Idempotency-Key" in without.json["detail"]
    assert program.put(FORECAST_PATH, FORECAST).status_code == 200


def test_what_a_person_would_have_to_read_is_no_part_of_the_log(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    program.post(KNOWLEDGE, {**UPDATE, "title": "Kanariefugl", "text": "canary@renosyd.example"})
    program.post(KNOWLEDGE, {**UPDATE, "title": "Kanariefugl" * 20})

    written = "".join(str(vars(record)) for record in caplog.records if record.name == "ddh")
    assert "POST /partner/v1/knowledge-updates" in written
    assert "Kanariefugl" not in written
    assert "canary" not in written
