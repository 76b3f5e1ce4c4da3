"""What a reader of files yields: sheets of numbered rows of cells, the same for CSV and XLSX.

Pure: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from chalicelib.common.errors import Refused

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
#: A row's number as the person sees it (Excel's row, the CSV file's line, from 1) and its cells.
NumberedRow: TypeAlias = tuple[int, Sequence[Cell]]

_SHOWN_AT_MOST = 120
_BLANK_MARKS = frozenset(("", "-", "–", "—"))


class FileRefused(Refused):
    """Raised when a file can't be read as a whole. The message is Danish, for the report; it quotes no figure."""

    code = "file_refused"


class SheetRefused(Refused):
    """Raised when one sheet can't be read while the others of its file may. The message is Danish, for the report."""

    code = "sheet_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet. `rows` may be read once only. `positional`: every row must have the header's number of cells (CSV).

    `name` is None where the format has no sheets. `unread_because` is a Danish reason why `rows` is left empty.
    A `hidden` sheet's rows are counted, not read: nobody who looks at the file sees them.
    """

    name: str | None
    rows: Iterable[NumberedRow]
    positional: bool = False
    unread_because: str | None = None
    hidden: bool = False


def is_blank(cell: Cell) -> bool:
    """Whether the cell says nothing: empty, white space, or the dash that some exports write for "none"."""
    return isinstance(cell, str) and (not cell or cell.strip() in _BLANK_MARKS)


def shown(cell: Cell) -> str:
    """Return the cell as the person sees it, one line, cut after 120 characters; control characters as `\\x07`."""
    text = cell if isinstance(cell, str) else _written(cell)
    cut = text if len(text) <= _SHOWN_AT_MOST else text[: _SHOWN_AT_MOST - 1] + "…"
    return "".join(mark if mark.isprintable() else f"\\x{ord(mark):02x}" for mark in cut)


def _written(cell: int | float | bool | date | datetime | time | timedelta) -> str:
    if isinstance(cell, bool):
        return "SAND" if cell else "FALSK"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else str(Decimal(repr(cell))).replace(".", ",")
    if isinstance(cell, datetime):
        return f"{cell:%d-%m-%Y %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    return str(cell)
