"""Drops files as a person does: into the bucket under `drops/<kind>/`, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.runtime import clients, settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A file to drop, and the key that it gets."""

    path: Path
    key: str


def drops_in(folder: Path) -> Iterator[Drop]:
    """Yield the files of each kind's folder, always in the same order: by kind, then by name."""
    for kind in sorted(each for each in folder.iterdir() if each.is_dir()):
        for path in sorted(each for each in kind.iterdir() if each.is_file() and not each.name.startswith(".")):
            yield Drop(path=path, key=f"drops/{kind.name}/{path.name}")


def put(drop: Drop) -> str:
    """Put the file into the bucket; return the id of the version that it became."""
    answer = clients.s3().put_object(Bucket=settings.files_bucket(), Key=drop.key, Body=drop.path.read_bytes())
    return str(answer["VersionId"])
