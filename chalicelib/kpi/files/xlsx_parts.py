"""Walks the XML parts of a workbook and measures what a parser would make of them: extent, cells, texts.

expat walks; it builds nothing. Counting is on the careful side: a cell counts wherever it stands and whatever its
namespace prefix, as lenient parsers take it so. Standard library only: no AWS, no environment.
"""

from __future__ import annotations

from xml.parsers import expat

from chalicelib.kpi.files.limits import DAMAGED_WORKBOOK, MOST_COLUMNS, MOST_ROWS
from chalicelib.kpi.files.sheets import FileRefused

MOST_CELLS = 2_000_000  # of a sheet's rectangle; a parser may allocate all of it
MOST_SHEETS = 60
LARGEST_CELL = 32_767  # characters; Excel's own limit
MOST_TEXT = 64 * 1024 * 1024  # characters of all cells of a workbook, each shared string counted at every use

_TOO_FAR = f"Et ark rækker længere end {MOST_ROWS} rækker, {MOST_COLUMNS} kolonner eller {MOST_CELLS} celler."
_TOO_MUCH_TEXT = f"En celle har mere end {LARGEST_CELL} tegn, eller der er for megen tekst i filen."


class PartWalker:
    """Walks one part after the other, `xl/sharedStrings.xml` before the sheets that refer to it."""

    def __init__(self) -> None:
        self._sheets = 0
        self._text = 0
        self._shared_lengths: list[int] = []
        self._columns: dict[str, int] = {}  # number by letters, of the columns seen

    def begin(self, name: str) -> None:
        """Start on the part of this name (in lower case)."""
        self._name = name
        self._row = self._column = self._last_row = self._last_column = 0
        self._row_text = "0"
        self._kind = ""  # of the cell we are in: "s" refers to a shared string
        self._pieces: list[str] = []
        self._length = 0
        # The encoding is ours to say: a parser of UTF-8 must not see other text than we do.
        self._expat = parser = expat.ParserCreate("UTF-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._on_element
        parser.EndElementHandler = self._on_end if name.endswith("sharedstrings.xml") else None
        parser.StartDoctypeDeclHandler = self._on_doctype

    def walk(self, chunk: bytes) -> None:
        """Walk the next bytes of the part.

        Raises:
            FileRefused: it is not XML, declares a document type, or passes a bound.
        """
        try:
            self._expat.Parse(chunk, False)
        except expat.ExpatError as error:
            raise FileRefused(DAMAGED_WORKBOOK) from error

    def end(self) -> None:
        """Finish the part.

        Raises:
            FileRefused: as `walk`.
        """
        try:
            self._expat.Parse(b"", True)
        except expat.ExpatError as error:
            raise FileRefused(DAMAGED_WORKBOOK) from error
        if self._kind:
            self._leave_cell()

    def _on_doctype(self, *_: object) -> None:
        raise FileRefused("Filen indeholder en dokumenttype-erklæring (DOCTYPE); det har ingen regneark brug for.")

    def _on_element(self, name: str, attributes: dict[str, str]) -> None:
        local = name if ":" not in name else name.rpartition(":")[2]
        if local == "c":
            self._on_cell(attributes)
        elif local == "row":
            self._on_row(attributes.get("r"))
        elif local == "si":
            self._listen("si")
        elif local == "sheet":
            self._sheets += 1
            if self._sheets > MOST_SHEETS:
                raise FileRefused(f"Filen har flere end {MOST_SHEETS} ark.")
        elif local == "sst" and self._name != "xl/sharedstrings.xml":
            raise FileRefused(DAMAGED_WORKBOOK)

    def _on_end(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._shared_lengths.append(self._length)
            self._expat.CharacterDataHandler = None

    def _on_row(self, reference: str | None) -> None:
        self._begin_row(self._row + 1 if reference is None else _number(reference))
        self._column = 0

    def _begin_row(self, row: int) -> None:
        self._row, self._row_text = row, str(row)

    def _on_cell(self, attributes: dict[str, str]) -> None:
        if self._kind:
            self._leave_cell()
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        elif reference.endswith(self._row_text) and (letters := reference[: -len(self._row_text)]) in self._columns:
            self._column = self._columns[letters]  # nearly every cell: a known column in the row we are in
        else:
            letters = reference.rstrip("0123456789")
            self._begin_row(_number(reference[len(letters) :]))
            self._column = self._columns[letters] = _column(letters)
        if self._row > self._last_row or self._column > self._last_column:
            self._last_row = max(self._row, self._last_row)
            self._last_column = max(self._column, self._last_column)
            self._check_extent()
        kind = attributes.get("t")
        if kind is not None and kind != "n":
            self._listen(kind)

    def _check_extent(self) -> None:
        cells = self._last_row * self._last_column
        if self._last_row > MOST_ROWS or self._last_column > MOST_COLUMNS or cells > MOST_CELLS:
            raise FileRefused(_TOO_FAR)

    def _listen(self, kind: str) -> None:
        self._kind, self._length = kind, 0
        self._pieces.clear()
        self._expat.CharacterDataHandler = self._on_text

    def _on_text(self, text: str) -> None:
        self._length += len(text)
        if self._length > LARGEST_CELL:
            raise FileRefused(_TOO_MUCH_TEXT)
        if self._kind == "s":
            self._pieces.append(text)

    def _leave_cell(self) -> None:
        """Count the text of the cell before this one, which is over when the next begins."""
        self._expat.CharacterDataHandler = None
        length = self._length
        if self._kind == "s":
            index = "".join(self._pieces).strip()
            known = index.isascii() and index.isdigit() and int(index) < len(self._shared_lengths)
            if index and not known:
                raise FileRefused(DAMAGED_WORKBOOK)
            length = self._shared_lengths[int(index)] if index else 0
        self._kind = ""
        self._text += length
        if self._text > MOST_TEXT:
            raise FileRefused(_TOO_MUCH_TEXT)


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9 and int(digits) > 0):
        raise FileRefused(DAMAGED_WORKBOOK)
    return int(digits)


def _column(letters: str) -> int:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise FileRefused(DAMAGED_WORKBOOK)
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number
