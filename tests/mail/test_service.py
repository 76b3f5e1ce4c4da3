"""What the service does when the table is not what it was a moment ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from chalicelib.mail import nudges, outbox, service
from chalicelib.mail.delivery import GRACE, LEASE, Answer, Delivery, State
from chalicelib.mail.mails import MailState
from chalicelib.mail.rules import claimed
from chalicelib.mail.service import MailBusy
from chalicelib.runtime import clients
from tests.conftest import SettableClock
from tests.mail.fakes import MemoryStore, a_mail, envelope, rendered

NOW = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)


def _table(clock: SettableClock) -> MemoryStore:
    table = MemoryStore()
    clock.set(instant=NOW)
    outbox.record_alone(a_mail(), clock=clock, add=table.add)
    return table


def test_a_mail_that_others_keep_changing_returns_to_its_queue(
    clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = _table(clock)
    monkeypatch.setattr(table, "replace", lambda mail_id, before, after: False)

    with pytest.raises(MailBusy):
        service.deliver("notice_2024-10_751_r1", clock=clock, store=table, render=rendered)


def test_a_mail_that_the_index_still_names_and_that_is_erased_is_passed_over(
    clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = _table(clock)
    stored = table.get("notice_2024-10_751_r1")
    assert stored is not None
    under_way = claimed(stored.delivery, owner="a", now=NOW, today=clock.today(), digest="d", size=1)
    table.replace("notice_2024-10_751_r1", stored.delivery, under_way)
    monkeypatch.setattr(table, "get", lambda mail_id: None)
    clock.set(instant=NOW + LEASE + GRACE)
    nudged: list[str] = []

    service.sweep(clock=clock, store=table, nudge=nudged.extend)

    assert nudged == []


def test_a_mail_that_others_keep_changing_holds_up_none_of_the_others(
    clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = _table(clock)
    stored = table.get("notice_2024-10_751_r1")
    assert stored is not None
    under_way = claimed(stored.delivery, owner="a", now=NOW, today=clock.today(), digest="d", size=1)
    table.replace("notice_2024-10_751_r1", stored.delivery, under_way)
    clock.set(instant=NOW + LEASE + GRACE)
    outbox.record_alone(a_mail("notice_2024-10_740_r1"), clock=clock, add=table.add)
    monkeypatch.setattr(table, "replace", lambda mail_id, before, after: False)
    nudged: list[str] = []

    service.sweep(clock=clock, store=table, nudge=nudged.extend)

    assert nudged == ["notice_2024-10_740_r1"]


def test_a_sender_that_wakes_up_after_its_lease_sends_nothing(
    clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = _table(clock)
    replace_at_once = table.replace

    def replace_slowly(mail_id: str, before: Delivery, after: Delivery) -> bool:
        stored = replace_at_once(mail_id, before, after)
        clock.set(instant=clock.now() + LEASE)
        return stored

    def never(message: object, *, mail_id: str, attempt: int) -> Answer:
        raise AssertionError("it was sent")

    monkeypatch.setattr(table, "replace", replace_slowly)
    service.deliver("notice_2024-10_751_r1", clock=clock, store=table, render=rendered, send=never)

    after: MailState | None = table.get("notice_2024-10_751_r1")
    assert after is not None
    assert (after.state, after.reason, after.may_be_duplicate) == (State.PENDING, "lease_over", False)


def test_an_event_that_is_not_about_our_mails_asks_the_table_nothing() -> None:
    service.settle(envelope("Open"), store=SimpleNamespace())


def test_a_nudge_that_the_queue_refuses_is_logged_and_left_to_the_sweeper(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusing = SimpleNamespace(send_message_batch=lambda **_: {"Failed": [{"Id": "0"}]})
    monkeypatch.setenv("DDH_OUTBOX_QUEUE_URL", "https://sqs/outbox")
    monkeypatch.setattr(clients, "sqs", lambda: refusing)

    nudges.nudge(["m1"])

    assert [record.getMessage() for record in caplog.records] == ["nudge failed"]


def test_the_mails_of_a_state_are_listed_for_staff(aws: object, clock: SettableClock) -> None:
    for number in range(3):
        clock.set(instant=NOW + timedelta(minutes=number))
        outbox.record_alone(a_mail(f"m{number}"), clock=clock)

    assert [mail_id for mail_id, _ in outbox.in_state(State.PENDING)] == ["m0", "m1", "m2"]
