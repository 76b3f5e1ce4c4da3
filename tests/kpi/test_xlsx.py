"""Workbooks: what the gate refuses before the parser can be hurt, and what the reader yields."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from chalicelib.kpi.files import xlsx_gate, xlsx_reader
from chalicelib.kpi.files.sheets import FileRefused
from tests.kpi import bombs
from tests.kpi.files import workbook

MOST_SECONDS = 5.0
MOST_MEGABYTES = 256

#: Reads a file as ingest-drop does and tells: seconds, peak of its own memory in MB, verdict. It may take 20 s of CPU.
READS = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from chalicelib.kpi.files import xlsx_reader
from chalicelib.kpi.files.sheets import FileRefused
verdict = "read"
began = time.process_time()
with open(sys.argv[1], "rb") as file:
    try:
        for sheet in xlsx_reader.read(file):
            for row in sheet.rows:
                pass
    except FileRefused:
        verdict = "refused"
seconds = time.process_time() - began
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
print(seconds, peak, verdict)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
@pytest.mark.parametrize("bomb", bombs.BOMBS)
def test_bomb_corpus(bomb: str, tmp_path: Path) -> None:
    seconds, megabytes, verdict = read_alone(bombs.BOMBS[bomb](), tmp_path)

    assert verdict == "refused"
    assert seconds < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES


def test_elements_nested_a_million_deep_hurt_nobody(tmp_path: Path) -> None:
    seconds, megabytes, _ = read_alone(bombs.deep_nesting(), tmp_path)

    assert seconds < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES


def read_alone(content: bytes, folder: Path) -> tuple[float, int, str]:
    """Read the file in a process of its own; return its seconds, the peak of its memory in MB, and the verdict."""
    file = folder / "file.xlsx"
    file.write_bytes(content)
    told = subprocess.run(
        [sys.executable, "-c", READS, str(file)], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    return float(told[0]), int(told[1]), told[2]


def test_what_the_parser_gets_is_a_copy_of_only_the_workbooks_own_parts() -> None:
    content = bombs.package(others={"xl/media/a.png": b"x", "docProps/core.xml": "<x/>", "customXml/a.xml": "<x/>"})

    copy = xlsx_gate.checked_copy(io.BytesIO(content))

    with zipfile.ZipFile(copy) as checked:
        assert sorted(checked.namelist()) == [
            "[Content_Types].xml",
            "_rels/.rels",
            "xl/_rels/workbook.xml.rels",
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
        ]


def test_cells_come_typed_with_the_row_number_that_excel_shows() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Januar 2025"
    for row, value in (
        (3, "Furesø"),
        (4, 1000),
        (5, 0.664),
        (6, time(0, 4, 21)),
        (7, timedelta(hours=30)),
        (8, date(2025, 1, 1)),
        (9, True),
        (11, "1.000"),
    ):
        sheet.cell(row=row, column=2, value=value)
    file = io.BytesIO()
    book.save(file)

    (read,) = [(sheet.name, list(sheet.rows)) for sheet in xlsx_reader.read(file)]

    assert read[0] == "Januar 2025"
    values = {number: cells[0] for number, cells in read[1]}
    assert values == {
        1: "",
        2: "",
        3: "Furesø",
        4: 1000.0,
        5: 0.664,
        6: time(0, 4, 21),
        7: timedelta(hours=30),
        8: date(2025, 1, 1),
        9: True,
        10: "",
        11: "1.000",
    }
    assert not isinstance(values[8], datetime)


def test_an_error_or_a_formula_without_a_value_is_a_blank_cell() -> None:
    content = bombs.cells(
        '<row r="1"><c r="A1" t="e"><v>#DIV/0!</v></c><c r="B1"><f>1/0</f><v/></c><c r="C1"><v>1</v></c></row>'
    )

    (sheet,) = [list(sheet.rows) for sheet in xlsx_reader.read(io.BytesIO(content))]

    assert sheet == [(1, ["", "", 1.0])]


def test_a_hidden_sheet_comes_with_its_rows_and_a_diagram_without_any() -> None:
    book = openpyxl.Workbook()
    for name, state in (("Kladde", "hidden"), ("Gemt", "veryHidden")):
        hidden = book.create_sheet(name)
        hidden.sheet_state = state
        hidden.append(["tal"])
    book.create_chartsheet("Diagram")
    file = io.BytesIO()
    book.save(file)

    read = [(sheet.name, sheet.hidden, list(sheet.rows), sheet.unread_because) for sheet in xlsx_reader.read(file)]

    assert read[1:] == [
        ("Kladde", True, [(1, ["tal"])], None),
        ("Gemt", True, [(1, ["tal"])], None),
        ("Diagram", False, [], "det er ikke et regneark, men fx et diagram"),
    ]


def test_the_sheets_of_a_workbook_together_hold_no_more_rows_than_a_file_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_reader, "MOST_ROWS", 3)
    content = workbook({"A": [["1"], ["2"]], "B": [["1"]]}, hidden=("B",))
    too_long = workbook({"A": [["1"], ["2"]], "B": [["1"], ["2"]]}, hidden=("B",))

    assert [sheet.name for sheet in xlsx_reader.read(io.BytesIO(content))] == ["A", "B"]
    with pytest.raises(FileRefused, match="flere end 3 rækker"):
        list(xlsx_reader.read(io.BytesIO(too_long)))


def test_shared_strings_are_read_as_text() -> None:
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>Furesø</t></si><si><r><t>190</t></r><r><t>-001</t></r></si></sst>"
    )
    sheet = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    content = bombs.package(
        bombs.SHEET_HEAD + sheet + bombs.SHEET_TAIL, others={"xl/sharedStrings.xml": strings.encode()}
    )

    (rows,) = [list(sheet.rows) for sheet in xlsx_reader.read(io.BytesIO(content))]

    assert rows == [(1, ["Furesø", "190-001"])]


def test_a_shared_string_that_does_not_exist_refuses_the_file() -> None:
    content = bombs.cells('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')

    with pytest.raises(FileRefused, match="beskadiget"):
        list(xlsx_reader.read(io.BytesIO(content)))


def test_a_workbook_of_every_sheet_a_year_may_have_is_read() -> None:
    content = workbook({f"Ark {number}": [["a", 1]] for number in range(20)})

    assert [len(list(sheet.rows)) for sheet in xlsx_reader.read(io.BytesIO(content))] == [1] * 20


def test_a_panic_of_the_parser_refuses_the_file_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    panic_exception = type("PanicException", (BaseException,), {})  # as pyo3 makes it

    def panics(_: object) -> None:
        raise panic_exception("index out of bounds")

    monkeypatch.setattr("python_calamine.load_workbook", panics)

    with pytest.raises(FileRefused, match="kan ikke læses"):
        list(xlsx_reader.read(io.BytesIO(bombs.package())))
