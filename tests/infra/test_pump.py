"""The queue pump mimics Lambda's event source mapping, with and without partial batches (THREATS F21, F22)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.runtime import clients
from infra.local.functions import Consumer, Function
from infra.local.pump import Batch, Pump, dead_letters
from tests.conftest import EmulatedAWS
from tests.infra import handlers

_QUEUE = "ddh-local-drops"


@pytest.fixture(autouse=True)
def _nothing_handled(aws: EmulatedAWS) -> Iterator[None]:
    yield
    handlers.handled.clear()
    handlers.events.clear()
    handlers.answer = None


def _function(handler: str, *, partial_batches: bool) -> Function:
    return Function(
        name="under-test",
        handler=f"tests.infra.handlers.{handler}",
        timeout_seconds=60,
        memory_megabytes=256,
        consumer=Consumer(queue=_QUEUE, batch_size=10, partial_batches=partial_batches),
    )


def _send(*bodies: str) -> None:
    url = clients.sqs().get_queue_url(QueueName=_QUEUE)["QueueUrl"]
    for body in bodies:
        clients.sqs().send_message(QueueUrl=url, MessageBody=body)


def _drain(function: Function) -> list[Batch]:
    batches: list[Batch] = []
    Pump([function], retry_after_seconds=0).drain(tell=batches.append)
    return batches


def test_with_partial_batches_only_the_failed_return_and_the_rest_are_done_once() -> None:
    function = _function("failing_on_bad", partial_batches=True)
    _send("1", "bad", "2", "bad", "3", "bad", "4", "5", "6", "7")

    batches = _drain(function)

    assert Counter(handlers.handled) == Counter("1234567")
    assert batches[0] == Batch(function="under-test", done=7, returned=3)
    assert dead_letters([function]) == {_QUEUE: 3}


def test_without_partial_batches_the_failed_are_deleted_although_they_were_named() -> None:
    function = _function("failing_on_bad", partial_batches=False)
    _send("1", "bad", "2")

    batches = _drain(function)

    assert batches == [Batch(function="under-test", done=3, returned=0)]
    assert dead_letters([function]) == {}


def test_an_error_returns_all_and_what_was_done_is_done_again() -> None:
    function = _function("crashing_on_bad", partial_batches=True)
    _send("1", "bad", "2")

    _drain(function)

    assert Counter(handlers.handled)["1"] == 5
    assert dead_letters([function]) == {_QUEUE: 3}


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_answer_that_names_nobody_means_that_all_is_done(answer: Any) -> None:
    handlers.answer = answer
    _send("1", "2")

    assert _drain(_function("answering", partial_batches=True)) == [Batch(function="under-test", done=2, returned=0)]


@pytest.mark.parametrize(
    "answer",
    [
        "done",
        {"batchItemFailures": [{"itemIdentifier": "nobody"}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"id": "x"}]},
    ],
)
def test_an_answer_that_lambda_does_not_understand_returns_all(answer: Any) -> None:
    handlers.answer = answer
    _send("1", "2")

    function = _function("answering", partial_batches=True)

    assert _drain(function)[0] == Batch(function="under-test", done=0, returned=2)
    assert dead_letters([function]) == {_QUEUE: 2}


def test_the_event_is_what_lambda_makes_of_received_messages() -> None:
    _send("1")

    _drain(_function("answering", partial_batches=True))

    (record,) = handlers.events[0]["Records"]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(f":{_QUEUE}")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["body"] == "1"


def test_what_is_put_off_stays_for_a_later_look() -> None:
    function = _function("failing_on_bad", partial_batches=True)
    url = clients.sqs().get_queue_url(QueueName=_QUEUE)["QueueUrl"]
    clients.sqs().send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    _send("now")

    assert Pump([function]).work() == 1
    assert Pump([function]).work() == 0
    assert handlers.handled == ["now"]
