"""Reads a Danish CSV export strictly and as a stream: encoding and delimiter by evidence, never by hope.

A quote that is never closed would swallow the rest of a file without a word, and UTF-8 read as cp1252 is silent
mojibake; both are refused by name. Standard library only: no AWS, no environment.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from chalicelib.kpi.files.limits import MOST_COLUMNS, MOST_ROWS
from chalicelib.kpi.files.sheets import FileRefused, NumberedRow, Sheet

LARGEST_LINE = 64 * 1024  # characters
LARGEST_CELL = 4_000  # characters

_CHUNK = 1024 * 1024
_HEAD_LINES = 60
_DELIMITERS = (";", ",", "\t")
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
# æ ø å Æ Ø Å in UTF-8: no Danish text has these pairs in cp1252 ("Ã¦").
_UTF8_LETTERS = (b"\xc3\xa6", b"\xc3\xb8", b"\xc3\xa5", b"\xc3\x86", b"\xc3\x98", b"\xc3\x85")


def read(file: BinaryIO, *, known_headings: Callable[[Sequence[str]], int]) -> Sheet:
    """Return the file's one sheet. Reading its rows may still refuse the file.

    `known_headings` counts the headings in a row that the kind knows: the delimiter is the one that finds most.

    Raises:
        FileRefused: the encoding is unknown or mixed, or there are NUL bytes.
    """
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        head = [line for line in (text.readline(LARGEST_LINE) for _ in range(_HEAD_LINES)) if line]
    finally:
        text.detach()
    return Sheet(name=None, rows=_rows(file, encoding, _delimiter(head, known_headings)), positional=True)


def encoding_of(file: BinaryIO) -> str:
    """Return the name of the codec that the bytes are written in: utf-8-sig or cp1252.

    Raises:
        FileRefused: they are neither, or both, or no text at all.
    """
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileRefused("Filen er gemt som Unicode-tekst (UTF-16). Gem den som CSV UTF-8, og læg den op igen.")
    file.seek(0)
    utf8, cp1252, letters, last = codecs.getincrementaldecoder("utf-8")(), True, False, b""
    valid_utf8 = True
    while chunk := file.read(_CHUNK):
        if b"\0" in chunk:
            raise FileRefused("Filen er ikke en tekstfil (der er NUL-tegn i den).")
        if valid_utf8:
            try:
                utf8.decode(chunk)
            except UnicodeDecodeError:
                valid_utf8 = False
        cp1252 = cp1252 and len(chunk.translate(None, _NOT_IN_CP1252)) == len(chunk)
        letters = letters or any(pair in last + chunk for pair in _UTF8_LETTERS)
        last = chunk[-1:]
    if valid_utf8:
        try:
            utf8.decode(b"", final=True)
        except UnicodeDecodeError:
            valid_utf8 = False
    if valid_utf8:
        return "utf-8-sig"
    if start.startswith(codecs.BOM_UTF8) or letters:
        raise FileRefused("Filen blander tegnsæt (UTF-8 og Windows-1252), så æ, ø og å ikke kan læses sikkert.")
    if not cp1252:
        raise FileRefused("Filens tegnsæt er hverken UTF-8 eller Windows-1252.")
    return "cp1252"


def _delimiter(head: Sequence[str], known_headings: Callable[[Sequence[str]], int]) -> str:
    def most_known(delimiter: str) -> int:
        return max((known_headings(cells) for cells in csv.reader(head, delimiter=delimiter)), default=0)

    return max(_DELIMITERS, key=most_known)  # the first of equals


def _rows(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[NumberedRow]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    read = 0
    try:
        while True:
            number = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            read += 1
            if read > MOST_ROWS:
                raise FileRefused(f"Filen har flere end {MOST_ROWS} linjer. Del den op.")
            if len(cells) > MOST_COLUMNS:
                raise FileRefused(f"Linje {number} har flere end {MOST_COLUMNS} felter.")
            if cells and max(map(len, cells)) > LARGEST_CELL:
                raise FileRefused(f"Linje {number} har et felt på mere end {LARGEST_CELL} tegn.")
            yield number, cells
    except csv.Error as error:
        raise FileRefused(
            f"Citationstegnene i linje {number} passer ikke sammen: et citationstegn mangler eller er ét for meget. "
            "Resten af filen kan derfor ikke læses sikkert."
        ) from error
    finally:
        text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LARGEST_LINE + 1):
        number += 1
        if len(line) > LARGEST_LINE:
            raise FileRefused(f"Linje {number} har mere end {LARGEST_LINE} tegn. Er det en CSV-fil?")
        yield line
