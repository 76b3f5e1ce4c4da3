"""The outbox on the emulated AWS, from the cause's transaction to the receipt, with faults put into the real calls.

THREATS F7 to F14, I2.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chalicelib.mail import events, outbox, sending, service
from chalicelib.mail.delivery import GRACE, LEASE, Answer, Outcome, State
from chalicelib.mail.mails import Mail, MailState
from chalicelib.mail.message import Message
from chalicelib.runtime import clients
from chalicelib.runtime.tables import connection, transaction
from tests.conftest import EmulatedAWS, SettableClock
from tests.mail.fakes import a_mail, envelope, rendered

pytestmark = pytest.mark.usefixtures("trial_templates")

Queued = Callable[[str], list[Any]]
MAIL_ID = "notice_2024-10_751_r1"


def _mail(mail_id: str = MAIL_ID, **changes: Any) -> Mail:
    usual = {"template": "trial/plain", "facts": {"name": "Aarhus Kommune", "answered": 1234}}
    return a_mail(mail_id, **{**usual, **changes})


def _now(mail_id: str = MAIL_ID) -> MailState:
    stored = outbox.state_of(mail_id)
    assert stored is not None
    return stored


def _batch(bodies: list[str]) -> dict[str, Any]:
    """Return an SQS event as Lambda gives it."""
    return {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


def _settle_all(queued: Queued) -> None:
    for event in queued("ddh-receipts"):
        service.settle(event)


class Crash(BaseException):
    """The process dies here."""


def test_a_mail_goes_from_its_cause_to_its_receipt(aws: EmulatedAWS, queued: Queued, clock: SettableClock) -> None:
    with transaction() as writes:
        outbox.record(writes, _mail(), clock=clock)
    assert _now().state is State.PENDING
    outbox.nudge([MAIL_ID])
    assert queued("ddh-outbox") == [{"version": 1, "mail_id": MAIL_ID}]

    answer = events.deliver_mail(_batch([f'{{"version": 1, "mail_id": "{MAIL_ID}"}}']), None)

    assert answer == {"batchItemFailures": []}
    [sent] = aws.sent_mails
    assert sent.to == ("leder@aarhus.example",)
    assert sent.configuration_set == aws.environment["DDH_MAIL_CONFIGURATION_SET"]
    assert sent.tags == {"mail_id": MAIL_ID, "attempt": "1"}
    for kind in ("plain", "html"):
        assert "Aarhus Kommune" in sent.part(kind)
        assert "1.234" in sent.part(kind)
    assert _now().state is State.SENT

    _settle_all(queued)

    delivered = _now()
    [attempt] = delivered.delivery.attempts
    assert delivered.state is State.DELIVERED
    assert delivered.accepted_at is not None
    assert (attempt.ses_message_id, attempt.size) == (sent.message_id, len(sent.raw))


def test_a_second_delivery_does_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(_mail(), clock=clock)

    for _ in range(3):
        service.deliver(MAIL_ID, clock=clock)

    assert len(aws.sent_mails) == 1
    assert len(_now().delivery.attempts) == 1


def test_a_nudge_for_a_mail_that_was_never_committed_does_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    service.deliver("notice_2024-10_101_r1", clock=clock)

    assert aws.sent_mails == ()


def test_the_same_cause_twice_makes_one_mail(aws: EmulatedAWS, clock: SettableClock) -> None:
    assert outbox.record_alone(_mail(), clock=clock)
    assert not outbox.record_alone(_mail(), clock=clock)

    service.deliver(MAIL_ID, clock=clock)

    assert len(aws.sent_mails) == 1


def test_a_held_mail_is_released_on_its_business_date(aws: EmulatedAWS, queued: Queued, clock: SettableClock) -> None:
    clock.set(business_date=date(2025, 7, 5))
    outbox.record_alone(_mail(send_from=date(2025, 8, 2)), clock=clock)

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
        outbox.record_alone(_mail(f"m{minutes}"), clock=clock)
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


# What SES and the network may do.


def test_the_mail_client_never_retries(aws: EmulatedAWS) -> None:
    assert clients.ses().meta.config.retries["total_max_attempts"] == 1


@pytest.fixture
def ses_calls(served_aws: EmulatedAWS) -> Iterator[list[str]]:
    """Note each request that goes to SES."""
    calls: list[str] = []
    clients.ses().meta.events.register_first("before-send.sesv2.SendEmail", lambda **_: calls.append("call"))
    yield calls
    clients.forget_clients()


def _when_sending(hook: Callable[[Any], AWSResponse | None]) -> None:
    clients.ses().meta.events.register_last("before-send.sesv2.SendEmail", lambda request, **_: hook(request))


def _pass_on(request: Any) -> None:
    clients.ses()._endpoint.http_session.send(request)


def test_a_lost_answer_leaves_it_to_the_receipt(
    served_aws: EmulatedAWS, ses_calls: list[str], queued: Queued, clock: SettableClock
) -> None:
    def lose_the_answer(request: Any) -> None:
        _pass_on(request)
        raise ReadTimeoutError(endpoint_url=request.url)

    outbox.record_alone(_mail(), clock=clock)
    _when_sending(lose_the_answer)

    service.deliver(MAIL_ID, clock=clock)

    assert len(ses_calls) == 1
    assert (_now().state, _now().delivery.attempts[0].outcome) == (State.SENDING, Outcome.UNKNOWN)
    _settle_all(queued)
    assert (_now().state, _now().may_be_duplicate) == (State.DELIVERED, False)
    clock.set(instant=clock.now() + LEASE + GRACE)
    service.sweep(clock=clock)
    assert queued("ddh-outbox") == []
    assert len(served_aws.sent_mails) == 1


def test_an_unreachable_ses_puts_the_mail_off(
    served_aws: EmulatedAWS, ses_calls: list[str], clock: SettableClock
) -> None:
    def unreachable(request: Any) -> None:
        raise EndpointConnectionError(endpoint_url=request.url)

    outbox.record_alone(_mail(), clock=clock)
    _when_sending(unreachable)

    service.deliver(MAIL_ID, clock=clock)

    assert len(ses_calls) == 1
    assert (_now().state, _now().reason) == (State.PENDING, "EndpointConnectionError")


def _answering(status: int, error: str) -> Callable[[Any], AWSResponse]:
    class Body:
        def stream(self, **_: object) -> Iterator[bytes]:
            yield f'{{"__type": "{error}", "message": ""}}'.encode()

    return lambda request: AWSResponse(request.url, status, HTTPHeaders.from_dict({"x-amzn-ErrorType": error}), Body())


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
    status: int, error: str, state: State, served_aws: EmulatedAWS, ses_calls: list[str], clock: SettableClock
) -> None:
    outbox.record_alone(_mail(), clock=clock)
    _when_sending(_answering(status, error))

    service.deliver(MAIL_ID, clock=clock)

    assert len(ses_calls) == 1
    assert (_now().state, _now().delivery.attempts[0].code) == (state, error)


def test_a_throttled_mail_is_sent_when_its_wait_is_over(
    served_aws: EmulatedAWS, ses_calls: list[str], queued: Queued, clock: SettableClock
) -> None:
    outbox.record_alone(_mail(), clock=clock)
    answers = iter([_answering(429, "TooManyRequestsException")])
    _when_sending(lambda request: next(answers, lambda _: None)(request))
    service.deliver(MAIL_ID, clock=clock)

    clock.set(instant=clock.now() + timedelta(seconds=10))
    service.sweep(clock=clock)
    assert queued("ddh-outbox") == []

    clock.set(instant=clock.now() + timedelta(minutes=1))
    service.sweep(clock=clock)
    assert len(queued("ddh-outbox")) == 1
    service.deliver(MAIL_ID, clock=clock)
    assert (_now().state, _now().may_be_duplicate) == (State.SENT, False)
    assert len(served_aws.sent_mails) == 1


def test_a_mail_that_cannot_be_written_waits_for_the_mended_template(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(_mail(facts={"name": "Aarhus"}), clock=clock)

    for _ in range(3):
        service.deliver(MAIL_ID, clock=clock)
        clock.set(instant=clock.now() + timedelta(hours=1))

    assert (_now().state, _now().reason, _now().delivery.attempts) == (State.PENDING, "unrenderable", ())
    [(mail_id, _, why)] = outbox.needing_attention(clock=clock)
    assert (mail_id, why) == (MAIL_ID, outbox.explanation("unrenderable"))


# A crash before and after each call of a delivery.

_CALLS_OF_A_DELIVERY = ["GetItem", "GetItem", "UpdateItem", "SendEmail", "GetItem", "UpdateItem"]


class _CrashAt:
    """Counts the calls to AWS, and dies before or after the one with the given number."""

    def __init__(self, number: int | None, *, after: bool) -> None:
        self.calls: list[str] = []
        self._number, self._after = number, after

    def listen(self) -> None:
        connection().client.meta.events.register_first("before-send.dynamodb.*", self._dynamodb)
        clients.ses().meta.events.register_first("before-send.sesv2.*", self._ses)

    def _dynamodb(self, request: Any, event_name: str, **_: Any) -> None:
        self._count(connection().client, request, event_name)

    def _ses(self, request: Any, event_name: str, **_: Any) -> None:
        self._count(clients.ses(), request, event_name)

    def _count(self, client: Any, request: Any, event_name: str) -> None:
        self.calls.append(event_name.rpartition(".")[2])
        if len(self.calls) - 1 == self._number:
            self._number = None
            if self._after:
                client._endpoint.http_session.send(request)
            raise Crash


def test_a_delivery_makes_these_calls(served_aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(_mail(), clock=clock)
    calls = _CrashAt(None, after=False)
    calls.listen()

    service.deliver(MAIL_ID, clock=clock)

    assert calls.calls == _CALLS_OF_A_DELIVERY


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(len(_CALLS_OF_A_DELIVERY)))
def test_a_crash_at_any_call_of_a_delivery_ends_in_one_mail(
    number: int, after: bool, served_aws: EmulatedAWS, queued: Queued, clock: SettableClock
) -> None:
    outbox.record_alone(_mail(), clock=clock)
    _CrashAt(number, after=after).listen()
    with pytest.raises(Crash):
        service.deliver(MAIL_ID, clock=clock)

    for _ in range(3):  # receipts, the redelivered nudge, the sweeper, and time passing
        _settle_all(queued)
        service.deliver(MAIL_ID, clock=clock)
        _settle_all(queued)
        clock.set(instant=clock.now() + LEASE + GRACE)
        service.sweep(clock=clock)
        queued("ddh-outbox")

    assert len(served_aws.sent_mails) == 1
    assert _now().state is State.DELIVERED


def _die(message: object, *, mail_id: str, attempt: int) -> Answer:
    raise Crash


def _send_and_die(message: Message, *, mail_id: str, attempt: int) -> Answer:
    sending.send(message, mail_id=mail_id, attempt=attempt)
    raise Crash


def test_a_mail_whose_receipt_never_comes_is_sent_once_more_marked_and_shown(
    aws: EmulatedAWS, clock: SettableClock
) -> None:
    outbox.record_alone(_mail(), clock=clock)
    with pytest.raises(Crash):
        service.deliver(MAIL_ID, clock=clock, send=_send_and_die)
    clock.set(instant=clock.now() + LEASE + GRACE)

    service.sweep(clock=clock)
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("no_answer")]
    service.deliver(MAIL_ID, clock=clock)

    assert len(aws.sent_mails) == 2
    assert len({sent.message["Message-ID"] for sent in aws.sent_mails}) == 1, "a mail program can tell it is the same"
    assert (_now().state, _now().may_be_duplicate) == (State.SENT, True)
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("may_be_duplicate")]


def test_after_a_second_unknown_outcome_a_person_is_asked_and_nothing_is_sent(
    aws: EmulatedAWS, clock: SettableClock
) -> None:
    outbox.record_alone(_mail(), clock=clock)
    for _ in range(2):
        with pytest.raises(Crash):
            service.deliver(MAIL_ID, clock=clock, send=_die)
        clock.set(instant=clock.now() + LEASE + GRACE)
        service.sweep(clock=clock)

    service.deliver(MAIL_ID, clock=clock)

    assert (_now().state, _now().reason) == (State.FAILED, "uncertain")
    assert aws.sent_mails == ()
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("uncertain")]


def _race(mail_id: str, barrier: Barrier) -> None:
    barrier.wait(timeout=60)
    service.deliver(mail_id, render=rendered)


def test_of_three_processes_that_deliver_the_same_mail_one_sends_it(
    served_aws: EmulatedAWS, clock: SettableClock
) -> None:
    outbox.record_alone(_mail(), clock=clock)
    processes = multiprocessing.get_context("spawn")
    barrier = processes.Barrier(3)
    racers = [processes.Process(target=_race, args=(MAIL_ID, barrier)) for _ in range(3)]

    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(timeout=60)

    assert [racer.exitcode for racer in racers] == [0] * 3
    assert len(served_aws.sent_mails) == 1
    assert len(_now().delivery.attempts) == 1


# Receipts.


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
    outbox.record_alone(_mail(), clock=clock)
    service.deliver(MAIL_ID, clock=clock)

    service.settle(event)
    service.settle(envelope("Delivery"))

    assert (_now().state, _now().reason) == (state, why)
    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation(why)]
    clock.set(instant=clock.now() + timedelta(days=1))
    service.sweep(clock=clock)
    assert queued("ddh-outbox") == []


def test_a_receipt_names_the_recipient_by_position(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(_mail(to=("leder@aarhus.example", "vikar@aarhus.example")), clock=clock)
    service.deliver(MAIL_ID, clock=clock)

    service.settle(envelope("Bounce", recipients=("Vikar@Aarhus.example",)))

    assert [receipt.recipient for receipt in _now().delivery.receipts] == [1]


def test_a_receipt_of_an_unknown_mail_is_passed_over(aws: EmulatedAWS) -> None:
    service.settle(envelope("Send", mail_id="nowhere"))

    assert outbox.state_of("nowhere") is None


def test_only_the_receipts_that_failed_return_to_the_queue(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(_mail(), clock=clock)
    service.deliver(MAIL_ID, clock=clock)
    broken = envelope("Bounce")
    del broken["detail"]["bounce"]
    answer = events.settle_receipts(_batch([json.dumps(broken), json.dumps(envelope("Delivery")), "no json"]), None)

    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["0", "2"]
    assert _now().state is State.DELIVERED


def test_a_mail_without_a_receipt_after_a_day_is_shown(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox.record_alone(_mail(), clock=clock)
    service.deliver(MAIL_ID, clock=clock)
    assert outbox.needing_attention(clock=clock) == []

    clock.set(instant=clock.now() + timedelta(days=1))

    assert [each[2] for each in outbox.needing_attention(clock=clock)] == [outbox.explanation("no_receipt")]
