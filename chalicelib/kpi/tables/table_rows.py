"""A sheet as a table: the title rows above the header, the header, and the rows below, each with what it is.

Pure: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from chalicelib.kpi.files.sheets import Cell, NumberedRow, Sheet, SheetRefused, is_blank
from chalicelib.kpi.tables.columns import Columns, Header

HEADER_WITHIN_ROWS = 50
_TOTALS = frozenset(("i alt", "ialt", "total", "totalt", "sum", "hovedtotal"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A sheet whose header was found. `above` are the rows over it; `rows`, those under it, may be read once only."""

    above: tuple[NumberedRow, ...]
    header: Header
    header_cells: Sequence[Cell]
    rows: Iterator[NumberedRow]


def open_table(sheet: Sheet, columns: Columns) -> Table:
    """Return the sheet as a table; the header is the row among the first 50 that names the most columns.

    Raises:
        SheetRefused: no row names columns, or those that it names won't do. `rows_seen` of it are counted.
    """
    rows = iter(sheet.rows)
    head: list[NumberedRow] = []
    at, most = -1, 0
    for row in rows:
        known = columns.known_in(row[1])
        if known > most:
            at, most = len(head), known
        head.append(row)
        if len(head) == HEADER_WITHIN_ROWS:
            break
    if at < 0 or not columns.looks_like_header(head[at][1]):
        raise UnreadSheet(_no_header(head), rows=chain(head, rows))
    try:
        header = columns.header(head[at][1])
    except SheetRefused as refusal:
        raise UnreadSheet(refusal.message, rows=chain(head, rows)) from refusal
    return Table(above=tuple(head[:at]), header=header, header_cells=head[at][1], rows=chain(head[at + 1 :], rows))


class UnreadSheet(SheetRefused):
    """Raised when a sheet is no table that the kind knows; `filled_rows` and `blank_rows` tell what stays unread."""

    def __init__(self, message: str, *, rows: Iterator[NumberedRow]) -> None:
        super().__init__(message)
        self.filled_rows, self.blank_rows = count_rows(rows)


def count_rows(rows: Iterable[NumberedRow]) -> tuple[int, int]:
    """Return how many rows say something and how many are blank."""
    filled = blank = 0
    for _, cells in rows:
        if is_blank_row(cells):
            blank += 1
        else:
            filled += 1
    return filled, blank


def is_blank_row(cells: Sequence[Cell]) -> bool:
    """Whether nothing stands in the row."""
    return all(map(is_blank, cells))


def filled_cells(cells: Sequence[Cell]) -> int:
    """Return how many cells say something."""
    return sum(not is_blank(cell) for cell in cells)


def says_total(cell: Cell) -> bool:
    """Whether the cell is the name of a totals row: "I alt"."""
    return isinstance(cell, str) and " ".join(cell.casefold().split()).rstrip(":.") in _TOTALS


def misfit(cells: Sequence[Cell], header: Header) -> str | None:
    """Return why the cells of a positional row (CSV) can't be told apart by the header; None when they can."""
    if len(cells) < header.width:
        return "rækken har færre felter end overskriften"
    if filled_cells(cells[header.width :]):
        return "rækken har flere felter end overskriften"
    if any("\n" in cell or "\r" in cell for cell in cells if isinstance(cell, str)):
        return "et felt rækker over flere linjer; mangler der et citationstegn?"
    return None


def _no_header(head: Sequence[NumberedRow]) -> str:
    if all(is_blank_row(cells) for _, cells in head):
        return "Der står ikke noget."
    return f"Der er ingen overskriftsrække blandt de første {HEADER_WITHIN_ROWS} rækker."
