"""Reads one monthly sheet: which period it is of, what each of its rows is, and whether its totals rows add up.

Pure: what it needs to know of today and of the members is given to it. No AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.common.danish import counted, month_name
from chalicelib.common.months import Month, Quarter
from chalicelib.kpi.files.sheets import Cell, Sheet, is_blank, shown
from chalicelib.kpi.findings import Difference, Role, RowCounts, SheetFindings
from chalicelib.kpi.monthly.row import Form, Row, RowFault, read_row, read_stated
from chalicelib.kpi.monthly.sums import Sum
from chalicelib.kpi.tables.periods import Naming, check_row_month, namings
from chalicelib.kpi.tables.table_rows import (
    Table,
    UnreadSheet,
    count_rows,
    filled_cells,
    is_blank_row,
    misfit,
    open_table,
    says_total,
)

_WHOLE_SHEET = "I alt"
_HIDDEN = "Ikke læst: Arket er skjult. Vis det i Excel, hvis dets tal skal med; ellers slet det."


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the reading needs to know beside the file: its form and name, a month's members, whether a month is over."""

    form: Form
    file_name: str
    members_in: Callable[[Month], frozenset[str]]
    is_over: Callable[[Month], bool]


@dataclass(slots=True, kw_only=True)
class MonthlySheet:
    """A sheet as read. `rows` are its rows of figures with their row number; in a quarter sheet they are sums."""

    name: str | None
    role: Role = Role.FIGURES
    quarter: Quarter | None = None
    counts: RowCounts = field(default_factory=RowCounts)
    ignored_columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    rows: list[tuple[int, Row]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def findings(self) -> SheetFindings:
        return SheetFindings(
            name=self.name,
            role=self.role,
            rows=self.counts,
            ignored_columns=self.ignored_columns,
            note=" ".join(self.notes),
        )


def read_sheet(sheet: Sheet, circumstances: Circumstances) -> MonthlySheet:
    """Return the sheet as read; one that can't be is there too, with the reason.

    Raises:
        FileRefused: two places disagree about the period, or the file turns out to be unreadable.
    """
    if sheet.unread_because is not None:
        return MonthlySheet(name=sheet.name, role=Role.SKIPPED, notes=[f"Ikke læst: {sheet.unread_because}."])
    if sheet.hidden:
        return _hidden(sheet)
    try:
        table = open_table(sheet, circumstances.form.columns)
    except UnreadSheet as unread:
        return MonthlySheet(
            name=sheet.name,
            role=Role.REFUSED if unread.filled_rows else Role.SKIPPED,
            counts=RowCounts(unread=unread.filled_rows, blank=unread.blank_rows),
            notes=[f"Ikke læst: {unread.message}"],
        )
    named = namings(sheet_name=sheet.name, above=table.above, file_name=circumstances.file_name)
    return _SheetReader(sheet, table, named, circumstances).read()


def _hidden(sheet: Sheet) -> MonthlySheet:
    filled, blank = count_rows(sheet.rows)
    return MonthlySheet(
        name=sheet.name,
        role=Role.HIDDEN if filled else Role.SKIPPED,
        counts=RowCounts(unread=filled, blank=blank),
        notes=[_HIDDEN] if filled else ["Ikke læst: Arket er skjult og tomt."],
    )


class _SheetReader:
    def __init__(self, sheet: Sheet, table: Table, named: Sequence[Naming], circumstances: Circumstances) -> None:
        self._sheet = sheet
        self._table = table
        self._index_by_field = table.header.index_by_field
        self._named = named
        self._circumstances = circumstances
        self._form = circumstances.form
        self._period = named[0].period if named else None
        self._months_checked: set[Month] = set()
        self._totals: list[tuple[int, Sequence[Cell]]] = []
        self._perhaps_notes: list[tuple[int, Sequence[Cell]]] = []
        self._read = MonthlySheet(name=sheet.name, ignored_columns=table.header.ignored)

    def read(self) -> MonthlySheet:
        counts = self._read.counts
        for _, cells in self._table.above:
            if is_blank_row(cells):
                counts.blank += 1
            else:
                counts.texts += 1
        counts.headers = 1
        if isinstance(self._period, Quarter) and "month" not in self._index_by_field:
            self._read.role, self._read.quarter = Role.QUARTER, self._period
        for number, cells in self._table.rows:
            self._take(number, cells)
        counts.texts += len(self._perhaps_notes)
        for number, cells in self._totals:
            self._read.differences.extend(self._reconcile(number, cells))
        return self._read

    def _take(self, number: int, cells: Sequence[Cell]) -> None:
        counts = self._read.counts
        if is_blank_row(cells):
            counts.blank += 1
        elif self._is_totals(cells):
            self._take_perhaps_notes()
            counts.totals += 1
            self._totals.append((number, cells))
        elif self._totals and filled_cells(cells) == 1:
            self._perhaps_notes.append((number, cells))  # a note under the totals, unless the table goes on below it
        elif list(cells) == list(self._table.header_cells):
            counts.headers += 1  # the header again, at the top of a printed page
        else:
            self._take_perhaps_notes()
            self._take_figures(number, cells)

    def _take_perhaps_notes(self) -> None:
        """Take the short rows that turn out to stand in the middle of the table as what they are: rows cut short."""
        for number, cells in self._perhaps_notes:
            self._take_figures(number, cells)
        self._perhaps_notes.clear()

    def _take_figures(self, number: int, cells: Sequence[Cell]) -> None:
        counts = self._read.counts
        if self._read.quarter is not None:
            counts.quarter += 1
            self._read.rows.append((number, self._row(cells, month=self._read.quarter.months[0])))
        else:
            counts.figures += 1
            row = self._row(cells, month=self._period if isinstance(self._period, Month) else None)
            self._read.rows.append((number, self._in_context(number, cells, row)))

    def _row(self, cells: Sequence[Cell], *, month: Month | None) -> Row:
        reason = misfit(cells, self._table.header) if self._sheet.positional else None
        if reason is not None:
            return Row(
                month=month,
                owner="",
                owner_code=None,
                key=None,
                figures=None,
                faults=(RowFault("", "", reason),),
            )
        return read_row(self._form, cells, self._index_by_field, sheet_month=month)

    def _in_context(self, number: int, cells: Sequence[Cell], row: Row) -> Row:
        """Add the faults that a row has only against the rest: the other namings, today, the members."""
        month, code = row.month, row.owner_code
        if month is None:
            return row
        if month not in self._months_checked:
            check_row_month(month, number, self._named)
            self._months_checked.add(month)
        if not self._circumstances.is_over(month):
            written = self._cell(cells, "month")
            fault = RowFault("month", month_name(month) if is_blank(written) else written, "er ikke slut endnu")
        elif self._form.only_members and code is not None and code not in self._circumstances.members_in(month):
            fault = RowFault(self._form.owner, row.owner, "deltager ikke i kontaktcentret i måneden")
        else:
            return row
        return replace(row, faults=(*row.faults, fault))

    def _cell(self, cells: Sequence[Cell], field: str) -> Cell:
        index = self._index_by_field.get(field, len(cells))
        return cells[index] if index < len(cells) else ""

    def _is_totals(self, cells: Sequence[Cell]) -> bool:
        first = next(cell for cell in cells if not is_blank(cell))
        return says_total(first) or any(says_total(self._cell(cells, field)) for field in (self._form.key, "month"))

    def _reconcile(self, number: int, cells: Sequence[Cell]) -> Iterator[Difference]:
        """Yield where a totals row differs from the rows that it sums up: all, an owner's or a month's."""
        told = read_row(self._form, cells, self._index_by_field, sheet_month=None)
        code = None if says_total(self._cell(cells, self._form.owner)) else told.owner_code
        month = None if is_blank(self._cell(cells, "month")) else told.month
        summed, unreadable = [], 0
        for _, row in self._read.rows:
            if (code is None or row.owner_code == code) and (month is None or row.month == month):
                if row.figures is None:
                    unreadable += 1
                else:
                    summed.append(row.figures)
        whom = _WHOLE_SHEET if code is None else f"{self._form.owner_name_by_code.get(code, told.owner)} i alt"
        aside = f" (uden {counted(unreadable, 'række', 'rækker')}, der ikke kan læses)" if unreadable else ""
        stated = read_stated(self._form, cells, self._index_by_field)
        for mismatch in Sum(self._form, summed).mismatches(stated):
            yield self._difference(number, whom, mismatch.field, mismatch.stated, mismatch.counted + aside)
        for fault in stated.faults:
            yield self._difference(number, whom, fault.field, shown(fault.cell), f"kan ikke læses: {fault.reason}")

    def _difference(self, number: int, whom: str, field: str, stated: str, counted: str) -> Difference:
        return Difference(
            sheet=self._sheet.name,
            row=number,
            whom=whom,
            column=self._form.columns.label_by_field[field],
            stated=stated,
            counted=counted,
        )
