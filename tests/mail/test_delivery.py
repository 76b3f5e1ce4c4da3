"""The outbox on the emulated AWS, from the cause's transaction to the receipt, with faults put into the real calls.

THREATS F7 to F14, I2.
"""

from __future__ import annotations

import multiprocessing
from datetime import date, timedelta
from multiprocessing.synchronize import Barrier

import pytest

from chalicelib.mail import events, outbox, sending, service
from chalicelib.mail.delivery import GRACE, LEASE, Answer, State
from chalicelib.mail.message import Message
from chalicelib.runtime.tables import transaction
from tests.conftest import EmulatedAWS, SettableClock
from tests.mail.fakes import rendered
from tests.mail.network import Crash, Fault, Network, crash_after, crash_before
from tests.mail.steps import MAIL_ID, Queued, settle_all, sqs_event, state_now, trial_mail

pytestmark = pytest.mark.usefixtures("trial_templates")


def test_a_mail_goes_from_its_cause_to_its_receipt(aws: EmulatedAWS, queued: Queued, clock: SettableClock) -> None:
    with transaction() as writes:
        outbox.record(writes, trial_mail(), clock=clock)
    assert state_now().state is State.PENDING
    outbox.nudge([MAIL_ID])
    assert queued("ddh-outbox") == [{"version": 1, "mail_id": MAIL_ID}]

    answer = events.deliver_mail(sqs_event([f'{{"version": 1, "mail_id": "{MAIL_ID}"}}']), None)

    assert answer == {"batchItemFailures": []}
    [sent] = aws.sent_mails
    assert sent.to == ("leder@aarhus.example",)
    assert sent.configuration_set == aws.environment["DDH_MAIL_CONFIGURATION_SET"]
    assert sent.tags == {"mail_id": MAIL_ID, "attempt": "1"}
    for kind in ("plain", "html"):
        assert "Aarhus Kommune" in sent.part(kind)
        assert "1.234" in sent.part(kind)
    assert state_now().state is State.SENT

    settle_all(queued)

    delivered = state_now()
    [attempt] = delivered.delivery.attempts
    assert delivered.state is State.DELIVERED
    assert delivered.accepted_at is not None
    assert (attempt.ses_message_id, attempt.size) == (sent.message_id, len(sent.raw))


def test_a_second_delivery_does_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(trial_mail(), clock=clock)

    for _ in range(3):
        service.deliver(MAIL_ID, clock=clock)

    assert len(aws.sent_mails) == 1
    assert len(state_now().delivery.attempts) == 1


def test_a_nudge_for_a_mail_that_was_never_committed_does_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    service.deliver("notice_2024-10_101_r1", clock=clock)

    assert aws.sent_mails == ()


def test_the_same_cause_twice_makes_one_mail(aws: EmulatedAWS, clock: SettableClock) -> None:
    assert outbox.record_alone(trial_mail(), clock=clock)
    assert not outbox.record_alone(trial_mail(), clock=clock)

    service.deliver(MAIL_ID, clock=clock)

    assert len(aws.sent_mails) == 1


def test_a_held_mail_is_released_on_its_business_date(aws: EmulatedAWS, queued: Queued, clock: SettableClock) -> None:
    clock.set(business_date=date(2025, 7, 5))
    outbox.record_alone(trial_mail(send_from=date(2025, 8, 2)), clock=clock)

    clock.set(business_date=date(2025, 8, 1))
    service.sweep(clock=clock)
    service.deliver(MAIL_ID, clock=clock)
    assert (queued("ddh-outbox"), aws.sent_mails) == ([], ())

    clock.set(business_date=date(2025, 8, 2))
    service.sweep(clock=clock)
    assert queued("ddh-outbox") == [{"version": 1, "mail_id": MAIL_ID}]
    service.deliver(MAIL_ID, clock=clock)
    assert len(aws.sent_mails) == 1


def test_the_sweeper_finds_what_no_nudge_told_oldest_first(
    aws: EmulatedAWS, queued: Queued, clock: SettableClock
) -> None:
    start = clock.now()
    for minutes in (2, 0, 1):
        clock.set(instant=start + timedelta(minutes=minutes))
        outbox.record_alone(trial_mail(f"m{minutes}"), clock=clock)
    clock.set(instant=start + timedelta(minutes=5))

    service.sweep(clock=clock)

    assert [body["mail_id"] for body in queued("ddh-outbox")] == ["m0", "m1", "m2"]


