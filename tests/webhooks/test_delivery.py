"""Events on the emulated AWS: told once at a time whatever is lost, tried again, given up, and never told elsewhere."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from standardwebhooks import Webhook

from chalicelib.common.errors import Conflict
from chalicelib.mail import outbox as mail_outbox
from chalicelib.runtime.tables import conflict_means, transaction
from chalicelib.runtime.templates import render
from chalicelib.webhooks import calling, endpoints, events, outbox, service, store
from chalicelib.webhooks.delivery import LEASE, Answer, Outcome
from chalicelib.webhooks.messages import MOST_DATA_BYTES, EventRefused
from chalicelib.webhooks.outbox import Event, EventType, State
from chalicelib.webhooks.rules import WAITS
from infra.local.pump import sqs_event
from tests.conftest import EmulatedAWS, SettableClock
from tests.mail.network import Crash, Network, answer_lost, crash_after, crash_before
from tests.webhooks.telling import EVENT_ID, STAFF, Telling


def test_a_recorded_event_reaches_the_partner_signed_in_one_shape_for_all_types(telling: Telling) -> None:
    telling.clock.set(instant=datetime.now(UTC))
    telling.record()

    telling.deliver()

    (got,) = telling.receiver.got
    told = Webhook(telling.secret).verify(got.body, got.headers)
    assert set(told) == {"type", "timestamp", "data"}
    assert (told["type"], told["data"]) == ("agreement.extended", {"agreement": 3})
    assert abs(datetime.fromisoformat(told["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert telling.now().state is State.DELIVERED


def test_the_same_event_is_recorded_once(telling: Telling) -> None:
    telling.record()

    with pytest.raises(Conflict), conflict_means("Hændelsen er registreret i forvejen."):
        telling.record()


def test_an_event_that_is_nudged_twice_is_told_once(telling: Telling) -> None:
    telling.record()

    telling.deliver()
    telling.deliver()

    assert telling.ids_got == [EVENT_ID]


def test_two_callers_at_once_tell_once(telling: Telling) -> None:
    telling.record()

    def while_under_way(url: str, call: object) -> Answer:
        telling.deliver()
        return Answer(outcome=Outcome.TAKEN)

    telling.deliver(post=while_under_way)

    assert telling.ids_got == []
    assert telling.now().state is State.DELIVERED


def _dies(url: str, call: object) -> Answer:
    raise Crash


@pytest.mark.parametrize(("first", "state"), [({}, State.DELIVERED), ({"post": _dies}, State.CALLING)])
def test_a_caller_that_was_overtaken_at_its_claim_tells_nothing(
    telling: Telling, network: Network, first: dict[str, Any], state: State
) -> None:
    telling.record()

    def overtaken(pass_on: Callable[[], Any]) -> Any:
        with suppress(Crash):
            telling.deliver(**first)
        told_before.extend(telling.ids_got)
        return pass_on()

    told_before: list[str] = []
    network.next("TransactWriteItems", overtaken)
    telling.deliver()

    assert telling.ids_got == told_before
    assert telling.now().state is state


def test_a_caller_that_wakes_up_after_its_lease_tells_nothing(telling: Telling, network: Network) -> None:
    telling.record()

    def slept(pass_on: Callable[[], Any]) -> Any:
        answer = pass_on()
        telling.later(seconds=LEASE.total_seconds())
        return answer

    network.next("TransactWriteItems", slept)
    telling.deliver()

    assert telling.ids_got == []
    assert (telling.now().state, telling.now().delivery.trouble) == (State.WAITING, "lease_over")


def test_every_attempt_has_the_same_id_and_body_and_a_signature_of_its_own_time(telling: Telling) -> None:
    telling.record()
    telling.receiver.answers = [500]
    telling.deliver()
    telling.later(seconds=5)

    telling.deliver()

    first, second = telling.receiver.got
    assert telling.ids_got == [EVENT_ID, EVENT_ID]
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 5
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_a_short_wait_is_kept_by_the_queue_and_a_long_one_by_the_sweeper(
    telling: Telling, queued: Callable[[str], list[Any]]
) -> None:
    telling.record()
    telling.receiver.answers = [500, 500]
    delays: list[int] = []

    def nudge(event_ids: object, *, after_seconds: int = 0) -> None:
        delays.append(after_seconds)

    service.deliver(EVENT_ID, clock=telling.clock, nudge=nudge, jitter=lambda: 0.5)
    telling.later(seconds=6)
    telling.deliver(nudge=nudge)

    assert delays == [6], "no earlier than 5.5 seconds after"
    telling.later(seconds=299)
    assert telling.sweep() == []
    telling.later(seconds=1)
    assert telling.sweep() == [EVENT_ID]


def test_a_partner_that_never_takes_it_is_given_up_and_the_secretariat_is_told_once(
    telling: Telling, queued: Callable[[str], list[Any]]
) -> None:
    telling.record()
    telling.receiver.answers = [503] * 20

    for wait in (timedelta(0), *WAITS, timedelta(days=9)):
        telling.clock.set(instant=telling.clock.now() + wait)
        telling.deliver()
        telling.deliver()

    assert telling.now().state is State.GIVEN_UP
    assert telling.ids_got == [EVENT_ID] * 10
    (mail_id,) = [body["mail_id"] for body in queued("ddh-outbox")]
    mail = mail_outbox.state_of(mail_id)
    assert mail is not None
    assert (mail_id, mail.mail.template) == ("webhook_given_up_extended_renosyd_3_a10", "webhooks/given_up")
    assert mail.mail.to == ("sekretariat@ddh.example",)
    assert mail.mail.subject == "En hændelse nåede ikke frem til RenoSyd"
    for part in ("txt", "html"):
        assert "Partneren RenoSyd skulle" in render(f"{mail.mail.template}.{part}", **mail.mail.facts)


def test_what_was_given_up_is_told_when_somebody_asks_and_may_be_given_up_anew(telling: Telling) -> None:
    telling.record()
    telling.receiver.answers = [503] * 10
    for wait in (timedelta(0), *WAITS):
        telling.clock.set(instant=telling.clock.now() + wait)
        telling.deliver()

    service.try_again("renosyd", EVENT_ID, clock=telling.clock)
    telling.deliver()

    assert telling.now().state is State.DELIVERED
    assert telling.ids_got == [EVENT_ID] * 11


def test_a_receiver_that_is_gone_is_switched_off_and_the_secretariat_is_told_once(
    telling: Telling, queued: Callable[[str], list[Any]]
) -> None:
    telling.record()
    telling.receiver.answers = [410]

    telling.deliver()
    telling.record("ended_renosyd_3")
    service.deliver("ended_renosyd_3", clock=telling.clock)

    assert telling.now().state is State.GIVEN_UP
    assert not endpoints.of("renosyd").is_on
    assert len(telling.receiver.got) == 1
    assert [body["mail_id"] for body in queued("ddh-outbox")] == ["webhook_off_renosyd_v2"]
    mail = mail_outbox.state_of("webhook_off_renosyd_v2")
    assert mail is not None
    assert mail.mail.subject == "RenoSyd tager ikke længere imod hændelser"
    for part in ("txt", "html"):
        assert "Systemet hos RenoSyd" in render(f"{mail.mail.template}.{part}", **mail.mail.facts)
    assert [state.state for state in outbox.latest("renosyd")] == [State.GIVEN_UP, State.UNADDRESSED]


def test_an_address_that_is_changed_during_the_call_is_not_switched_off(telling: Telling) -> None:
    telling.record()

    def gone(url: str, call: object) -> Answer:
        endpoints.put_url("renosyd", "https://new.renosyd.example/", by=STAFF, clock=telling.clock)
        return Answer(outcome=Outcome.GONE, code="status_410")

    telling.deliver(post=gone)

    assert endpoints.of("renosyd").is_on


def test_during_a_rotation_both_secrets_sign_and_then_the_new_one_alone(telling: Telling) -> None:
    telling.clock.set(instant=datetime.now(UTC) - timedelta(hours=23, minutes=59))
    new = endpoints.rotate("renosyd", by=STAFF, clock=telling.clock).new_secret
    assert new is not None
    telling.clock.set(instant=datetime.now(UTC))
    telling.record()
    telling.deliver()

    (got,) = telling.receiver.got
    for secret in (telling.secret, new):
        assert Webhook(secret).verify(got.body, got.headers)
    assert len(endpoints.of("renosyd").signing(telling.clock.now() + timedelta(minutes=1))) == 1


def test_a_partner_without_an_address_is_told_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    event = Event(
        partner_id="nobody",
        partner_name="Nobody",
        event_id="ended_nobody_1",
        type=EventType.AGREEMENT_ENDED,
        data={},
    )
    with transaction() as writes:
        outbox.record(writes, event, clock=clock)

    service.deliver("ended_nobody_1", clock=clock)

    assert [each.state for each in outbox.latest("nobody")] == [State.UNADDRESSED]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"event_id": "a b"}, "bogstaver"),
        ({"event_id": "a" * 101}, "100 tegn"),
        ({"data": {"a": datetime(2025, 1, 1, tzinfo=UTC)}}, "JSON"),
        ({"data": {"a": float("nan")}}, "JSON"),
        ({"data": {"a": "a" * MOST_DATA_BYTES}}, "20 KB"),
    ],
)
def test_an_event_that_breaks_a_limit_is_refused(
    aws: EmulatedAWS, clock: SettableClock, named: dict[str, Any], message: str
) -> None:
    facts: dict[str, Any] = {"event_id": "a", "data": {}} | named
    event = Event(partner_id="renosyd", partner_name="RenoSyd", type=EventType.AGREEMENT_ENDED, **facts)

    with pytest.raises(EventRefused, match=message), transaction() as writes:
        outbox.record(writes, event, clock=clock)


def test_a_partner_s_latest_20_events_are_shown_newest_first(telling: Telling) -> None:
    for number in range(22):
        telling.later(minutes=1)
        telling.record(f"event_{number}")

    shown = [each.event.event_id for each in outbox.latest("renosyd")]

    assert shown == [f"event_{number}" for number in range(21, 1, -1)]


def test_an_event_that_nobody_recorded_is_passed_over(aws: EmulatedAWS, clock: SettableClock) -> None:
    service.deliver("unknown", clock=clock)

    with pytest.raises(service.EventUnknown):
        service.try_again("renosyd", "unknown", clock=clock)


def test_a_caller_that_dies_between_the_call_and_its_answer_is_followed_by_another(telling: Telling) -> None:
    telling.record()

    def dying(url: str, call: object) -> Answer:
        raise Crash

    with pytest.raises(Crash):
        telling.deliver(post=dying)
    telling.deliver()
    assert telling.sweep() == []
    assert telling.ids_got == []

    telling.later(seconds=LEASE.total_seconds())
    telling.sweep()
    telling.later(seconds=5)
    assert telling.sweep() == [EVENT_ID]
    telling.deliver()

    assert telling.ids_got == [EVENT_ID]
    assert telling.now().state is State.DELIVERED


def test_an_event_that_others_keep_changing_holds_up_none_of_the_others(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(url: str, call: object) -> Answer:
        raise Crash

    telling.record()
    with pytest.raises(Crash):
        telling.deliver(post=dying)
    telling.later(seconds=LEASE.total_seconds())
    telling.record("ended_renosyd_3")
    monkeypatch.setattr(store, "replace", lambda *args, **named: False)

    assert telling.sweep() == ["ended_renosyd_3"]


@pytest.mark.parametrize("fault", [crash_before, crash_after, answer_lost])
@pytest.mark.parametrize("status", [204, 500, 410])
def test_whatever_request_is_lost_the_event_is_told_in_the_end_under_its_one_id(
    telling: Telling, network: Network, fault: Any, status: int
) -> None:
    for number in range(9):
        event_id = telling.record(f"event_{number}")
        telling.receiver.answers, telling.receiver.got = [status], []
        endpoints.put_url("renosyd", telling.receiver.url, by=STAFF, clock=telling.clock)
        network.at(number, fault)
        with suppress(Crash):
            service.deliver(event_id, clock=telling.clock)
        network.at(-1, fault)  # a request that is made already: no fault waits any more

        for _ in range(4):
            telling.later(minutes=10)
            for due in telling.sweep():
                service.deliver(due, clock=telling.clock)
            if status == 410:
                endpoints.put_url("renosyd", telling.receiver.url, by=STAFF, clock=telling.clock)

        told = outbox.state_of(event_id)
        assert told is not None
        assert told.state in (
            (State.DELIVERED,) if status != 410 else (State.GIVEN_UP, State.UNADDRESSED, State.DELIVERED)
        )
        assert {got.headers["webhook-id"] for got in telling.receiver.got} == {event_id}
        assert len(telling.receiver.got) <= 3


def test_the_entry_points_take_a_nudge_and_a_schedule(
    telling: Telling, queued: Callable[[str], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    telling.record()
    outbox.nudge([EVENT_ID])
    messages = [
        {"MessageId": "1", "ReceiptHandle": "r", "Body": json.dumps(body), "Attributes": {}, "MD5OfBody": ""}
        for body in queued("ddh-webhooks")
    ]

    answer = events.deliver_webhook(sqs_event("ddh-local-webhooks", messages), None)
    events.sweep_webhooks({}, None)

    assert answer == {"batchItemFailures": []}
    assert telling.ids_got == [EVENT_ID]


def test_neither_log_nor_queue_names_a_secret_or_what_stands_in_the_address(
    telling: Telling, queued: Callable[[str], list[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(f"{host} is unknown")

    url = "https://renosyd.example/token-in-path?a=token-in-query"
    endpoints.put_url("renosyd", url, by=STAFF, clock=telling.clock)
    telling.record()
    outbox.nudge([EVENT_ID])

    telling.deliver(post=partial(calling.post, resolve=unknown))

    assert telling.now().delivery.trouble == "unknown_name"
    said = str([vars(record) for record in caplog.records]) + json.dumps(queued("ddh-webhooks"))
    assert "webhook not taken" in said
    for hidden in (telling.secret, "token-in", "renosyd.example"):
        assert hidden not in said
