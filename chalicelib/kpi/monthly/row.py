"""One row of a monthly sheet: what its cells say by field, and all that is wrong with it by itself.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import NamedTuple, TypeVar

from chalicelib.common.months import Month
from chalicelib.kpi.files.sheets import Cell, is_blank, shown
from chalicelib.kpi.findings import Values
from chalicelib.kpi.tables import danish_values
from chalicelib.kpi.tables.columns import Columns
from chalicelib.kpi.tables.danish_values import BadValue
from chalicelib.kpi.tables.months_named import month_of


class RowFault(NamedTuple):
    """A field that makes its row impossible, the cell as it stands, and the reason, a Danish predicate."""

    field: str
    cell: Cell
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a row says, as far as it can be read: a part that can't is None. It is good when there are no faults.

    `owner` is whose month it is, as it is written. `figures` are in the order of the form's fields.
    """

    month: Month | None
    owner: str
    owner_code: str | None
    key: str | None
    figures: Values | None
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A field that is a mean: the count that weighs it, and how it is read."""

    weight: str
    parse: Callable[[Cell], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a kind's rows read. `owner` and `key` are fields, the same one where an owner has one row a month.

    `fields` name the figures in their order, the one that tells how much there was first; those that are no means
    add up. `figures` reads them, and adds to the row what is wrong; what can't be true at once is a fault too.

    Owners without a name here are called as they are written. `only_members`: whether owners are municipalities that
    must take part in the contact centre in the month.
    """

    columns: Columns
    owner: str
    owner_code: Callable[[Cell], str]
    key: str
    key_of: Callable[[Cell], str]
    fields: tuple[str, ...]
    mean_by_field: Mapping[str, Mean]
    figures: Callable[[RowReader], Values | None]
    only_members: bool
    owner_name_by_code: Mapping[str, str] = field(default_factory=dict)

    @property
    def count_fields(self) -> tuple[str, ...]:
        """The figures that add up."""
        return tuple(field for field in self.fields if field not in self.mean_by_field)


def read_row(form: Form, cells: Sequence[Cell], index_by_field: Mapping[str, int], *, sheet_month: Month | None) -> Row:
    """Return what the row says and all that is wrong with it by itself. `sheet_month` stands in for its own month."""
    row = RowReader(cells, index_by_field)
    month = row.read("month", month_of)
    if month is None and not row.faults:
        month = sheet_month
        if month is None:
            row.faults.append(RowFault("month", "", "mangler: hverken rækken, arket eller filens navn siger den"))
    code = row.require(form.owner, form.owner_code)
    key = code if form.key == form.owner else row.require(form.key, form.key_of)
    figures = form.figures(row)
    return Row(
        month=month,
        owner=intern(shown(row.cell(form.owner))),  # some tens of texts in 100,000 rows
        owner_code=code,
        key=key,
        figures=figures,
        faults=tuple(row.faults),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRow:
    """What a totals row states: a value by field, readings of its percentage, and the cells that can't be read."""

    value_by_field: Mapping[str, int]
    percentage: tuple[danish_values.Percentage, ...] = ()
    faults: tuple[RowFault, ...] = ()


def read_stated(form: Form, cells: Sequence[Cell], index_by_field: Mapping[str, int]) -> StatedRow:
    """Return what a totals row states; a count may be any size."""
    row = RowReader(cells, index_by_field)
    parser_by_field = dict.fromkeys(form.count_fields, danish_values.whole_number) | {
        name: mean.parse for name, mean in form.mean_by_field.items()
    }
    values = {field: row.read(field, parse) for field, parse in parser_by_field.items()}
    return StatedRow(
        value_by_field={field: value for field, value in values.items() if value is not None},
        percentage=row.read("percentage", danish_values.percentages) or (),
        faults=tuple(row.faults),
    )


T = TypeVar("T")


class RowReader:
    """Reads the cells of one row by field and gathers the faults."""

    __slots__ = ("_cells", "_index_by_field", "faults")

    def __init__(self, cells: Sequence[Cell], index_by_field: Mapping[str, int]) -> None:
        self._cells = cells
        self._index_by_field = index_by_field
        self.faults: list[RowFault] = []

    def cell(self, field: str) -> Cell:
        """Return the field's cell; blank when the row has none."""
        index = self._index_by_field.get(field, len(self._cells))
        return self._cells[index] if index < len(self._cells) else ""

    def read(self, field: str, parse: Callable[[Cell], T]) -> T | None:
        """Return the field's value; None when the cell is blank or, with a fault, can't be read."""
        cell = self.cell(field)
        if is_blank(cell):
            return None
        try:
            return parse(cell)
        except BadValue as bad:
            self.faults.append(RowFault(field, cell, bad.reason))
            return None

    def require(self, field: str, parse: Callable[[Cell], T]) -> T | None:
        """Return the field's value; None, with a fault, when the cell is blank or can't be read."""
        if is_blank(self.cell(field)):
            self.faults.append(RowFault(field, "", "mangler"))
            return None
        return self.read(field, parse)
