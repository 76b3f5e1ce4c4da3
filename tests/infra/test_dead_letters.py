"""What failed for good is listed by ids alone, and goes on by what it is once the cause is mended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from chalicelib.runtime import clients
from infra.ops import __main__ as ops
from infra.ops import dead_letters, kept, letters, schedules, where
from infra.ops.problems import Refused
from infra.packaged import PROJECT
from tests.conftest import EmulatedAWS

DEAD = "ddh-local-outbox-dead"
FAILED = "ddh-local-failed-events"
_ARN = "arn:aws:{}:eu-north-1:123456789012:{}"


def _put(queue: str, body: str, **beside: str) -> None:
    clients.sqs().send_message(
        QueueUrl=letters.url(queue),
        MessageBody=body,
        MessageAttributes={name: {"DataType": "String", "StringValue": said} for name, said in beside.items()},
    )


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((PROJECT / "events" / f"{name}.json").read_text("utf-8"))
    return event


def _put_of_rule(name: str, queue: str) -> None:
    """As EventBridge leaves an event that it couldn't put into a rule's queue."""
    _put(
        FAILED,
        json.dumps(_event(name)),
        RULE_ARN=_ARN.format("events", f"rule/{queue}"),
        TARGET_ARN=_ARN.format("sqs", queue),
        ERROR_CODE="NO_PERMISSIONS",
        ERROR_MESSAGE="no",
        RETRY_ATTEMPTS="0",
    )


def _put_of_schedule(function: str) -> None:
    """As a schedule leaves an event that it couldn't hand to its function."""
    _put(
        FAILED,
        "{}",
        SCHEDULE_ARN=_ARN.format("scheduler", "schedule/default/any"),
        TARGET_ARN=_ARN.format("lambda", f"function:ddh-local-{function}"),
        ERROR_CODE="AWS.Scheduler.LimitExceeded",
        IS_PAYLOAD_TRUNCATED="false",
    )


def _put_of_function(schedule: str) -> None:
    """As Lambda leaves a schedule's event at which the function failed three times."""
    event = _event("schedule") | {"resources": [_ARN.format("scheduler", f"schedule/default/{schedule}")]}
    _put(FAILED, json.dumps(event), RequestID="5f0c", ErrorCode="200", ErrorMessage="Unhandled")


def _nothing(_function: str) -> None:
    pytest.fail("nothing is to be invoked")


@contextmanager
def _here(_place: Any) -> Iterator[where.Place]:
    yield where.Place(work=lambda: None, invoke=_nothing)


def _said(*words: str) -> str:
    told = StringIO()
    assert ops.main(["--kept", ".", *words], console=Console(file=told, width=40)) == 0
    return told.getvalue()


def _waiting(queue: str) -> int:
    return {each.queue: each.waiting for each in dead_letters.waiting()}[queue]


def test_dead_letters_are_listed_and_sent_back_once(aws: EmulatedAWS, queued: Callable[[str], list[Any]]) -> None:
    for number in range(23):
        _put(DEAD, json.dumps({"mail_id": f"m{number}"}))

    assert _waiting(DEAD) == 23
    assert len(dead_letters.some_of(DEAD)) == len(dead_letters.some_of(DEAD)) == 10
    assert dead_letters.redrive(DEAD, invoke=_nothing).count_by_place == {"ddh-local-outbox": 23}
    assert dead_letters.redrive(DEAD, invoke=_nothing).count_by_place == {}

    assert sorted(body["mail_id"] for body in queued("ddh-outbox")) == sorted(f"m{number}" for number in range(23))


def test_what_holds_nobody_s_dead_letters_is_not_sent_anywhere(aws: EmulatedAWS) -> None:
    with pytest.raises(Refused, match="ddh-local-outbox holds"):
        dead_letters.redrive("ddh-local-outbox", invoke=_nothing)
    with pytest.raises(Refused, match="ddh-local-nosuch holds"):
        dead_letters.some_of("ddh-local-nosuch")


class _Reluctant:
    """SQS as it may answer: with nothing though messages lie there, and with one where ten were asked for."""

    def __init__(self) -> None:
        self._sqs = clients.sqs()
        self.waits: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def receive_message(self, **asked: Any) -> Any:
        self.waits.append(asked["WaitTimeSeconds"])
        return {} if len(self.waits) % 2 else self._sqs.receive_message(**asked | {"MaxNumberOfMessages": 1})


