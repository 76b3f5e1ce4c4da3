"""The unit of storage: a *cell* is the figures of one owner in one month, which is what a correction replaces.

Whose month it is depends on the kind: a municipality's, by its code, or a partner's, by its name.

Pure values: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.kpi.findings import Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure comes from. `row` is the number that the person sees; `revision` the one that it came in."""

    drop_id: str
    key: str
    sheet: str | None
    row: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One stored row of a cell: the figures of `key` (an agent, …), in the order of the kind's fields."""

    key: str
    values: Values
    source: Source


@dataclass(frozen=True, slots=True, order=True)
class Order:
    """Which of two drops is later: by the event's instant (ISO, UTC), within it by the number of arrival."""

    event_at: str
    arrival: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Names the immutable rows of one revision of a cell: who wrote them, in how many parts, by which write."""

    revision: int
    drop_id: str
    parts: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell as it is now: its body, the digest of its figures, the order of the drop that said them last."""

    body: Body
    digest: str
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthHead:
    """The cells of a kind and month, by owner code. `version` counts the switches; 0 is "nothing stored".

    `is_erased`: its rows were erased after the retention period, and none come again.
    """

    version: int = 0
    cell_by_code: Mapping[str, Cell] = field(default_factory=dict)
    is_erased: bool = False
