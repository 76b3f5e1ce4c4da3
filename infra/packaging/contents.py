"""What goes into the zip: the application, and what requirements.txt locks, each file under its package's name."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from infra.packaging import botocore_data, target
from infra.packaging.problems import NoPackages

PROJECT = Path(__file__).resolve().parents[2]
LOCK = PROJECT / "requirements.txt"
_LICENCES = PROJECT / "infra" / "licences"
APPLICATION = "(the application)"
#: What an event needs of Chalice, as Chalice itself packages it: the rest of it belongs to the workplace.
_CHALICE = ("chalice/__init__.py", "chalice/app.py")
#: What an installer leaves behind; it names the machine, or tells of files that aren't taken along.
_OF_THE_INSTALLER = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")

#: Of this .venv, by its lock.
UV = str(Path(sys.executable).parent / "uv")

Contents = dict[str, dict[str, bytes]]  # files by their path in the zip, by the name of their package


def collect() -> Contents:
    """Return everything but the bytecode.

    Raises:
        NoPackages: a wheel is missing for the target, has another hash than the lock says, or can't be reached.
    """
    return {APPLICATION: dict(_application()), "chalice": dict(_chalice()), **_locked()}


def _application() -> Iterator[tuple[str, bytes]]:
    paths = [PROJECT / "app.py", *(PROJECT / "chalicelib").rglob("*")]
    for path in paths:
        inside = path.relative_to(PROJECT)
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in inside.parts):
            yield inside.as_posix(), path.read_bytes()


def _chalice() -> Iterator[tuple[str, bytes]]:
    """Yield Chalice's runtime from this .venv, where its lock's hash was checked, with its licence."""
    for file in metadata.files("chalice") or ():
        if str(file) in _CHALICE or _tells_of_package(file.parts):
            yield file.as_posix(), Path(str(file.locate())).read_bytes()


def fetching(lock: Path, folder: str) -> list[str]:
    """Return the command that puts what `lock` names into `folder`, for the target whatever Python runs here."""
    return [
        *(UV, "--no-config", "pip", "install", "--quiet", "--target", folder),
        *("--python-platform", target.WHEELS, "--python-version", target.PYTHON, "--only-binary", ":all:"),
        *("--require-hashes", "--no-deps", "--link-mode", "copy", "-r", str(lock)),
    ]


def _locked() -> Contents:
    """Return what the lock names: wheels for the target alone, each by its hash, nothing built from sources."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(fetching(LOCK, folder), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoPackages(done.stderr)
        return dict(_package(Path(record)) for record in sorted(Path(folder).glob("*.dist-info/RECORD")))


def _package(record: Path) -> tuple[str, dict[str, bytes]]:
    installed = metadata.PathDistribution(record.parent)
    with record.open(encoding="utf-8", newline="") as lines:
        paths = [Path(row[0]) for row in csv.reader(lines)]
    root = record.parent.parent
    kept = {path.as_posix(): (root / path).read_bytes() for path in paths if _is_shipped(path.parts)}
    name = installed.name.lower().replace("_", "-")
    if (licence := _LICENCES / f"{name}.txt").exists():  # its wheel forgot it
        kept[f"{record.parent.name}/LICENSE"] = licence.read_bytes()
    return name, botocore_data.trimmed(kept) if name == "botocore" else kept


def _is_shipped(parts: tuple[str, ...]) -> bool:
    """Say whether a wheel's file goes along: its code, data and licence do, its commands and bytecode don't."""
    if parts[0].endswith(".dist-info"):
        return _tells_of_package(parts)
    return parts[0] not in ("bin", "..") and "__pycache__" not in parts


def _tells_of_package(parts: tuple[str, ...]) -> bool:
    return parts[0].endswith(".dist-info") and parts[-1] not in _OF_THE_INSTALLER
