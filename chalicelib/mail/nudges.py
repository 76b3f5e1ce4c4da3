"""Telling the senders at once that mails wait. Best effort: what a nudge misses, the sweeper finds."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.runtime import queues, settings


def nudge(mail_ids: Iterable[str]) -> None:
    """Put the ids, and nothing else, into the outbox queue, after the cause is committed. Failures are logged only."""
    queues.nudge(settings.outbox_queue_url(), ({"mail_id": mail_id} for mail_id in mail_ids))
