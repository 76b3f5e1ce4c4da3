"""Which mails left is read from the functions' logs; what isn't certain is said, not settled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.mail import outbox, service
from chalicelib.mail.outbox import State
from chalicelib.runtime import clients, settings
from infra.ops import sent_mails
from tests.conftest import EmulatedAWS, SettableClock
from tests.mail.fakes import envelope

_FUNCTIONS = ("deliver-mail", "settle-receipts", "sweep-outbox")


class _Logs:
    """The log groups of the functions that move mails."""

    def __init__(self) -> None:
        self._logs: Any = clients.session().create_client("logs")
        self.since = system_clock.now() - timedelta(hours=2)
        self._group_by_function = {name: f"/aws/lambda/ddh-{settings.stage()}-{name}" for name in _FUNCTIONS}
        for group in self._group_by_function.values():
            self._logs.create_log_group(logGroupName=group)
            self._logs.create_log_stream(logGroupName=group, logStreamName="one")

    def line(self, mail_id: str, state: str, *, minute: int, function: str = "deliver-mail") -> None:
        self.text(json.dumps({"message": "mail came further", "mail_id": mail_id, "state": state}), minute, function)

    def text(self, text: str, minute: int = 0, function: str = "deliver-mail") -> None:
        at = int((self.since + timedelta(minutes=minute)).timestamp() * 1000)
        self._logs.put_log_events(
            logGroupName=self._group_by_function[function],
            logStreamName="one",
            logEvents=[{"timestamp": at, "message": text}],
        )

    def close(self) -> None:
        for group in self._group_by_function.values():
            self._logs.delete_log_group(logGroupName=group)


@pytest.fixture
def logs(aws: EmulatedAWS) -> Iterator[_Logs]:
    made = _Logs()
    yield made
    made.close()


def _recorded(mail_id: str, clock: SettableClock) -> None:
    mail = outbox.Mail(mail_id=mail_id, to=("leder@samsoe.example",), subject="Hej", template="cases/told", facts={})
    outbox.record_alone(mail, clock=clock)


def _settled(logs: _Logs) -> dict[str, str]:
    return {sent.mail_id: came_to for sent, came_to in sent_mails.settled(sent_mails.from_logs(logs.since))}


def _state(mail_id: str) -> State:
    found = outbox.state_of(mail_id)
    assert found is not None
    return found.state


def test_a_bounce_since_is_entered_of_a_mail_that_the_record_knows_as_sent(logs: _Logs, clock: SettableClock) -> None:
    """Else a municipality counts as told by a mail that came back."""
    _recorded("hello", clock)
    service.settle(envelope("Send", mail_id="hello"))
    assert _state("hello") is State.SENT
    logs.line("hello", "BOUNCED", minute=2, function="settle-receipts")

    assert _settled(logs) == {"hello": "settled"}
    assert _state("hello") is State.BOUNCED
    assert _settled(logs) == {"hello": "known"}


def test_a_mail_that_left_has_left_whatever_a_sweep_over_restored_tables_says_later(logs: _Logs) -> None:
    logs.line("left", "SENT", minute=1)
    logs.line("left", "DELIVERED", minute=2, function="settle-receipts")
    logs.line("left", "PENDING", minute=90, function="sweep-outbox")

    (found,) = sent_mails.from_logs(logs.since)

    assert found.state is State.DELIVERED


def test_of_each_mail_the_last_move_counts_whichever_function_made_it(logs: _Logs) -> None:
    logs.line("early", "SENT", minute=-1)
    logs.line("bounced", "SENDING", minute=1)
    logs.line("bounced", "BOUNCED", minute=3, function="settle-receipts")
    logs.line("bounced", "SENT", minute=2)
    logs.text("START RequestId: 1 Version: $LATEST", 1)
    logs.text('{"message": "entry point done"}', 1)

    (found,) = sent_mails.from_logs(logs.since)

    assert (found.mail_id, found.state) == ("bounced", State.BOUNCED)


@pytest.mark.parametrize("state", ["SENT", "DELIVERED", "BOUNCED", "COMPLAINED"])
def test_what_left_is_entered_once_and_leaves_no_second_time(logs: _Logs, clock: SettableClock, state: str) -> None:
    _recorded("hello_1", clock)
    logs.line("hello_1", state, minute=1)

    assert _settled(logs) == {"hello_1": "settled"}
    assert _settled(logs) == {"hello_1": "known"}

    assert _state("hello_1") == State(state)
    service.deliver("hello_1", clock=clock)
    assert _state("hello_1") == State(state)


@pytest.mark.parametrize("state", ["SENDING", "PENDING", "FAILED"])
def test_what_may_not_have_left_is_said_and_stays(logs: _Logs, clock: SettableClock, state: str) -> None:
    _recorded("hello_1", clock)
    logs.line("hello_1", state, minute=1)

    assert _settled(logs) == {"hello_1": "uncertain"}
    assert _state("hello_1") is State.PENDING


def test_a_mail_whose_cause_is_gone_is_said_and_leaves_nothing(logs: _Logs) -> None:
    logs.line("lost", "DELIVERED", minute=1)

    assert _settled(logs) == {"lost": "not recorded"}
    assert outbox.state_of("lost") is None


def test_the_log_says_of_a_mail_what_this_reads(
    aws: EmulatedAWS, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Holds the line's name and fields to what the functions really log."""
    caplog.set_level("INFO", logger="ddh")
    _recorded("hello_1", clock)

    told_by_ses = {"eventType": "Send", "mail": {"tags": {"mail_id": ["hello_1"], "attempt": ["1"]}}}
    service.settle({"source": "aws.ses", "detail": told_by_ses})

    lines = [vars(each) | {"message": each.getMessage()} for each in caplog.records]
    told = [
        sent_mails._move({"timestamp": datetime.now(UTC).timestamp() * 1000, "message": json.dumps(line, default=str)})
        for line in lines
    ]
    assert [(each.mail_id, each.state) for each in told if each] == [("hello_1", State.SENT)]
