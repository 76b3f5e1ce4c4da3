"""Builds the files that the tests drop: CSV text and workbooks, as the contact centre exports them."""

from __future__ import annotations

import io
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl

from chalicelib.common.months import Month
from chalicelib.common.municipalities import MUNICIPALITIES
from chalicelib.kpi.agents.agent_row import FORM
from chalicelib.kpi.files import csv_reader, xlsx_reader
from chalicelib.kpi.files.sheets import Cell, Sheet
from chalicelib.kpi.findings import Findings
from chalicelib.kpi.monthly import file
from chalicelib.kpi.monthly.row import Form

HEADINGS = (
    "Kommune",
    "Agent",
    "Besvarede opkald",
    "Straksafklarede",
    "Straksafklaring %",
    "Omstillet koldt",
    "Omstillet varmt",
    "Gns. samtaletid",
    "Tilfredshed (1-9)",
    "Antal tilfredshedssvar",
)
FEW_HEADINGS = ("Kommune", "Agent", "Besvarede opkald", "Straksafklarede")
TODAY = date(2025, 2, 5)
EVERYBODY = frozenset(municipality.code for municipality in MUNICIPALITIES)


def csv_text(*rows: Sequence[object], headings: Sequence[str] = FEW_HEADINGS) -> str:
    """Return a Danish CSV: `;` and CRLF."""
    return "".join(";".join(str(cell) for cell in row) + "\r\n" for row in (headings, *rows))


def csv_bytes(*rows: Sequence[object], headings: Sequence[str] = FEW_HEADINGS) -> bytes:
    return csv_text(*rows, headings=headings).encode("utf-8-sig")


def workbook(rows_by_sheet: Mapping[str, Iterable[Sequence[Any]]], *, hidden: Container[str] = ()) -> bytes:
    """Return a workbook with these sheets, cell for cell; those named in `hidden` are so."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in rows_by_sheet.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def read_csv(content: bytes, *, file_name: str = "2025-01.csv", **circumstances: Any) -> Findings:
    form = circumstances.get("form", FORM)
    sheet = csv_reader.read(io.BytesIO(content), known_headings=form.columns.known_in)
    return read([sheet], file_name=file_name, **circumstances)


def read_workbook(content: bytes, *, file_name: str = "tal.xlsx", **circumstances: Any) -> Findings:
    return read(xlsx_reader.read(io.BytesIO(content)), file_name=file_name, **circumstances)


def read(
    sheets: Iterable[Sheet],
    *,
    file_name: str,
    members: frozenset[str] = EVERYBODY,
    today: date = TODAY,
    form: Form = FORM,
) -> Findings:
    def members_in(_: Month) -> frozenset[str]:
        return members

    return file.read(form, sheets, file_name=file_name, members_in=members_in, today=today)


def sheet(*rows: Sequence[Cell], name: str | None = "Januar 2025") -> Sheet:
    """Return a sheet as a reader yields it."""
    return Sheet(name=name, rows=enumerate(rows, start=1))


def faults_of(findings: Findings) -> list[tuple[int, str, str]]:
    """Return row, column and reason of each fault."""
    return [(fault.row, fault.column, fault.reason) for fault in findings.faults]


def check_account(findings: Findings) -> None:
    """Assert that every row of the file is in exactly one place."""
    counted = sum(sheet.rows.figures for sheet in findings.sheets)
    rejected = {(fault.sheet, fault.row) for fault in findings.faults}
    accepted = {(line.sheet, line.row) for line in findings.lines}
    repeated = {(repeat.sheet, repeat.row) for repeat in findings.repeats}
    assert len(accepted) == len(findings.lines)
    assert not (rejected & accepted)
    assert not (rejected & repeated)
    assert not (accepted & repeated)
    assert counted == len(rejected) + len(accepted) + len(repeated)
