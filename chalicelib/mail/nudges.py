"""Telling the senders at once that mails wait. Best effort: what a nudge misses, the sweeper finds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.runtime import clients, settings
from chalicelib.runtime.entrypoints import logger

_MOST_IN_A_BATCH = 10


def nudge(mail_ids: Iterable[str]) -> None:
    """Put the ids, and nothing else, into the outbox queue, after the cause is committed. Failures are logged only."""
    waiting = iter(mail_ids)
    while batch := list(islice(waiting, _MOST_IN_A_BATCH)):
        entries = [
            {"Id": str(position), "MessageBody": json.dumps({"version": 1, "mail_id": mail_id})}
            for position, mail_id in enumerate(batch)
        ]
        try:
            response = clients.sqs().send_message_batch(QueueUrl=settings.outbox_queue_url(), Entries=entries)
        except (BotoCoreError, ClientError) as error:
            logger().warning("nudge failed", extra={"mails": len(batch), "code": type(error).__name__})
            continue
        if failed := response.get("Failed"):
            logger().warning("nudge failed", extra={"mails": len(failed)})
