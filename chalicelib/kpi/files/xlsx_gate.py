"""Checks a workbook before any parser sees it, and hands the parser a fresh copy of only what was checked.

Files are hostile until shown otherwise: a 4.9 KB file with one far cell makes calamine allocate 2 GB or abort the
process. Sizes are checked in the zip's directory and again while unpacking (headers lie); every part is walked by
expat, which finds each sheet's real extent and the size of its cells. As the parser gets our copy and not the file,
it can't understand the zip otherwise than we did. Standard library only: no AWS, no environment.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from chalicelib.kpi.files.limits import DAMAGED_WORKBOOK, ZIP_START
from chalicelib.kpi.files.sheets import FileRefused
from chalicelib.kpi.files.xlsx_parts import PartWalker

MOST_ENTRIES = 1_000
LARGEST_DIRECTORY = 512 * 1024  # bytes
LARGEST_UNPACKED = 100 * 1024 * 1024  # bytes
LARGEST_RATIO = 100  # unpacked to packed, once there is more than a megabyte
MOST_TAGS = 7_000_000  # 100,000 rows of ten texts have 6.2 million
_RATIO_FROM = 1024 * 1024

_CHUNK = 256 * 1024
_OLD_OR_PROTECTED = b"\xd0\xcf\x11\xe0"  # a compound file: .xls, or a workbook with a password
_SHARED_STRINGS = "xl/sharedstrings.xml"

_TOO_LARGE = f"Filen fylder mere end {LARGEST_UNPACKED // 1024**2} MB pakket ud."

_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, ValueError)


def checked_copy(file: BinaryIO) -> BinaryIO:
    """Return a new zip with the workbook's own parts, each of them walked and within bounds.

    Raises:
        FileRefused: anything is too big, encrypted, carries macros or declares entities, or isn't a workbook.
    """
    file.seek(0)
    start = file.read(4)
    if start == _OLD_OR_PROTECTED:
        raise FileRefused("Filen har adgangskode eller er i det gamle .xls-format. Gem den som .xlsx uden adgangskode.")
    if start != ZIP_START:
        raise FileRefused("Filens indhold er ikke et regneark, selv om navnet ender på .xlsx.")
    packed_bytes = _check_directory(file)
    try:
        with zipfile.ZipFile(file) as workbook:
            entries = _needed(workbook, packed_bytes)
            _check_unpacked(workbook, entries)
            return _copied(workbook, entries)
    except _ZIP_ERRORS as error:
        raise FileRefused(DAMAGED_WORKBOOK) from error


def _check_directory(file: BinaryIO) -> int:
    """Return the file's size, once the zip's own directory is known to be small: zipfile reads it whole."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    record = tail[at : at + 22]
    if at < 0 or len(record) < 22:
        raise FileRefused(DAMAGED_WORKBOOK)
    _, _, _, _, entries, directory_bytes, _, _ = struct.unpack("<4s4H2LH", record)
    if tail[max(0, at - 20) : max(0, at - 16)] == b"PK\x06\x07":
        raise FileRefused("Filen er et zip64-arkiv; så stort er intet af vores regneark.")
    if entries > MOST_ENTRIES or directory_bytes > LARGEST_DIRECTORY:
        raise FileRefused(f"Filen har flere end {MOST_ENTRIES} dele.")
    return size


def _needed(workbook: zipfile.ZipFile, packed_bytes: int) -> dict[str, zipfile.ZipInfo]:
    """Return the entries that a parser needs, by their name in lower case, shared strings first."""
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in workbook.infolist():
        name = entry.filename.replace("\\", "/").lower()
        if name in entries:
            raise FileRefused(DAMAGED_WORKBOOK)
        if entry.flag_bits & 0x1:
            raise FileRefused("Filen har adgangskode. Gem den uden, og læg den op igen.")
        if name.endswith("vbaproject.bin"):
            raise FileRefused("Filen indeholder makroer. Gem den som almindelig .xlsx, og læg den op igen.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused(DAMAGED_WORKBOOK)
        entries[name] = entry
    unpacked_bytes = sum(entry.file_size for entry in entries.values())
    if unpacked_bytes > LARGEST_UNPACKED:
        raise FileRefused(_TOO_LARGE)
    if unpacked_bytes > _RATIO_FROM and unpacked_bytes > LARGEST_RATIO * packed_bytes:
        raise FileRefused(f"Filen fylder mere end {LARGEST_RATIO} gange så meget pakket ud som pakket.")
    if "xl/workbook.xml" not in entries or "xl/workbook.bin" in entries or "content.xml" in entries:
        raise FileRefused(DAMAGED_WORKBOOK)
    own = {name: entry for name, entry in entries.items() if _is_the_workbooks_own(name)}
    return dict(sorted(own.items(), key=lambda item: item[0] != _SHARED_STRINGS))


def _is_the_workbooks_own(name: str) -> bool:
    return name in ("[content_types].xml", "_rels/.rels") or (
        name.startswith("xl/")
        and name.endswith((".xml", ".rels"))
        and not name.startswith(("xl/drawings/", "xl/charts/", "xl/theme/", "xl/media/", "xl/externallinks/"))
    )


def _check_unpacked(workbook: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> None:
    """Unpack everything once, keeping nothing: real sizes and the number of tags, before the slower walk."""
    unpacked_bytes = tags = 0
    for entry in entries.values():
        for chunk in _chunks(workbook, entry):
            unpacked_bytes += len(chunk)
            tags += chunk.count(b"<")
            if unpacked_bytes > LARGEST_UNPACKED:
                raise FileRefused(_TOO_LARGE)
            if tags > MOST_TAGS:
                raise FileRefused("Filen har flere celler, end vi kan læse. Del den op.")
            if b"\0" in chunk:  # UTF-16: a parser of UTF-8 would see other text than we do
                raise FileRefused(DAMAGED_WORKBOOK)


def _copied(workbook: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> BinaryIO:
    copy = io.BytesIO()
    walker = PartWalker()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as checked:
        for name, entry in entries.items():
            walker.begin(name)
            with checked.open(entry.filename.replace("\\", "/"), "w") as part:
                for chunk in _chunks(workbook, entry):
                    walker.walk(chunk)
                    part.write(chunk)
            walker.end()
    copy.seek(0)
    return copy


def _chunks(workbook: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with workbook.open(entry) as part:
        while chunk := part.read(_CHUNK):
            yield chunk
