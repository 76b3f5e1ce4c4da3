"""The table's conditions, the same cases for the real store on the emulated AWS and for the fake of the simulation.

THREATS F14, F26, F28: nothing here leans on the table's time to live, and a lost answer is recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.mail import store
from chalicelib.mail.delivery import Answer, Delivery, Evidence, Outcome, Receipt, State
from chalicelib.mail.mails import Mail, MailState
from chalicelib.mail.rules import answered, claimed, settled
from chalicelib.runtime.tables import conflict_means, transaction
from tests.mail.fakes import MemoryStore, a_mail
from tests.mail.network import Network, answer_lost

NOW = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)


class AnyStore(Protocol):
    def add(self, mail: Mail, delivery: Delivery, *, owner: str) -> bool: ...

    def get(self, mail_id: str) -> MailState | None: ...

    def replace(self, mail_id: str, before: Delivery, after: Delivery) -> bool: ...

    def in_state(
        self, state: State, *, due_from: datetime | None = None, due_until: datetime | None = None
    ) -> Iterator[store.Entry]: ...


@pytest.fixture(params=["real", "fake"])
def table(request: pytest.FixtureRequest) -> AnyStore:
    if request.param == "fake":
        return MemoryStore()
    request.getfixturevalue("aws")
    return store


def _new(at: datetime = NOW, **changes: Any) -> Delivery:
    return Delivery(state=State.PENDING, recorded_at=at, **changes)


def _claimed(delivery: Delivery) -> Delivery:
    return claimed(delivery, owner="a", now=NOW, today=date(2025, 2, 5), digest="d", size=1)


def test_a_recorded_mail_is_read_as_it_was_recorded(table: AnyStore) -> None:
    mail = a_mail(
        to=("leder@aarhus.example", "vikar@aarhus.example"),
        facts={"agents": [{"agent": "å", "answered": 2**60}], "none": None},
        send_from=date(2025, 8, 2),
    )
    delivery = _new(send_from=date(2025, 8, 2))

    assert table.add(mail, delivery, owner="a")
    assert table.get(mail.mail_id) == MailState(mail=mail, delivery=delivery)


def test_a_mail_that_nobody_recorded_is_not_there(table: AnyStore) -> None:
    assert table.get("nowhere") is None


def test_the_same_mail_is_recorded_once_and_the_first_stands(table: AnyStore) -> None:
    table.add(a_mail(subject="den første"), _new(), owner="a")

    assert not table.add(a_mail(subject="den anden"), _new(), owner="b")
    stored = table.get("notice_2024-10_751_r1")
    assert stored is not None
    assert stored.mail.subject == "den første"


def test_who_recorded_a_mail_and_asks_again_is_told_that_it_did(table: AnyStore) -> None:
    table.add(a_mail(), _new(), owner="a")

    assert table.add(a_mail(), _new(), owner="a")


def test_a_change_is_stored_whole_and_counts_the_version(table: AnyStore) -> None:
    table.add(a_mail(), _new(), owner="a")
    after = _claimed(_new())
    after = answered(after, 1, Answer(outcome=Outcome.NOT_SENT, code="X"), now=NOW, jitter=0.3)
    after = settled(
        after, [Receipt(attempt=1, evidence=Evidence.BOUNCED, recipient=0)], ses_message_id="ses-1", sent_at=NOW
    )

    assert table.replace("notice_2024-10_751_r1", _new(), after)
    stored = table.get("notice_2024-10_751_r1")
    assert stored is not None
    assert stored.delivery == replace(after, version=2)


def test_of_two_changes_to_the_same_version_one_is_stored(table: AnyStore) -> None:
    table.add(a_mail(), _new(), owner="a")

    assert table.replace("notice_2024-10_751_r1", _new(), _claimed(_new()))
    assert not table.replace("notice_2024-10_751_r1", _new(), replace(_new(), deferrals=7))
    stored = table.get("notice_2024-10_751_r1")
    assert stored is not None
    assert stored.state is State.SENDING


def test_the_index_gives_the_mails_of_a_state_in_the_order_they_are_due(table: AnyStore) -> None:
    for number, minutes in enumerate([30, 10, 20, 40]):
        table.add(a_mail(f"m{number}"), _new(NOW + timedelta(minutes=minutes)), owner="a")
    fourth = _new(NOW + timedelta(minutes=40))
    table.replace("m3", fourth, _claimed(fourth))

    assert [entry.mail_id for entry in table.in_state(State.PENDING)] == ["m1", "m2", "m0"]
    assert [entry.mail_id for entry in table.in_state(State.SENDING)] == ["m3"]


def test_the_index_is_asked_for_a_span_of_which_both_ends_count(table: AnyStore) -> None:
    for number in range(5):
        table.add(a_mail(f"m{number}"), _new(NOW + timedelta(minutes=number)), owner="a")

    found = table.in_state(State.PENDING, due_from=NOW + timedelta(minutes=1), due_until=NOW + timedelta(minutes=3))

    assert [(entry.mail_id, entry.delivery.recorded_at) for entry in found] == [
        (f"m{number}", NOW + timedelta(minutes=number)) for number in (1, 2, 3)
    ]


def test_a_held_mail_is_due_when_its_day_begins_in_denmark(table: AnyStore) -> None:
    table.add(a_mail(send_from=date(2025, 8, 2)), _new(send_from=date(2025, 8, 2)), owner="a")
    midnight = datetime(2025, 8, 1, 22, 0, tzinfo=UTC)

    assert list(table.in_state(State.PENDING, due_until=midnight - timedelta(microseconds=1))) == []
    assert len(list(table.in_state(State.PENDING, due_until=midnight))) == 1


# Only the real table: what the fake stands for.


def test_a_recording_whose_answer_was_lost_recognises_itself(network: Network) -> None:
    network.next("PutItem", answer_lost)

    assert store.add(a_mail(), _new(), owner="a")


def test_a_change_whose_answer_was_lost_says_no_and_stands(network: Network) -> None:
    store.add(a_mail(), _new(), owner="a")
    network.next("UpdateItem", answer_lost)

    assert not store.replace("notice_2024-10_751_r1", _new(), _claimed(_new()))
    stored = store.get("notice_2024-10_751_r1")
    assert stored is not None
    assert stored.state is State.SENDING


def test_a_mail_stands_with_its_cause_or_not_at_all(aws: object) -> None:
    store.add(a_mail("first"), _new(), owner="a")

    def cause() -> None:
        with conflict_means("mailen findes"), transaction() as writes:
            store.add_to(writes, a_mail("second"), _new(), owner="b")
            store.add_to(writes, a_mail("first"), _new(), owner="b")

    with pytest.raises(Conflict):
        cause()
    assert store.get("second") is None


def test_the_largest_mail_fits_into_the_table(aws: object) -> None:
    mail = a_mail(facts={"text": "å" * 149_000}, to=("l" * 60 + "@aarhus.example",) * 50)
    delivery = _new()

    assert store.add(mail, delivery, owner="a")
    assert store.get(mail.mail_id) == MailState(mail=mail, delivery=delivery)
