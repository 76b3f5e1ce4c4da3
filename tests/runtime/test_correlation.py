"""Every log line says what it goes back to, and what was counted is told once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.common.errors import TryLater
from chalicelib.runtime import correlation, metrics
from chalicelib.runtime.entrypoints import answered, each_message, logger, observed
from chalicelib.runtime.metrics import Metric
from tests.conftest import EmulatedAWS


class _Event:
    def __init__(self, *bodies: Any) -> None:
        self._records = [{"messageId": f"m{i}", "body": json.dumps(body)} for i, body in enumerate(bodies)]

    def to_dict(self) -> dict[str, Any]:
        return {"Records": self._records}


def _causes(caplog: pytest.LogCaptureFixture, message: str) -> list[str]:
    return [vars(record)["correlation_id"] for record in caplog.records if record.getMessage() == message]


def test_a_message_s_work_goes_back_to_what_the_message_says_else_to_the_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="ddh")

    each_message(_Event({"correlation_id": "drop-1"}, {}, [1]), lambda _: logger().info("worked"))

    assert _causes(caplog, "worked") == ["drop-1", "m1", "m2"]


def test_a_failure_goes_back_there_too(caplog: pytest.LogCaptureFixture) -> None:
    def handle(_: Any) -> None:
        raise LookupError

    each_message(_Event({"correlation_id": "drop-1"}), handle)

    assert _causes(caplog, "message failed") == ["drop-1"]


def test_a_request_s_work_goes_back_to_the_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="ddh")

    answered("GET /", lambda: logger().info("worked"), refused=lambda _: None, request_id="r1")

    assert _causes(caplog, "worked") == _causes(caplog, "request done") == ["r1"]


def test_two_runs_of_a_schedule_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="ddh")

    @observed
    def run(_event: Any) -> None:
        logger().info("worked")

    run({})
    run({})

    first, second = _causes(caplog, "worked")
    assert first != second
    assert correlation.current() == ""


def test_what_was_counted_is_told_once_when_an_entry_point_ends(
    aws: EmulatedAWS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics.flush()  # what tests before left
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")

    @observed
    def run(_event: Any) -> None:
        metrics.count(Metric.ROWS_REJECTED, 2)
        metrics.count(Metric.ROWS_REJECTED, 3)
        metrics.count(Metric.MONTHS_WAITING, 0)

    run({})
    run({})

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert len(told) == 2
    (about,) = told[0]["_aws"]["CloudWatchMetrics"]
    assert about["Namespace"] == "DDH"
    assert [sorted(each) for each in about["Dimensions"]] == [["service", "stage"]]
    assert told[0]["stage"] == "local"
    assert told[0]["RowsRejected"] == [5.0]
    assert told[0]["MonthsWaiting"] == [0.0]


def test_what_was_counted_is_told_when_an_entry_point_fails(
    aws: EmulatedAWS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics.flush()  # what tests before left
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")

    @observed
    def run(_event: Any) -> None:
        metrics.count(Metric.DROPS)
        raise LookupError

    with pytest.raises(LookupError):
        run({})

    assert '"Drops":[1.0]' in capsys.readouterr().out


def test_what_nobody_foresaw_of_a_message_is_counted_and_what_is_tried_later_is_not(
    aws: EmulatedAWS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics.flush()  # what tests before left
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")

    @observed
    def take(event: Any) -> object:
        def handle(message: Any) -> None:
            raise {"later": TryLater("Prøv igen"), "bug": LookupError()}[message["what"]]

        return each_message(event, handle)

    take(_Event({"what": "later"}))
    assert "MessagesFailed" not in capsys.readouterr().out
    take(_Event({"what": "bug"}, {"what": "later"}))
    assert '"MessagesFailed":[1.0]' in capsys.readouterr().out


def test_nothing_is_told_nor_kept_where_metrics_are_off(
    aws: EmulatedAWS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(250):
        metrics.count(Metric.DROPS)
    metrics.flush()
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    metrics.flush()

    assert "_aws" not in capsys.readouterr().out
