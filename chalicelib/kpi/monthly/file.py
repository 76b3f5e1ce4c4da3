"""Reads a monthly file: sheets with a row per month and key, totals rows, and perhaps a quarter sheet.

Pure: what it needs to know of today and of the members is given to it. No AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from chalicelib.common.danish import listed, month_name
from chalicelib.common.months import Month, Quarter
from chalicelib.kpi.files.sheets import Sheet, shown
from chalicelib.kpi.findings import Difference, Fault, Findings, Line, RejectedWhom, Repeat, Role, Values
from chalicelib.kpi.monthly.row import Form, Row, StatedRow
from chalicelib.kpi.monthly.sheet import Circumstances, MonthlySheet, read_sheet
from chalicelib.kpi.monthly.sums import Sum
from chalicelib.kpi.tables import repeats

_REPEATED = "står flere gange i måneden, og rækkerne er ikke ens"


def read(
    form: Form, sheets: Iterable[Sheet], *, file_name: str, members_in: Callable[[Month], frozenset[str]], today: date
) -> Findings:
    """Return what the file holds. `members_in` gives the codes of a month's members; `today` is the business date.

    Raises:
        FileRefused: the file can't be read as a whole, or two places in it disagree about the period.
    """
    circumstances = Circumstances(
        form=form, file_name=file_name, members_in=members_in, is_over=lambda month: month.last_day < today
    )
    read_sheets = [read_sheet(sheet, circumstances) for sheet in sheets]
    months = [sheet for sheet in read_sheets if sheet.role is Role.FIGURES]
    faults = list(_faults(form, months))
    rejected = [
        RejectedWhom(month=row.month, owner_code=row.owner_code, key=row.key)
        for sheet in months
        for _, row in sheet.rows
        if row.faults
    ]
    taken = repeats.sort(
        _lines(months),
        rejected=((whom.month, whom.key) for whom in rejected if whom.month is not None and whom.key is not None),
    )
    for line, other in taken.contradicting:
        faults.append(_contradiction(form, line, other))
        rejected.append(RejectedWhom(month=line.month, owner_code=line.owner_code, key=line.key))
    for sheet in read_sheets:
        if sheet.quarter is not None:
            _reconcile_quarter(form, sheet, sheet.quarter, months, taken.kept)
    return Findings(
        sheets=tuple(sheet.findings() for sheet in read_sheets),
        lines=taken.kept,
        faults=faults,
        repeats=[
            Repeat(
                sheet=line.sheet, row=line.row, key=_called(form, line), first_sheet=first.sheet, first_row=first.row
            )
            for line, first in taken.repeats
        ],
        rejected=rejected,
        differences=[difference for sheet in read_sheets for difference in sheet.differences],
    )


def _lines(sheets: Iterable[MonthlySheet]) -> Iterator[Line]:
    for sheet in sheets:
        for number, row in sheet.rows:
            if not row.faults:
                assert row.month is not None
                assert row.owner_code is not None
                assert row.key is not None
                assert row.figures is not None
                yield Line(
                    sheet=sheet.name,
                    row=number,
                    month=row.month,
                    owner=row.owner,
                    owner_code=row.owner_code,
                    key=row.key,
                    values=row.figures,
                )


def _faults(form: Form, sheets: Iterable[MonthlySheet]) -> Iterator[Fault]:
    for sheet in sheets:
        for number, row in sheet.rows:
            for fault in row.faults:
                yield Fault(
                    sheet=sheet.name,
                    row=number,
                    column=form.columns.label_by_field.get(fault.field, ""),
                    value=shown(fault.cell),
                    reason=fault.reason,
                )


def _contradiction(form: Form, line: Line, other: Line) -> Fault:
    where = "" if other is line else f" (også {_place(other)})"
    return Fault(
        sheet=line.sheet,
        row=line.row,
        column=form.columns.label_by_field[form.key],
        value=f"{shown(_called(form, line))}{where}",
        reason=_REPEATED,
    )


def _place(line: Line) -> str:
    return f"række {line.row}" if line.sheet is None else f"arket {line.sheet}, række {line.row}"


def _reconcile_quarter(
    form: Form, sheet: MonthlySheet, quarter: Quarter, months: Iterable[MonthlySheet], lines: Iterable[Line]
) -> None:
    """Hold the quarter sheet's row of each key against what is accepted of its three months in the same file."""
    rows_by_key: dict[tuple[str, str], list[Values]] = {}
    for line in lines:
        if line.month in quarter.months:
            rows_by_key.setdefault((line.owner_code, line.key), []).append(line.values)
    seen = {row.month for month_sheet in months for _, row in month_sheet.rows}
    missing = [month for month in quarter.months if month not in seen]
    if missing:
        sheet.notes.append(
            f"Kan ikke kontrolleres: {listed([month_name(month) for month in missing])} er ikke i filen."
        )
        return
    stated_keys = set()
    for number, row in sheet.rows:
        sheet.differences.extend(_unreadable(form, sheet, number, row))
        if row.owner_code is not None and row.key is not None:
            stated_keys.add((row.owner_code, row.key))
            if row.figures is not None:
                total = Sum(form, rows_by_key.get((row.owner_code, row.key), ()))
                for mismatch in total.mismatches(_stated(form, row.figures)):
                    sheet.differences.append(_difference(form, sheet, number, _whom(form, row), *mismatch))
    for owner_code, key in sorted(rows_by_key.keys() - stated_keys):
        if any(figures[0] for figures in rows_by_key[owner_code, key]):
            told = (form.key, "står ikke i kvartalet", "står i månederne")
            sheet.differences.append(_difference(form, sheet, 0, key, *told))


def _stated(form: Form, figures: Values) -> StatedRow:
    stated = zip(form.fields, figures, strict=True)
    return StatedRow(value_by_field={field: value for field, value in stated if value is not None})


def _called(form: Form, line: Line) -> str:
    """Return what the line's key is called: where the owner is the key, as it is written."""
    return line.owner if form.key == form.owner else line.key


def _whom(form: Form, row: Row) -> str:
    return row.owner if form.key == form.owner else row.key or ""


def _unreadable(form: Form, sheet: MonthlySheet, number: int, row: Row) -> Iterator[Difference]:
    for fault in row.faults:
        yield _difference(form, sheet, number, _whom(form, row), fault.field, shown(fault.cell), fault.reason)


def _difference(
    form: Form, sheet: MonthlySheet, number: int, whom: str, field: str, stated: str, counted: str
) -> Difference:
    return Difference(
        sheet=sheet.name,
        row=number,
        whom=whom,
        column=form.columns.label_by_field.get(field, ""),
        stated=stated,
        counted=counted,
    )