def test_one_goes_on_until_nothing_comes_and_nothing_is_counted(
    aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        _put(DEAD, json.dumps({"mail_id": f"m{number}"}))
    reluctant = _Reluctant()
    monkeypatch.setattr(clients, "sqs", lambda: reluctant)

    assert dead_letters.redrive(DEAD, invoke=_nothing).count_by_place.total() == 3
    assert min(reluctant.waits) > 0, "without a wait SQS asks some of its servers only"


@pytest.mark.names_somebody  # SES does, in its events
def test_an_event_that_a_rule_could_not_hand_over_goes_to_the_rule_s_own_queue(
    aws: EmulatedAWS, queued: Callable[[str], list[Any]]
) -> None:
    _put_of_rule("s3_object_created", "ddh-local-drops")
    _put_of_rule("s3_object_created", "ddh-local-documents")
    _put_of_rule("ses_email_bounced", "ddh-local-receipts")
    assert _waiting(FAILED) == 3

    done = dead_letters.redrive(FAILED, invoke=_nothing)

    assert done.count_by_place == {"ddh-local-drops": 1, "ddh-local-documents": 1, "ddh-local-receipts": 1}
    assert queued("ddh-drops") == queued("ddh-documents") == [_event("s3_object_created")]
    assert queued("ddh-receipts") == [_event("ses_email_bounced")]
    assert _waiting(FAILED) == 0


def test_what_a_schedule_or_its_function_failed_at_is_done_by_invoking_the_function_once(aws: EmulatedAWS) -> None:
    invoked: list[str] = []
    _put_of_schedule("sweep-outbox")
    _put_of_schedule("sweep-outbox")
    _put_of_function("ddh-local-sweep-outbox-every-five-minutes")
    _put_of_function("StartEvaluationMonthly")

    done = dead_letters.redrive(FAILED, invoke=invoked.append)

    assert sorted(invoked) == ["start-evaluation", "sweep-outbox"]
    assert done.count_by_place == {"ddh-local-sweep-outbox": 3, "ddh-local-start-evaluation": 1}
    assert _waiting(FAILED) == 0


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ('{"month": "2025-01"}', ""),  # somebody invoked a function by hand, without waiting
        ("not JSON", ""),
        ("{}", _ARN.format("sqs", "ddh-other-drops")),
        ("{}", _ARN.format("lambda", "function:ddh-local-nosuch")),
    ],
)
def test_what_nothing_says_a_place_for_stays(aws: EmulatedAWS, body: str, target: str) -> None:
    _put(FAILED, body, RequestID="5f0c", **({"TARGET_ARN": target} if target else {}))

    done = dead_letters.redrive(FAILED, invoke=_nothing)

    assert [letter.body for letter in done.left] == [body]
    assert letters.visible(FAILED) == 1


def test_an_invocation_that_is_refused_loses_nothing(aws: EmulatedAWS) -> None:
    def refusing(_function: str) -> None:
        raise RuntimeError

    _put_of_schedule("sweep-outbox")

    with pytest.raises(RuntimeError):
        dead_letters.redrive(FAILED, invoke=refusing)

    assert _waiting(FAILED) == 1


@pytest.mark.parametrize("function", schedules.expressions())
@pytest.mark.parametrize("spelled", ["{}", "{}-daily", "{}EveryFiveMinutes"])
def test_a_schedule_s_function_is_found_by_the_schedule_s_name(function: str, spelled: str) -> None:
    camel = "".join(word.title() for word in function.split("-"))

    assert schedules.function_of(spelled.format(function)) == function
    assert schedules.function_of(spelled.format(camel)) == function


_TOLD = [
    (_event("s3_object_created"), "Object Created, in drops/agent-kpi/, IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"),
    (_event("ses_email_bounced"), "Email Bounced, mail_id notice_2025-01_751_r1, attempt 1"),
    (_event("schedule"), "schedule ddh-prod-StartEvaluationMonthly"),
    ({"version": 1, "mail_id": "m1", "correlation_id": "d7"}, "mail_id m1, correlation_id d7"),
    (
        {"run": "live", "municipality_code": "751", "from_month": "2025-01", "who": "a@b.example"},
        "run live, municipality_code 751, from_month 2025-01",
    ),
    (["a@b.example"], "no id of ours"),
]


@pytest.mark.names_somebody
@pytest.mark.parametrize(("content", "told"), _TOLD)
def test_a_dead_letter_is_told_by_its_ids_and_whole_only_when_asked_for(
    aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch, content: object, told: str
) -> None:
    monkeypatch.setattr(kept, "kept_state", _here)
    _put("ddh-local-receipts-dead", json.dumps(content))

    (line,) = _said("dead-letters", "ddh-local-receipts-dead").splitlines()
    _, body = _said("dead-letters", "ddh-local-receipts-dead", "--body").splitlines()

    assert line.split("  ")[1:] == ["taken 1 times", told]
    assert ".example" not in line
    assert json.loads(body) == content


def test_ids_are_whole_on_a_narrow_screen(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "kept_state", _here)
    _put(DEAD, json.dumps({"mail_id": "m" * 90}))
    (letter,) = dead_letters.some_of(DEAD)

    (line,) = _said("dead-letters", DEAD).splitlines()

    assert letter.message_id in line
    assert "m" * 90 in line
