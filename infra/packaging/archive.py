"""Writes a zip whose bytes tell its content and nothing else: no time, no user, no order of a disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say
_READABLE_FILE = 0o100644 << 16
_UNIX = 3


def write(path: Path, files: Mapping[str, bytes]) -> dict[str, int]:
    """Write the zip; return each file's bytes in it."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _READABLE_FILE, ZIP_DEFLATED
            archive.writestr(entry, files[name])
        return {entry.filename: entry.compress_size for entry in archive.infolist()}