def test_nudges_go_out_in_batches_and_a_broken_queue_stops_nobody(
    aws: EmulatedAWS, queued: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.nudge(f"m{number}" for number in range(23))
    assert len(queued("ddh-outbox")) == 23

    monkeypatch.setenv("DDH_OUTBOX_QUEUE_URL", "https://sqs.eu-north-1.amazonaws.com/123456789012/nowhere")
    outbox.nudge(["m1"])


# A crash before and after each call of a delivery.

_CALLS_OF_A_DELIVERY = ["GetItem", "GetItem", "UpdateItem", "SendEmail", "GetItem", "UpdateItem"]


def test_a_delivery_makes_these_calls(network: Network, clock: SettableClock) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    network.operations.clear()

    service.deliver(MAIL_ID, clock=clock)

    assert network.operations == _CALLS_OF_A_DELIVERY


@pytest.mark.parametrize("crash", [crash_before, crash_after])
@pytest.mark.parametrize("number", range(len(_CALLS_OF_A_DELIVERY)))
def test_a_crash_at_any_call_of_a_delivery_ends_in_one_mail(
    number: int, crash: Fault, network: Network, aws: EmulatedAWS, queued: Queued, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    network.at(number, crash)
    with pytest.raises(Crash):
        service.deliver(MAIL_ID, clock=clock)

    for _ in range(2):  # receipts, the redelivered nudge, and the sweeper when the grace is over
        settle_all(queued)
        service.deliver(MAIL_ID, clock=clock)
        settle_all(queued)
        clock.set(instant=clock.now() + LEASE + GRACE)
        service.sweep(clock=clock)

    assert len(aws.sent_mails) == 1
    assert state_now().state is State.DELIVERED


def _die(message: object, *, mail_id: str, attempt: int) -> Answer:
    raise Crash


def _send_and_die(message: Message, *, mail_id: str, attempt: int) -> Answer:
    sending.send(message, mail_id=mail_id, attempt=attempt)
    raise Crash


def test_a_mail_whose_receipt_never_comes_is_sent_once_more_marked_and_shown(
    aws: EmulatedAWS, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    with pytest.raises(Crash):
        service.deliver(MAIL_ID, clock=clock, send=_send_and_die)
    clock.set(instant=clock.now() + LEASE + GRACE)

    service.sweep(clock=clock)
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("no_answer")]
    service.deliver(MAIL_ID, clock=clock)

    assert len(aws.sent_mails) == 2
    assert len({sent.message["Message-ID"] for sent in aws.sent_mails}) == 1, "a mail program can tell it is the same"
    assert (state_now().state, state_now().may_be_duplicate) == (State.SENT, True)
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("may_be_duplicate")]


def test_after_a_second_unknown_outcome_a_person_is_asked_and_nothing_is_sent(
    aws: EmulatedAWS, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    for _ in range(2):
        with pytest.raises(Crash):
            service.deliver(MAIL_ID, clock=clock, send=_die)
        clock.set(instant=clock.now() + LEASE + GRACE)
        service.sweep(clock=clock)

    service.deliver(MAIL_ID, clock=clock)

    assert (state_now().state, state_now().reason) == (State.FAILED, "uncertain")
    assert aws.sent_mails == ()
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("uncertain")]


def _race(mail_id: str, barrier: Barrier) -> None:
    barrier.wait(timeout=60)
    service.deliver(mail_id, render=rendered)


@pytest.mark.campaign  # starting the processes takes seconds
def test_of_four_processes_that_deliver_the_same_mail_one_sends_it(
    served_aws: EmulatedAWS, clock: SettableClock
) -> None:
    outbox.record_alone(trial_mail(), clock=clock)
    processes = multiprocessing.get_context("spawn")
    barrier = processes.Barrier(4)
    racers = [processes.Process(target=_race, args=(MAIL_ID, barrier)) for _ in range(4)]

    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(timeout=60)

    assert [racer.exitcode for racer in racers] == [0] * 4
    assert len(served_aws.sent_mails) == 1
    assert len(state_now().delivery.attempts) == 1
