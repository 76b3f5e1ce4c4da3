"""Instants as text, one way everywhere: UTC with microseconds, so that the order of the texts is the order of time."""

from __future__ import annotations

from datetime import UTC, datetime


def instant_text(instant: datetime) -> str:
    """Write an instant as `2025-02-05T06:00:00.000000+00:00`.

    Raises:
        ValueError: it has no time zone, so nobody knows which instant it is.
    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a zone: {instant}")
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def instant_from(text: str) -> datetime:
    """Read what `instant_text` wrote."""
    return datetime.fromisoformat(text)
