"""CSV is read strictly, as a stream, with its encoding and delimiter by evidence."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kpi.agents.agent_row import COLUMNS
from chalicelib.kpi.files import csv_reader, limits
from chalicelib.kpi.files.sheets import FileRefused, NumberedRow

HEADER = "Kommune;Agent;Besvarede opkald;Straksafklarede"


def rows(content: bytes) -> list[NumberedRow]:
    return [
        (number, list(cells))
        for number, cells in csv_reader.read(io.BytesIO(content), known_headings=COLUMNS.known_in).rows
    ]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("ascii", "utf-8-sig")],
)
def test_the_encoding_is_found_in_the_bytes(encoding: str, expected: str) -> None:
    name = "Furesø" if encoding != "ascii" else "Egedal"
    content = f"{HEADER}\r\n{name};190-001;100;60\r\n".encode(encoding)

    assert csv_reader.encoding_of(io.BytesIO(content)) == expected
    assert rows(content)[0] == (1, HEADER.split(";"))
    assert rows(content)[1] == (2, [name, "190-001", "100", "60"])


def test_a_letter_split_between_two_chunks_is_still_one_letter() -> None:
    filler = b"x" * (1024 * 1024 - 1)

    assert csv_reader.encoding_of(io.BytesIO(filler + "ø".encode() + b"\n")) == "utf-8-sig"
    assert csv_reader.encoding_of(io.BytesIO(filler + "ø".encode("cp1252") + b"\n")) == "cp1252"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("Furesø".encode() + "Furesø".encode("cp1252"), "blander", id="both encodings"),
        pytest.param(
            b"x" * (1024 * 1024 - 1) + "ø".encode() + b"\xf8", "blander", id="both, a letter at the chunk's edge"
        ),
        pytest.param(b"\xef\xbb\xbfFures\xf8", "blander", id="UTF-8's mark, cp1252's letters"),
        pytest.param(b"Fures\x81", "hverken", id="neither"),
        pytest.param("Furesø".encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param(b"a;b\0;c", "NUL", id="NUL bytes"),
        pytest.param("ø".encode()[:1], "hverken|Windows", id="half a letter at the end"),
    ],
)
def test_a_file_whose_encoding_is_not_sure_is_refused(content: bytes, says: str) -> None:
    if content == b"\xc3":  # alone it is cp1252's Ã
        assert csv_reader.encoding_of(io.BytesIO(content)) == "cp1252"
        return
    with pytest.raises(FileRefused, match=says):
        csv_reader.encoding_of(io.BytesIO(content))


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_delimiter_is_the_one_that_makes_the_header_known(delimiter: str) -> None:
    content = "Agentstatistik, oktober; 2024\n" + HEADER.replace(";", delimiter) + "\n"

    assert rows(content.encode())[1] == (2, HEADER.split(";"))


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_rows_have_the_number_of_their_line(newline: str) -> None:
    content = newline.join([HEADER, "", "Egedal;1;2;3", ""])

    assert [(number, len(cells)) for number, cells in rows(content.encode())] == [(1, 4), (2, 0), (3, 4)]


def test_a_row_after_a_quoted_line_break_keeps_the_files_line_number() -> None:
    content = HEADER + '\n"Ege\ndal";1;2;3\nFuresø;1;2;3\n'

    assert [number for number, _ in rows(content.encode())] == [1, 2, 4]


def test_quoted_fields_may_hold_the_delimiter_and_quotes() -> None:
    assert rows(b'"a;b";"say ""hi""";c\n') == [(1, ["a;b", 'say "hi"', "c"])]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(HEADER + '\nEgedal;"1;2;3\nFuresø;2;2;3\n', 2, id="never closed"),
        pytest.param(HEADER + '\nEgedal;1;2;3\nFuresø;"2"x;2;3\n', 3, id="goes on after the closing quote"),
    ],
)
def test_quotes_that_do_not_match_refuse_the_file_by_line(content: str, line: int) -> None:
    with pytest.raises(FileRefused, match=f"Citationstegnene i linje {line} "):
        rows(content.encode())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("x" * (csv_reader.LARGEST_LINE + 1), "tegn", id="line"),
        pytest.param("x" * (csv_reader.LARGEST_CELL + 1), "felt på mere end", id="cell"),
        pytest.param(";" * limits.MOST_COLUMNS, "flere end 200 felter", id="columns"),
        pytest.param("a\n" * (limits.MOST_ROWS + 1), "linjer", id="rows"),
    ],
)
def test_a_file_past_a_bound_is_refused(content: str, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        rows(content.encode())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read = rows(content)
    except FileRefused:
        return
    assert [number for number, _ in read] == sorted({number for number, _ in read})
