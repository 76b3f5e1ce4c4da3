"""Finds a kind's columns by their headings, wherever the header row stands and in whatever order the columns are.

Pure: no AWS, no environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.common.danish import listed
from chalicelib.kpi.files.sheets import Cell, SheetRefused, is_blank, shown

_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")
_FEWEST_FOR_A_HEADER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that a kind knows. `label` is its usual heading, for reports; `aliases` are other ways to write it."""

    field: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where a sheet's columns are: index (from 0) by field, the number of cells, the headings that nobody knows."""

    index_by_field: Mapping[str, int]
    width: int
    ignored: tuple[str, ...]


class Columns:
    """All columns of a kind, by the spellings of their headings."""

    def __init__(self, *columns: Column) -> None:
        self.all = columns
        self.label_by_field = {column.field: column.label for column in columns}
        self._field_by_spelling = {
            _spelling(heading): column.field for column in columns for heading in (column.label, *column.aliases)
        }

    def known_in(self, cells: Sequence[Cell]) -> int:
        """Return how many different fields a row's cells name."""
        return len({field for field in map(self._field, cells) if field is not None})

    def looks_like_header(self, cells: Sequence[Cell]) -> bool:
        """Whether the row names at least two columns; a title or a row of figures does not."""
        return self.known_in(cells) >= _FEWEST_FOR_A_HEADER

    def header(self, cells: Sequence[Cell]) -> Header:
        """Return what the header row says.

        Raises:
            SheetRefused: a heading stands twice, or a required one is missing.
        """
        index_by_field: dict[str, int] = {}
        ignored: list[str] = []
        for index, cell in enumerate(cells):
            field = self._field(cell)
            if field is None:
                if not is_blank(cell):
                    ignored.append(shown(cell))
            elif field in index_by_field:
                raise SheetRefused(f"Kolonnen “{self.label_by_field[field]}” findes to gange.")
            else:
                index_by_field[field] = index
        missing = [column.label for column in self.all if column.required and column.field not in index_by_field]
        if missing:
            raise SheetRefused(f"Der mangler {listed([f'kolonnen “{label}”' for label in missing])}.")
        return Header(index_by_field=index_by_field, width=_width(cells), ignored=tuple(ignored))

    def _field(self, cell: Cell) -> str | None:
        return self._field_by_spelling.get(_spelling(cell)) if isinstance(cell, str) else None


def _width(cells: Sequence[Cell]) -> int:
    """Return the number of cells up to the last heading."""
    return max((index for index, cell in enumerate(cells, start=1) if not is_blank(cell)), default=0)


def _spelling(heading: str) -> str:
    """Return the heading without case, brackets, punctuation and double spaces; "%" and "procent" are one."""
    bare = _IN_BRACKETS.sub(" ", heading.casefold()).replace("%", " pct ").replace("procent", " pct ")
    return " ".join(re.sub(r"[^\w]+|_", " ", bare).split())
