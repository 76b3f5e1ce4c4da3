"""A queue's dead letters as they lie there: taken without missing any, and told by their ids alone.

SQS asks a sample of its servers unless one waits for the answer, and answers with fewer than there are; so one asks
again until nothing comes and nothing is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime import clients

_AT_ONCE = 10
#: Long enough to send a batch on; a message that isn't deleted by then shows again.
_HIDDEN_SECONDS = 60
#: Any wait makes SQS ask all its servers (Amazon SQS Developer Guide, "Short and long polling").
_WAIT_SECONDS = 1
#: Counts lag behind by up to a minute; so often one asks for what is counted and doesn't come.
_TRIES = 5
#: What our own messages are about (chalicelib/runtime/queues.py).
_OUR_IDS = ("mail_id", "event_id", "run", "municipality_code", "from_month", "correlation_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message: how often it was taken from there, its body, and what AWS wrote beside it."""

    message_id: str
    taken: int
    body: str
    beside: Mapping[str, str]
    receipt: str

    @property
    def content(self) -> Any:
        """The body's JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def told(self) -> str:
        """Return what the message is about: ids by kind, never an address, a file's name or another's content."""
        beside = [f"{name} {self.beside[name]}" for name in ("ERROR_CODE", "RequestID") if name in self.beside]
        return ", ".join([*_ids(self.content), *beside]) or "no id of ours"


def taken(queue: str) -> Iterator[list[Letter]]:
    """Yield every message once, some at a time. They are hidden for a minute: delete each, or put it back."""
    seen: set[str] = set()
    tries = 0
    while tries < _TRIES:
        found = [letter for letter in _received(queue) if letter.message_id not in seen]
        seen.update(letter.message_id for letter in found)
        if found:
            yield found
        if not found and not visible(queue):
            return
        tries = 0 if found else tries + 1


def delete(queue: str, letter: Letter) -> None:
    clients.sqs().delete_message(QueueUrl=url(queue), ReceiptHandle=letter.receipt)


def put_back(queue: str, letter: Letter) -> None:
    """Let others see the message at once."""
    clients.sqs().change_message_visibility(QueueUrl=url(queue), ReceiptHandle=letter.receipt, VisibilityTimeout=0)


def visible(queue: str) -> int:
    """Return how many may be taken now, about."""
    return _counted(queue, "ApproximateNumberOfMessages")


def count(queue: str) -> int:
    """Return how many lie there, hidden ones too, about."""
    return visible(queue) + _counted(queue, "ApproximateNumberOfMessagesNotVisible")


def url(queue: str) -> str:
    """Raises: botocore's ClientError: there is no such queue."""
    found: str = clients.sqs().get_queue_url(QueueName=queue)["QueueUrl"]
    return found


def _received(queue: str) -> list[Letter]:
    received = clients.sqs().receive_message(
        QueueUrl=url(queue),
        MaxNumberOfMessages=_AT_ONCE,
        VisibilityTimeout=_HIDDEN_SECONDS,
        WaitTimeSeconds=_WAIT_SECONDS,
        MessageSystemAttributeNames=["ApproximateReceiveCount"],
        MessageAttributeNames=["All"],
    )
    return [
        Letter(
            message_id=each["MessageId"],
            taken=int(each["Attributes"]["ApproximateReceiveCount"]),
            body=each["Body"],
            beside={name: said.get("StringValue", "") for name, said in each.get("MessageAttributes", {}).items()},
            receipt=each["ReceiptHandle"],
        )
        for each in received.get("Messages", ())
    ]


def _counted(queue: str, name: str) -> int:
    attributes = clients.sqs().get_queue_attributes(QueueUrl=url(queue), AttributeNames=[name])["Attributes"]
    return int(attributes[name])


def _ids(content: Any) -> list[str]:
    match content:
        case {"source": "aws.ses", "detail": {"mail": {"tags": dict(tags)}}}:
            return [
                _kind(content),
                *(f"{name} {' '.join(tags[name])}" for name in ("mail_id", "attempt") if name in tags),
            ]
        case {"detail": {"object": {"key": str(key), "version-id": str(version)}}}:
            folders = key.split("/")[:-1]
            return [
                _kind(content),
                f"in {'/'.join(folders[:2] if folders[:1] == ['drops'] else folders[:1])}/",
                version,
            ]
        case {"source": "aws.scheduler", "resources": [str(schedule), *_]}:
            return [f"schedule {schedule.rpartition('/')[2]}"]
        case {**named}:
            return [f"{name} {named[name]}" for name in _OUR_IDS if name in named]
    return []


def _kind(event: Mapping[str, Any]) -> str:
    return str(event.get("detail-type", "Object Created"))
