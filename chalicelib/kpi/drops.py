"""A drop: one version of one file in the bucket, how it was told of, and what became of it.

Pure values and rules: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.common.instants import instant_text
from chalicelib.common.notices import Notice, comparable
from chalicelib.kpi.cells import Order

_ROOT = "drops"
_LONGEST_KEY_IN_A_REPORTS_NAME = 900  # bytes; S3 takes 1024


class Status(StrEnum):
    """What became of a drop. Everything but `RECEIVED` is final."""

    RECEIVED = "received"
    INGESTED = "ingested"
    NO_CHANGE = "no_change"
    SUPERSEDED = "superseded"
    REFUSED = "refused"
    UNHANDLED = "unhandled"
    MISSING = "missing"


def is_older(notice: Notice, arrival: int, *, than: Versioned) -> bool:
    """Whether a version of a key is older than one that is registered: by S3's sequencer, else by event and arrival.

    A file that is read again (infra/ops) comes without a sequencer, which then decides nothing.
    """
    own, other = ("", "")
    if notice.sequencer and than.sequencer:
        own, other = comparable(notice.sequencer, than.sequencer)
    return (own, instant_text(notice.event_at), arrival) < (other, than.event_at, than.order.arrival)


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
