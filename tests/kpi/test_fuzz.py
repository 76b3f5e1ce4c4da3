"""Any file is read or refused: no crash, and every row of it is accounted for."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from chalicelib.kpi import dropped_file
from chalicelib.kpi.agents.agent_row import COLUMNS
from chalicelib.kpi.files.sheets import FileRefused
from chalicelib.kpi.findings import Findings
from tests.kpi.files import HEADINGS, check_account, csv_bytes, read, workbook

SAMPLES = Path(__file__).parents[2] / "events" / "drops" / "agent-kpi"
#: What a cell may hold instead of what belongs there.
ODDITIES = [
    "",
    " ",
    "-",
    "0",
    "1",
    "-1",
    "1,5",
    "1.000",
    "1e3",
    "NaN",
    "inf",
    "1_000",
    "١٢",
    "100 %",
    "66,4 %",
    "4:21",
    "99:99",
    "Furesø",
    "751",
    "Aarhus Kommune",
    "I alt",
    "januar 2025",
    "2025-01-02",
    "=1+1",
    "@x",
    '"',
    "'",
    ";",
    "\t",
    "a\nb",
    "\x00",
    "\x07",
    "\u202e",
    "\ufeff",
    "𝟙",
    "x" * 5000,
    "Kommune",
    "Agent",
    "😀",
    "null",
    "-0",
    "00",
    "9" * 40,
]


def fuzzed_csv(rng: random.Random) -> tuple[bytes, str]:
    rows = [_row(rng, number) for number in range(rng.randrange(12))]
    text = csv_bytes(*rows, headings=_shuffled(rng)).decode("utf-8-sig")
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(ODDITIES) + text[at + rng.randrange(3) :]
    content = text.encode(rng.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]), "replace")
    return _damaged(rng, content), rng.choice(["2025-01.csv", "tal.csv", "2024-Q4.csv"])


def fuzzed_cells(rng: random.Random) -> tuple[bytes, str]:
    sheets = {}
    for name in rng.sample(["Januar 2025", "December 2024", "4. kvartal 2024", "Ark1"], rng.randrange(1, 4)):
        rows: list[Sequence[object]] = [[_cell(rng) for _ in range(rng.randrange(3))] for _ in range(rng.randrange(3))]
        rows += [list(_shuffled(rng))] + [_row(rng, number) for number in range(rng.randrange(12))]
        sheets[name] = [[cell for cell in row if _fits_xml(cell)] for row in rows]
    return workbook(sheets), "tal.xlsx"


def fuzzed_xml(rng: random.Random) -> tuple[bytes, str]:
    """A sample workbook with the text of one part mangled: a sound zip around what a parser may stumble on."""
    file = io.BytesIO()
    with zipfile.ZipFile(SAMPLES / "2024-Q4.xlsx") as book, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as mangled:
        chosen = rng.choice([name for name in book.namelist() if name.startswith("xl/")])
        for name in book.namelist():
            content = book.read(name)
            mangled.writestr(name, _mangled(rng, content) if name == chosen else content)
    return file.getvalue(), "2024-Q4.xlsx"


def fuzzed_bytes(rng: random.Random) -> tuple[bytes, str]:
    name = rng.choice(["2024-Q4.xlsx", "2025-01.csv"])
    return _damaged(rng, (SAMPLES / name).read_bytes(), most=8), name


FUZZERS: tuple[Callable[[random.Random], tuple[bytes, str]], ...] = (fuzzed_csv, fuzzed_cells, fuzzed_xml, fuzzed_bytes)


@pytest.mark.parametrize("fuzzer", FUZZERS)
def test_fuzzed_files_never_crash_and_their_rows_add_up(fuzzer: Callable[[random.Random], tuple[bytes, str]]) -> None:
    _fuzz(fuzzer, range(25))


@pytest.mark.campaign
@pytest.mark.parametrize("fuzzer", FUZZERS)
def test_two_thousand_fuzzed_files(fuzzer: Callable[[random.Random], tuple[bytes, str]]) -> None:
    _fuzz(fuzzer, range(1000, 1500))


def _fuzz(fuzzer: Callable[[random.Random], tuple[bytes, str]], seeds: range) -> None:
    for seed in seeds:
        content, name = fuzzer(random.Random(seed))
        with suppress(FileRefused):
            check_account(_read(content, name))


def _read(content: bytes, name: str) -> Findings:
    with io.BytesIO(content) as file:
        extension = name.rpartition(".")[2]
        return read(dropped_file.sheets(file, extension=extension, columns=COLUMNS), file_name=name)


def _shuffled(rng: random.Random) -> tuple[str, ...]:
    headings = list(HEADINGS) + rng.choice([[], ["Måned"], ["Humør"], ["Agent"]])
    if rng.random() < 0.5:
        rng.shuffle(headings)
    return tuple(headings[: rng.choice([4, 10, 11])])


def _row(rng: random.Random, number: int) -> list[object]:
    row: list[object] = ["Furesø", f"190-{number}", 100, 60, "60,0 %", 30, 10, "04:21", "6,73", 85]
    for _ in range(rng.choice([0, 0, 1, 3])):
        row[rng.randrange(len(row))] = _cell(rng)
    return row[: rng.choice([10, 10, 10, 3])]


def _cell(rng: random.Random) -> object:
    return rng.choice([*ODDITIES, 0, 1.5, -3, 1e300, 0.6, True, 10**12])


def _fits_xml(cell: object) -> bool:
    return not isinstance(cell, str) or all(mark >= " " or mark in "\t\n" for mark in cell)


def _damaged(rng: random.Random, content: bytes, *, most: int = 2) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randrange(most)):
        at = rng.randrange(len(changed) + 1)
        changed[at : at + rng.randrange(4)] = rng.randbytes(rng.randrange(4))
    return bytes(changed[: rng.randrange(len(changed) + 1)]) if rng.random() < 0.1 else bytes(changed)


def _mangled(rng: random.Random, content: bytes) -> bytes:
    text = content.decode()
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(text))
        change = rng.randrange(4)
        if change == 0:  # an attribute or a value becomes another
            start = text.find('"', at)
            end = text.find('"', start + 1)
            text = text[: start + 1] + rng.choice(["", "-1", "A0", "XFD1", "s", "9" * 20, "&#0;", "rId9"]) + text[end:]
        elif change == 1:
            text = text[:at] + text[at + rng.randrange(40) :]
        elif change == 2:
            text = text[:at] + text[at : at + 60] + text[at:]
        else:
            start = text.find(">", at) + 1
            end = text.find("<", start)
            text = text[:start] + rng.choice(["1e999", "-1e9", "NaN", "&amp;", "45292.999999999", ""]) + text[end:]
    return text.encode()
