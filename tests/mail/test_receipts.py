"""What SES tells about a mail, from the queue to what staff see. THREATS F11, F12."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.mail import events, outbox, service
from chalicelib.mail.delivery import State
from tests.conftest import EmulatedAWS, SettableClock
from tests.mail.fakes import envelope
from tests.mail.steps import MAIL_ID, Queued, sqs_event, state_now, trial_mail

pytestmark = pytest.mark.usefixtures("trial_templates")


@pytest.mark.parametrize(
    ("event", "state", "why"),
    [
        (envelope("Bounce"), State.BOUNCED, "bounced"),
        (envelope("Bounce", bounceType="Transient"), State.BOUNCED, "bounced_for_now"),
        (envelope("Bounce", bounceSubType="OnAccountSuppressionList"), State.BOUNCED, "suppressed"),
        (envelope("Complaint"), State.COMPLAINED, "complained"),
        (envelope("Reject"), State.FAILED, "rejected"),
    ],
)
def test_a_bad_receipt_is_shown_to_staff_and_nothing_is_sent_again(
    event: dict[str, Any], state: State, why: str, aws: EmulatedAWS, queued: Queued, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    service.deliver(MAIL_ID, clock=clock)

    service.settle(event)
    service.settle(envelope("Delivery"))

    assert (state_now().state, state_now().reason) == (state, why)
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation(why)]
    clock.set(instant=clock.now() + timedelta(days=1))
    service.sweep(clock=clock)
    assert queued("ddh-outbox") == []


def test_a_receipt_names_the_recipient_by_position(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(trial_mail(to=("leder@aarhus.example", "vikar@aarhus.example")), clock=clock)
    service.deliver(MAIL_ID, clock=clock)

    service.settle(envelope("Bounce", recipients=("Vikar@Aarhus.example",)))

    assert [receipt.recipient for receipt in state_now().delivery.receipts] == [1]


def test_a_receipt_of_an_unknown_mail_is_passed_over(aws: EmulatedAWS) -> None:
    service.settle(envelope("Send", mail_id="nowhere"))

    assert outbox.state_of("nowhere") is None


def test_only_the_receipts_that_failed_return_to_the_queue(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    service.deliver(MAIL_ID, clock=clock)
    broken = envelope("Bounce")
    del broken["detail"]["bounce"]
    answer = events.settle_receipts(sqs_event([json.dumps(broken), json.dumps(envelope("Delivery")), "no json"]), None)

    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["0", "2"]
    assert state_now().state is State.DELIVERED


def test_a_mail_without_a_receipt_after_a_day_is_shown(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    service.deliver(MAIL_ID, clock=clock)
    assert outbox.needing_attention(clock=clock) == []

    clock.set(instant=clock.now() + timedelta(days=1))

    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("no_receipt")]
