"""Telling the callers at once that events wait. Best effort: what a nudge misses, the sweeper finds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.runtime import clients, settings
from chalicelib.runtime.entrypoints import logger

_MOST_IN_A_BATCH = 10


def nudge(event_ids: Iterable[str], *, after_seconds: int = 0) -> None:
    """Put the ids, and nothing else, into the queue, after the cause is committed. Failures are logged only."""
    waiting = iter(event_ids)
    while batch := list(islice(waiting, _MOST_IN_A_BATCH)):
        entries = [
            {
                "Id": str(position),
                "MessageBody": json.dumps({"version": 1, "event_id": event_id}),
                "DelaySeconds": after_seconds,
            }
            for position, event_id in enumerate(batch)
        ]
        try:
            response = clients.sqs().send_message_batch(QueueUrl=settings.webhooks_queue_url(), Entries=entries)
        except (BotoCoreError, ClientError) as error:
            logger().warning("webhook nudge failed", extra={"events": len(batch), "code": type(error).__name__})
            continue
        if failed := response.get("Failed"):
            logger().warning("webhook nudge failed", extra={"events": len(failed)})
