"""What S3 tells of an object that was created, through EventBridge, and which version of a key is later. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.common.errors import AppError


class NoNotice(AppError):
    """Raised when a message is no S3 event about a version of an object. Its dead letter shows what came instead."""

    code = "no_notice"

    def __init__(self) -> None:
        super().__init__("Beskeden er ikke en S3-hændelse om en version af en fil. Er versionering slået til?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What S3 tells of a created object. `sequencer` orders the versions of one key and says nothing across keys."""

    key: str
    version_id: str
    sequencer: str
    size: int
    event_at: datetime

    @property
    def natural_key(self) -> str:
        """The version's natural key: the same for every delivery of the event."""
        return natural_key(self.key, self.version_id)


def natural_key(key: str, version_id: str) -> str:
    """Return what tells one version of one object from every other."""
    return hashlib.sha256(f"{key}\0{version_id}".encode()).hexdigest()[:16]


def notice_from(event: Any) -> Notice:
    """Return the notice in an EventBridge event of S3. Its keys, unlike those of S3 notifications, are not URL-encoded.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html

    Raises:
        NoNotice: the event has another shape.
    """
    try:
        told = event["detail"]["object"]
        return Notice(
            key=_text(told["key"]),
            version_id=_text(told["version-id"]),
            sequencer=str(told.get("sequencer", "")),
            size=int(told.get("size", 0)),
            event_at=_instant(event["time"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NoNotice from error


def comparable(*sequencers: str) -> tuple[str, ...]:
    """Return sequencers of one key as texts that sort as S3 made its versions.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html: compare
    sequencers of one key as hexadecimal text after padding the shorter one with zeros on the left.
    """
    width = max(map(len, sequencers))
    return tuple(each.lower().rjust(width, "0") for each in sequencers)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value


def _instant(value: object) -> datetime:
    """Read the event's time: ISO text from EventBridge, seconds from the emulator."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant.astimezone(UTC)
