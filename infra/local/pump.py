"""The queue pump: takes messages from the emulated queues to their functions, as Lambda's event source mapping does.

With ReportBatchItemFailures only the messages that the function names return to the queue; without it what it
answers is ignored, and only an error returns the messages, all of them. A message that keeps failing goes to its
dead letters by the queue's own redrive policy.

Source: AWS Lambda Developer Guide, "Implementing partial batch responses" (what counts as a complete failure).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime import clients
from infra.local.functions import Consumer, Function
from infra.local.resources import ACCOUNT_ID, REGION

Message = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came of one call: for whoever shows progress."""

    function: str
    done: int
    returned: int


class Pump:
    """Pumps the queues of functions.

    A failed message is visible again after `retry_after_seconds`, not after the queue's long visibility timeout.
    """

    def __init__(self, functions: Iterable[Function], *, retry_after_seconds: int = 1) -> None:
        self._functions = [(function, function.consumer) for function in functions if function.consumer]
        self._retry_after_seconds = retry_after_seconds

    def drain(
        self, *, tell: Callable[[Batch], object] = lambda _: None, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """Pump until every queue is empty and nothing waits to be tried again."""
        while True:
            worked = self.work(tell=tell)
            if not worked and not any(_waiting(consumer.queue) for _, consumer in self._functions):
                return
            if not worked:
                wait(0.1)

    def work(self, *, tell: Callable[[Batch], object] = lambda _: None) -> int:
        """Pump what can be taken just now, and what comes of it; return how many batches. What is put off stays."""
        worked = 0
        while batches := self._pump_each():
            for batch in batches:
                tell(batch)
            worked += len(batches)
        return worked

    def _pump_each(self) -> list[Batch]:
        batches = []
        for function, consumer in self._functions:
            while messages := _receive(consumer):
                batches.append(self._call(function, consumer, messages))
        return batches

    def _call(self, function: Function, consumer: Consumer, messages: Sequence[Message]) -> Batch:
        try:
            answer = function.call(sqs_event(consumer.queue, messages))
        except Exception:  # noqa: BLE001  # Lambda too takes every error as "try them all again"; the handler logged it
            failed = {message["MessageId"] for message in messages}
        else:
            failed = _failed(answer, messages) if consumer.partial_batches else set()
        sqs, url = clients.sqs(), _url(consumer.queue)
        for message in messages:
            handle = message["ReceiptHandle"]
            if message["MessageId"] in failed:
                sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=self._retry_after_seconds
                )
            else:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        return Batch(function=function.name, done=len(messages) - len(failed), returned=len(failed))


def sqs_event(queue: str, messages: Iterable[Message]) -> dict[str, Any]:
    """Return the event that Lambda makes of received messages. Source: AWS Lambda Developer Guide, "Using SQS"."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{queue}",
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }


def dead_letters(functions: Iterable[Function]) -> dict[str, int]:
    """Return how many messages lie in the dead letters of each function's queue that has some."""
    counts = {each.consumer.queue: _waiting(f"{each.consumer.queue}-dead") for each in functions if each.consumer}
    return {queue: count for queue, count in counts.items() if count}


def _failed(answer: Any, messages: Sequence[Message]) -> set[str]:
    """Return the ids of the messages that return: those named, or all when the answer can't be read so."""
    everything = {message["MessageId"] for message in messages}
    match answer:
        case None:
            return set()
        case {"batchItemFailures": None}:
            return set()
        case {"batchItemFailures": list(named)}:
            ids = {str(each.get("itemIdentifier")) if isinstance(each, dict) else "" for each in named}
            return ids if ids <= everything else everything
        case dict() if not answer:
            return set()
    return everything


def _receive(consumer: Consumer) -> list[Message]:
    answer = clients.sqs().receive_message(
        QueueUrl=_url(consumer.queue),
        MaxNumberOfMessages=min(consumer.batch_size, 10),
        MessageSystemAttributeNames=["All"],
    )
    messages: list[Message] = answer.get("Messages", [])
    return messages


def _waiting(queue: str) -> int:
    """Return how many messages the queue holds, hidden ones and delayed ones too."""
    names = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    attributes = clients.sqs().get_queue_attributes(QueueUrl=_url(queue), AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def _url(queue: str) -> str:
    # The emulator's queue addresses are regular; asking for each would double the calls.
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/{queue}"
