"""Fetches a dropped file by its version and opens it as sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from botocore.exceptions import ClientError

from chalicelib.common.errors import NotFound
from chalicelib.kpi.drops import Drop
from chalicelib.kpi.files import csv_reader, xlsx_reader
from chalicelib.kpi.files.limits import LARGEST_FILE, ZIP_START
from chalicelib.kpi.files.sheets import FileRefused, Sheet
from chalicelib.kpi.tables.columns import Columns
from chalicelib.runtime import clients, settings

_CHUNK = 1024 * 1024
_KEPT_IN_MEMORY = 8 * 1024 * 1024
_GONE = frozenset(("NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"))


class FileGone(NotFound):
    """Raised when the version that the event told of is no longer in the bucket."""

    code = "file_gone"


@contextmanager
def fetched(drop: Drop) -> Iterator[BinaryIO]:
    """Give the bytes of the drop's version, in memory or (larger ones) in a temporary file.

    Raises:
        FileGone: the version was deleted.
        FileRefused: it is empty or too large.
    """
    if drop.size > LARGEST_FILE:
        raise _too_large()
    try:
        body = clients.s3().get_object(Bucket=settings.files_bucket(), Key=drop.key, VersionId=drop.version_id)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise FileGone("Filen er slettet, før den kunne læses.") from error
        raise
    with SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY) as file:
        for chunk in body.iter_chunks(_CHUNK):
            if file.tell() + len(chunk) > LARGEST_FILE:
                raise _too_large()
            file.write(chunk)
        if file.tell() == 0:
            raise FileRefused("Filen er tom.")
        file.seek(0)
        yield cast(BinaryIO, file)


def sheets(file: BinaryIO, *, extension: str, columns: Columns) -> Iterable[Sheet]:
    """Return the file's sheets, read by its extension; its content must be what the extension says.

    Raises:
        FileRefused: there is no reader for it, or the file can't be read.
    """
    if extension == "xlsx":
        return xlsx_reader.read(file)
    if extension == "csv":
        starts_as_zip = file.read(4) == ZIP_START
        file.seek(0)
        if starts_as_zip:
            raise FileRefused("Filens indhold er et regneark, selv om navnet ender på .csv. Giv den endelsen .xlsx.")
        return [csv_reader.read(file, known_headings=columns.known_in)]
    raise FileRefused("Filen kan ikke læses: vi læser .csv og .xlsx.")


def _too_large() -> FileRefused:
    return FileRefused(f"Filen fylder mere end {LARGEST_FILE // 1024**2} MB. Del den op.")
