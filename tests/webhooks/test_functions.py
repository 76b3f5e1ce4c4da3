"""The deployed functions that record, tell and sweep events, each within what its role allows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.webhooks import endpoints
from chalicelib.webhooks.delivery import LEASE
from chalicelib.webhooks.outbox import State
from chalicelib.webhooks.rules import WAITS
from infra import packaged
from infra.local.functions import Function, functions_of
from infra.local.pump import Pump, sqs_event
from tests.conftest import EmulatedAWS
from tests.mail.network import Crash, Network, crash_before
from tests.partners.dealing import END, Dealing
from tests.webhooks.telling import Telling


@pytest.fixture
def functions(aws: EmulatedAWS, telling: Telling, monkeypatch: pytest.MonkeyPatch) -> dict[str, Function]:
    """The functions of the template, on the test's clock."""
    monkeypatch.setattr(system_clock, "now", telling.clock.now)
    monkeypatch.setattr(system_clock, "today", telling.clock.today)
    return functions_of(packaged.template("local"), aws.references)


def test_every_call_of_an_event_that_is_given_up_is_allowed(telling: Telling, functions: dict[str, Function]) -> None:
    event_id = telling.record()
    telling.receiver.answers = [500] * 20

    for wait in (timedelta(0), *WAITS):
        telling.clock.set(instant=telling.clock.now() + wait * 1.2)
        functions["sweep-webhooks"].call({})
        functions["deliver-webhook"].call(_nudge(event_id))

    assert telling.now().state is State.GIVEN_UP


def test_every_call_of_callers_that_die_and_of_an_address_that_is_switched_off_is_allowed(
    telling: Telling, functions: dict[str, Function], network: Network
) -> None:
    event_id = telling.record()
    for wait in (*WAITS, timedelta(0)):
        network.next("TransactWriteItems", lambda pass_on: pass_on(), crash_before)
        with pytest.raises(Crash):
            functions["deliver-webhook"].call(_nudge(event_id))
        telling.clock.set(instant=telling.clock.now() + LEASE)
        functions["sweep-webhooks"].call({})
        telling.clock.set(instant=telling.clock.now() + wait * 1.2)
    assert telling.now().state is State.GIVEN_UP, "the sweeper gave it up, and told the secretariat"

    telling.receiver.answers = [410]
    functions["deliver-webhook"].call(_nudge(telling.record("ended_renosyd_3")))

    assert not endpoints.of("renosyd").is_on


def _nudge(event_id: str) -> dict[str, Any]:
    body = json.dumps({"version": 1, "event_id": event_id})
    message = {"MessageId": "1", "ReceiptHandle": "r", "Body": body, "Attributes": {}, "MD5OfBody": ""}
    return sqs_event("ddh-local-webhooks", [message])


def test_every_call_of_the_day_after_an_agreement_s_end_is_allowed(
    telling: Telling, functions: dict[str, Function]
) -> None:
    dealing = Dealing(telling.clock)
    dealing.active()
    dealing.move_to(END + timedelta(days=1))

    functions["partners-daily"].call({})
    Pump([functions["deliver-webhook"]]).drain()

    assert telling.ids_got == ["ended_renosyd_1"]
