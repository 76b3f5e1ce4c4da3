"""What a dropped file was found to hold, before it meets what is stored: rows, faults, repeats, differences.

Every row of the file is in exactly one of these. Pure values: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from chalicelib.common.months import Month

#: The figures of a line, in the order of its kind's `fields`; None is unknown, which is not 0.
Values: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One accepted row: the figures of `key` (an agent, …) in its owner's month, and where they stand.

    `owner` is whose month it is (a municipality, a partner), as it is written there.
    """

    sheet: str | None
    row: int
    month: Month
    owner: str
    owner_code: str
    key: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a row is rejected; it may have many. `reason` is a Danish predicate about the column and quotes no value."""

    sheet: str | None
    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A row that says again, word for word, what an earlier row says."""

    sheet: str | None
    row: int
    key: str
    first_sheet: str | None
    first_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedWhom:
    """Whose row was rejected, as far as it can be read: None is "may be any". Their earlier figures stand."""

    month: Month | None
    owner_code: str | None
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A total or a quarter that doesn't equal the rows that it sums up."""

    sheet: str | None
    row: int
    whom: str
    column: str
    stated: str
    counted: str


class Role(StrEnum):
    """What a sheet is for."""

    FIGURES = "figures"
    QUARTER = "quarter"
    SKIPPED = "skipped"  # nothing in it to read: empty, a diagram
    HIDDEN = "hidden"  # rows that nobody sees, so we don't read them
    REFUSED = "refused"  # rows that we could not make out


@dataclass(slots=True, kw_only=True)
class RowCounts:
    """How many rows of a sheet are what; `figures` are later accepted, rejected, repeated or superseded."""

    texts: int = 0
    headers: int = 0
    blank: int = 0
    totals: int = 0
    quarter: int = 0
    unread: int = 0
    figures: int = 0

    @property
    def all(self) -> int:
        return self.texts + self.headers + self.blank + self.totals + self.quarter + self.unread + self.figures


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFindings:
    """One sheet of the file. `note` is Danish: why it was not read, or what could not be checked."""

    name: str | None
    role: Role
    rows: RowCounts
    ignored_columns: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that was found in a file."""

    sheets: tuple[SheetFindings, ...]
    lines: Sequence[Line] = ()
    faults: Sequence[Fault] = ()
    repeats: Sequence[Repeat] = ()
    rejected: Sequence[RejectedWhom] = ()
    differences: Sequence[Difference] = ()

    @property
    def months(self) -> tuple[Month, ...]:
        """The months that lines were accepted for, in order."""
        return tuple(sorted({line.month for line in self.lines}))

    @property
    def unread_sheets(self) -> tuple[SheetFindings, ...]:
        """The sheets with rows that were not read: those that we could not make out, and hidden ones."""
        return tuple(sheet for sheet in self.sheets if sheet.role in (Role.REFUSED, Role.HIDDEN))
