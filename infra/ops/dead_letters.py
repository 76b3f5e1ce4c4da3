"""Messages that failed for good: which there are, and sending them back once the cause is mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime import clients, settings

_AT_ONCE = 10
#: Long enough to send a batch back; a message that isn't deleted by then shows again.
_HIDDEN_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """A queue of dead letters, what it is for, and how many lie there."""

    queue: str
    source: str
    waiting: int


def waiting() -> Iterator[DeadLetters]:
    """Yield every queue with a redrive policy, with how many messages lie in its dead letters."""
    sqs = clients.sqs()
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=f"ddh-{settings.stage()}-"):
        for url in page.get("QueueUrls", []):
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            if "RedrivePolicy" in attributes:
                queue = json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].rpartition(":")[2]
                yield DeadLetters(queue=queue, source=url.rpartition("/")[2], waiting=_count(queue))


def letters(queue: str) -> list[dict[str, Any]]:
    """Return up to ten messages as they lie there: id, how often they were taken, and the body, ids alone."""
    received = clients.sqs().receive_message(
        QueueUrl=_url(queue),
        MaxNumberOfMessages=_AT_ONCE,
        VisibilityTimeout=0,
        MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
    )
    return received.get("Messages", [])  # type: ignore[no-any-return]  # botocore has no types


def redrive(queue: str) -> int:
    """Send every message back to where it failed; return how many. A crash in between may send one twice: harmless.

    Raises:
        LookupError: nothing leaves its dead letters there.
    """
    sqs = clients.sqs()
    source = next((each.source for each in waiting() if each.queue == queue), None)
    if source is None:
        raise LookupError(f"{queue} holds no queue's dead letters")
    sent = 0
    while messages := sqs.receive_message(
        QueueUrl=_url(queue), MaxNumberOfMessages=_AT_ONCE, VisibilityTimeout=_HIDDEN_SECONDS
    ).get("Messages"):
        for message in messages:
            sqs.send_message(QueueUrl=_url(source), MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=_url(queue), ReceiptHandle=message["ReceiptHandle"])
            sent += 1
    return sent


def _count(queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = clients.sqs().get_queue_attributes(QueueUrl=_url(queue), AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def _url(queue: str) -> str:
    url: str = clients.sqs().get_queue_url(QueueName=queue)["QueueUrl"]
    return url
