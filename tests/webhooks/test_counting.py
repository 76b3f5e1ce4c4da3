"""What becomes of events is counted once, and their log lines name the request that published them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.runtime import metrics
from chalicelib.runtime.entrypoints import answered
from chalicelib.runtime.metrics import Metric
from chalicelib.webhooks import events, outbox, service
from chalicelib.webhooks.rules import WAITS
from tests.conftest import SettableClock
from tests.mail.network import Crash
from tests.webhooks.telling import EVENT_ID, Telling


class _Counted:
    """What was counted in a test."""

    def __init__(self) -> None:
        self.by_name: dict[str, int] = {}

    def count(self, metric: Metric, value: int = 1) -> None:
        self.by_name[metric.value] = self.by_name.get(metric.value, 0) + value


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    counting = _Counted()
    monkeypatch.setattr(metrics, "count", counting.count)
    return counting.by_name


def test_an_event_that_is_nudged_twice_counts_as_delivered_once(telling: Telling, counted: dict[str, int]) -> None:
    telling.record()

    telling.deliver()
    telling.deliver()

    assert counted == {"WebhooksDelivered": 1}


def test_every_call_that_fails_counts_and_an_event_is_given_up_once(telling: Telling, counted: dict[str, int]) -> None:
    telling.record()
    telling.receiver.answers = [503] * 20

    for wait in (timedelta(0), *WAITS, timedelta(days=9)):
        telling.clock.set(instant=telling.clock.now() + wait)
        telling.deliver()
        telling.deliver()

    assert counted == {"WebhooksFailed": 10, "WebhooksGivenUp": 1}


def test_a_caller_that_dies_counts_as_failed_when_it_is_swept_up(telling: Telling, counted: dict[str, int]) -> None:
    def dies(url: str, call: object) -> Any:
        raise Crash

    telling.record()
    with pytest.raises(Crash):
        telling.deliver(post=dies)
    telling.later(minutes=3)

    telling.sweep()
    telling.sweep()

    assert counted == {"WebhooksFailed": 1}


def test_a_delivery_s_log_lines_lead_back_to_the_request_that_published_it(
    telling: Telling, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_clock, "now", telling.clock.now, raising=False)
    caplog.set_level("INFO", logger="ddh")
    answered("POST /viden", telling.record, refused=lambda _: "", request_id="request-1")
    telling.receiver.answers = [503]
    body = json.dumps({"version": 1, "event_id": EVENT_ID})

    for _ in range(2):
        events.deliver_webhook({"Records": [{"messageId": "m1", "body": body}]}, None)
        telling.later(minutes=1)

    tried = [vars(each) for each in caplog.records if each.getMessage().startswith("webhook ")]
    assert [(each["attempt"], each["correlation_id"]) for each in tried] == [
        (1, "request-1"),
        (2, "request-1"),
    ]


def test_an_event_recorded_by_an_earlier_version_goes_back_to_its_message(
    telling: Telling, clock: SettableClock
) -> None:
    telling.record()

    found = outbox.state_of(EVENT_ID)

    assert found is not None
    assert found.correlation_id == ""
    service.deliver(EVENT_ID, clock=clock)
    assert telling.ids_got == [EVENT_ID]
