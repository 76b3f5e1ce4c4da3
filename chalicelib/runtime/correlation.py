"""What the work at hand goes back to: a drop, a request or a schedule. Every log line that it causes says so.

It travels in messages and in recorded mails, so that a mail's log lines lead back to the file that caused it. An id
alone: never anything about a person.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation_id", default="")


def current() -> str:
    """Return the id; empty outside any entry point."""
    return _current.get()


@contextmanager
def following(correlation_id: str) -> Iterator[None]:
    """Let the work inside go back to this; an empty id changes nothing."""
    token = _current.set(correlation_id or _current.get())
    try:
        yield
    finally:
        _current.reset(token)


class Correlated(logging.Filter):
    """Puts the id on each log record. It lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        if correlation_id := current():
            record.correlation_id = correlation_id
        return True
