"""Reads the sheets of a workbook with python-calamine, behind the gate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from chalicelib.kpi.files import xlsx_gate
from chalicelib.kpi.files.limits import MOST_ROWS
from chalicelib.kpi.files.sheets import FileRefused, Sheet

_UNREADABLE = "Regnearket kan ikke læses. Gem det igen fra Excel, og læg det op på ny."


def read(file: BinaryIO) -> Iterator[Sheet]:
    """Yield the sheets in the workbook's order, one at a time: read a sheet's rows before asking for the next.

    Raises:
        FileRefused: the gate refuses the file, or the parser can't read it.
    """
    checked = xlsx_gate.checked_copy(file)
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook  # only who has an XLSX

    left = MOST_ROWS  # in the whole workbook: two names for one sheet are read twice
    try:
        workbook = load_workbook(checked)
        for about in workbook.sheets_metadata:
            if about.typ is not SheetTypeEnum.WorkSheet:
                yield Sheet(name=about.name, rows=(), unread_because="det er ikke et regneark, men fx et diagram")
            else:
                sheet = workbook.get_sheet_by_name(about.name)
                left -= sheet.total_height + 1  # it is the number of the last row, from 0
                if left < 0:
                    raise FileRefused(f"Filen har flere end {MOST_ROWS} rækker. Del den op.")
                hidden = about.visible is not SheetVisibleEnum.Visible
                yield Sheet(name=about.name, rows=enumerate(sheet.iter_rows(), start=1), hidden=hidden)
                del sheet  # its cells go before the next sheet's come
    except CalamineError as error:
        raise FileRefused(_UNREADABLE) from error
    except BaseException as panic:
        # A panic of the parser is no Exception, so uncaught it would take the whole batch of messages down with it.
        if type(panic).__name__ != "PanicException":
            raise
        raise FileRefused(_UNREADABLE) from panic
