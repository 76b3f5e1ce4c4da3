"""A drop: one version of one file in the bucket, how it was told of, and what became of it.

Pure values and rules: no AWS, no environment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from chalicelib.common.errors import AppError
from chalicelib.common.instants import instant_text
from chalicelib.kpi.cells import Order

_ROOT = "drops"
_LONGEST_KEY_IN_A_REPORTS_NAME = 900  # bytes; S3 takes 1024


class NoNotice(AppError):
    """Raised when a message is no S3 event about a version of an object. Its dead letter shows what came instead."""

    code = "no_notice"

    def __init__(self) -> None:
        super().__init__("Beskeden er ikke en S3-hændelse om en version af en fil. Er versionering slået til?")


class Status(StrEnum):
    """What became of a drop. Everything but `RECEIVED` is final."""

    RECEIVED = "received"
    INGESTED = "ingested"
    NO_CHANGE = "no_change"
    SUPERSEDED = "superseded"
    REFUSED = "refused"
    UNHANDLED = "unhandled"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What S3 tells of a created object. `sequencer` orders the versions of one key and says nothing across keys."""

    key: str
    version_id: str
    sequencer: str
    size: int
    event_at: datetime

    @property
    def drop_id(self) -> str:
        """The drop's natural key: the same for every delivery of the event."""
        return hashlib.sha256(f"{self.key}\0{self.version_id}".encode()).hexdigest()[:16]


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


def is_older(notice: Notice, arrival: int, *, than: Versioned) -> bool:
    """Whether a version of a key is older than one that is registered: by S3's sequencer, else by event and arrival.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html: compare
    sequencers of one key as hexadecimal text after padding the shorter one with zeros on the left.
    """
    width = max(len(notice.sequencer), len(than.sequencer))
    own = (notice.sequencer.lower().rjust(width, "0"), instant_text(notice.event_at), arrival)
    return own < (than.sequencer.lower().rjust(width, "0"), than.event_at, than.order.arrival)


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned:
    """The latest registered version of a key. `version` counts the changes of this record."""

    drop_id: str
    sequencer: str
    event_at: str
    order: Order
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A registered drop. `superseded_by` is the later version of its key that was registered before it."""

    drop_id: str
    key: str
    version_id: str
    size: int
    order: Order
    arrived_at: datetime
    status: Status
    superseded_by: str | None = None
    reason: str = ""
    count_by_name: Mapping[str, int] | None = None
    mail_id: str | None = None

    @property
    def place(self) -> Place:
        return place_of(self.key)

    @property
    def report_key(self) -> str:
        """The report's key without its extension: next to the file, but where no rule listens."""
        inside = self.key.partition("/")[2]
        if not self.place.is_plain or len(self.key.encode()) > _LONGEST_KEY_IN_A_REPORTS_NAME:
            inside = "andre"
        return f"reports/{inside}/{self.drop_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file lies: `drops/<kind>/<file name>`. It is not plain when it lies elsewhere or plays tricks."""

    kind: str
    file_name: str
    is_plain: bool

    @property
    def extension(self) -> str:
        """The extension in lower case, without the dot; empty when there is none."""
        return self.file_name.rpartition(".")[2].lower() if "." in self.file_name else ""


def place_of(key: str) -> Place:
    """Return where the key says that its file lies."""
    root, _, rest = key.partition("/")
    kind, _, file_name = rest.partition("/")
    plain = (
        root == _ROOT
        and key.isprintable()
        and "/" not in file_name
        and "\\" not in file_name
        and kind not in ("", ".", "..")
        and file_name not in ("", ".", "..")
    )
    return Place(kind=kind, file_name=file_name, is_plain=plain)


def is_folder(key: str) -> bool:
    """Whether the key is the empty object that some programs put to show a folder."""
    return key.endswith("/")


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
