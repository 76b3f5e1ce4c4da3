"""What SES and the network may do to a delivery, put into the real calls. THREATS F9 to F11."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.mail import outbox, service
from chalicelib.mail.delivery import GRACE, LEASE, Outcome, State
from chalicelib.runtime import clients
from tests.conftest import EmulatedAWS, SettableClock
from tests.mail.network import Network, answer_lost, answering, failing
from tests.mail.steps import MAIL_ID, Queued, settle_all, state_now, trial_mail

pytestmark = pytest.mark.usefixtures("trial_templates")


def test_the_mail_client_never_retries(aws: EmulatedAWS) -> None:
    assert clients.ses().meta.config.retries["total_max_attempts"] == 1


def test_a_lost_answer_leaves_it_to_the_receipt(
    network: Network, aws: EmulatedAWS, queued: Queued, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    network.next("SendEmail", answer_lost)

    service.deliver(MAIL_ID, clock=clock)

    assert network.count("SendEmail") == 1
    assert (state_now().state, state_now().delivery.attempts[0].outcome) == (State.SENDING, Outcome.UNKNOWN)
    settle_all(queued)
    assert (state_now().state, state_now().may_be_duplicate) == (State.DELIVERED, False)
    clock.set(instant=clock.now() + LEASE + GRACE)
    service.sweep(clock=clock)
    assert queued("ddh-outbox") == []
    assert len(aws.sent_mails) == 1


def test_an_unreachable_ses_puts_the_mail_off(network: Network, aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    network.next("SendEmail", failing(EndpointConnectionError(endpoint_url="https://ses")))

    service.deliver(MAIL_ID, clock=clock)

    assert network.count("SendEmail") == 1
    assert (state_now().state, state_now().reason) == (State.PENDING, "EndpointConnectionError")


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        (429, "TooManyRequestsException", State.PENDING),
        (400, "SendingPausedException", State.PENDING),
        (400, "MessageRejected", State.FAILED),
        (500, "InternalFailure", State.SENDING),
    ],
)
def test_what_ses_answers_decides(
    status: int, error: str, state: State, network: Network, aws: EmulatedAWS, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    network.next("SendEmail", answering(status, error))

    service.deliver(MAIL_ID, clock=clock)

    assert network.count("SendEmail") == 1
    assert (state_now().state, state_now().delivery.attempts[0].code) == (state, error)


def test_a_throttled_mail_is_sent_when_its_wait_is_over(
    network: Network, aws: EmulatedAWS, queued: Queued, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    network.next("SendEmail", answering(429, "TooManyRequestsException"))
    service.deliver(MAIL_ID, clock=clock)

    clock.set(instant=clock.now() + timedelta(seconds=10))
    service.sweep(clock=clock)
    assert queued("ddh-outbox") == []

    clock.set(instant=clock.now() + timedelta(minutes=1))
    service.sweep(clock=clock)
    assert len(queued("ddh-outbox")) == 1
    service.deliver(MAIL_ID, clock=clock)
    assert (state_now().state, state_now().may_be_duplicate) == (State.SENT, False)
    assert len(aws.sent_mails) == 1


def test_a_mail_that_cannot_be_written_waits_for_the_mended_template(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(trial_mail(facts={"name": "Aarhus"}), clock=clock)

    for _ in range(3):
        service.deliver(MAIL_ID, clock=clock)
        clock.set(instant=clock.now() + timedelta(hours=1))

    assert (state_now().state, state_now().reason, state_now().delivery.attempts) == (State.PENDING, "unrenderable", ())
    [(mail_id, _, why)] = outbox.needing_attention(clock=clock)
    assert (mail_id, why) == (MAIL_ID, outbox.explanation("unrenderable"))
