"""Telling the callers at once that events wait. Best effort: what a nudge misses, the sweeper finds."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.runtime import queues, settings


def nudge(event_ids: Iterable[str], *, after_seconds: int = 0) -> None:
    """Put the ids, and nothing else, into the queue, after the cause is committed. Failures are logged only."""
    messages = ({"event_id": event_id} for event_id in event_ids)
    queues.nudge(settings.webhooks_queue_url(), messages, after_seconds=after_seconds)
