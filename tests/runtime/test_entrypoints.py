"""Entry points: failures go back alone, and the log never quotes what was being handled."""

import json
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.runtime.entrypoints import each_message, observed


class _Event:
    def __init__(self, *bodies: Any) -> None:
        self._records = [{"messageId": f"m{i}", "body": json.dumps(body)} for i, body in enumerate(bodies)]

    def to_dict(self) -> dict[str, Any]:
        return {"Records": self._records}


def test_only_the_messages_that_failed_return() -> None:
    handled: list[int] = []

    def handle(body: int) -> None:
        if body % 2:
            raise ValueError(f"canary-{body}")
        handled.append(body)

    answer = each_message(_Event(0, 1, 2, 3), handle)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]}
    assert handled == [0, 2]


def test_a_message_that_is_no_json_fails_alone() -> None:
    event = _Event(1, 2)
    event._records[0]["body"] = "{"

    assert each_message(event, lambda body: None) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}


def test_the_log_names_the_place_and_the_code_but_not_the_errors_text(caplog: pytest.LogCaptureFixture) -> None:
    def handle(body: Any) -> None:
        raise Conflict(f"canary {body}")

    each_message(_Event("751-001 fik 42"), handle)

    line = vars(caplog.records[-1])
    assert line["code"] == "conflict"
    assert "handle" in line["where"][-1]
    assert "canary" not in str(line)
    assert "751-001" not in str(line)


def test_an_entry_points_failure_is_logged_and_goes_through() -> None:
    @observed
    def handler(event: Any) -> None:
        raise Conflict("nej")

    with pytest.raises(Conflict):
        handler({})
