"""The one way to put messages on a queue: by the ten, each with its version and what it goes back to.

A message holds ids only: what it is about is read when it is taken, for it may come late, twice or out of order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.common.errors import TryLater
from chalicelib.runtime import clients, correlation
from chalicelib.runtime.entrypoints import logger

_VERSION = 1
#: Amazon SQS Developer Guide, "Amazon SQS message quotas".
_MOST_IN_A_BATCH = 10

Message = Mapping[str, Any]


def send(queue_url: str, messages: Iterable[Message]) -> None:
    """Put messages on a queue that nothing else fills again.

    Raises:
        TryLater: the queue didn't take them all; sending all of them again is for the caller to make harmless.
    """
    for batch in _batches(messages):
        if _put(queue_url, batch, after_seconds=0):
            raise TryLater("Ikke alt blev sat i gang. Prøv igen om lidt.")


def nudge(queue_url: str, messages: Iterable[Message], *, after_seconds: int = 0) -> None:
    """Put messages on a queue after what they are about is stored. What fails is logged only: a sweeper finds it."""
    for batch in _batches(messages):
        try:
            failed, code = _put(queue_url, batch, after_seconds=after_seconds), "not_taken"
        except (BotoCoreError, ClientError) as error:
            failed, code = len(batch), type(error).__name__
        if failed:
            queue = queue_url.rpartition("/")[2]
            logger().warning("nudge failed", extra={"queue": queue, "messages": failed, "code": code})


def _batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    waiting = iter(messages)
    while batch := list(islice(waiting, _MOST_IN_A_BATCH)):
        yield batch


def _put(queue_url: str, batch: list[Message], *, after_seconds: int) -> int:
    """Return how many of at most ten messages the queue didn't take."""
    cause = {"correlation_id": correlation.current()} if correlation.current() else {}
    entries = [
        {
            "Id": str(position),
            "MessageBody": json.dumps({"version": _VERSION, **message, **cause}),
            "DelaySeconds": after_seconds,
        }
        for position, message in enumerate(batch)
    ]
    answer: dict[str, Any] = clients.sqs().send_message_batch(QueueUrl=queue_url, Entries=entries)
    return len(answer.get("Failed", ()))
