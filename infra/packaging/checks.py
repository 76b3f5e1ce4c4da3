"""Whether what was gathered runs on Lambda, and is what the lock names and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from email.parser import BytesParser

from infra.packaging import target
from infra.packaging.contents import APPLICATION, LOCK, Contents
from infra.packaging.problems import NotForLambda

_ELF, _X86_64 = b"\x7fELF\x02\x01", 62
_EXTENSION_TAGS = (f".cpython-{target.PYTHON.replace('.', '')}-x86_64-linux-gnu.so", ".abi3.so")
_GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)")
#: A wheel that was built here from sources says linux_x86_64.
_WHEEL_TAGS = re.compile(r"(py3|py2\.py3|py2)-none-any|cp3\d+-(cp311|abi3)-manylinux\w+_x86_64(\.manylinux\w+_x86_64)*")
_LICENCE = re.compile(r"\.dist-info/(.*/)?(licen[cs]e|copying)[^/]*$", re.IGNORECASE)
_DESIGN_SYSTEM = "chalicelib/runtime/static/dkfds/"
_OF_THE_DESIGN_SYSTEM = ("dkfds.min.css", "IBMPlexSans-Regular.woff2", "LICENSE.md", "OFL-1.1.txt", "Apache-2.0.txt")
_LOCKED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==", re.MULTILINE)


def check(contents: Contents) -> None:
    """Return when the package is fit for Lambda.

    Raises:
        NotForLambda: names everything that is wrong.
    """
    files = {path: content for package in contents.values() for path, content in package.items()}
    problems = [
        *_packages_beside_the_lock(contents),
        *(f"{name} comes without its licence's text" for name in _without_licence(contents)),
        *(f"{path} comes from two packages" for path in _twice(contents)),
        *(problem for path, content in files.items() for problem in _library(path, content)),
        *(problem for path, content in files.items() for problem in _wheel(path, content)),
        *(f"{_DESIGN_SYSTEM}{name} is missing: run make setup with network" for name in _missing_design(files)),
    ]
    if problems:
        raise NotForLambda(problems)


def locked(lock: str) -> set[str]:
    """Return the names of the packages that a lock names."""
    return set(_LOCKED.findall(lock))


def _packages_beside_the_lock(contents: Contents) -> Iterator[str]:
    wanted = {APPLICATION, "chalice", *locked(LOCK.read_text("utf-8"))}
    yield from (f"{name} is shipped, but requirements.txt doesn't name it" for name in sorted(contents.keys() - wanted))
    yield from (f"{name} is missing" for name in sorted(wanted - contents.keys()))


def _without_licence(contents: Contents) -> list[str]:
    return [name for name, files in contents.items() if name != APPLICATION and not any(map(_LICENCE.search, files))]


def _twice(contents: Contents) -> list[str]:
    times = Counter(path for package in contents.values() for path in package)
    return [path for path, count in times.items() if count > 1]


def _library(path: str, content: bytes) -> Iterator[str]:
    """Yield what keeps a shared library from loading in the target."""
    if not (content.startswith(b"\x7fELF") or path.endswith((".so", ".pyd", ".dylib"))):
        return
    if not content.startswith(_ELF) or int.from_bytes(content[18:20], "little") != _X86_64:
        yield f"{path} is not made for {target.ARCHITECTURE}"
    if ".libs/" not in path and not path.endswith(_EXTENSION_TAGS):
        yield f"{path} is not made for Python {target.PYTHON}"
    newest = max(((int(a), int(b)) for a, b in _GLIBC.findall(content)), default=(0, 0))
    if newest > target.GLIBC:
        yield f"{path} asks for glibc {newest[0]}.{newest[1]}; Lambda has {target.GLIBC[0]}.{target.GLIBC[1]}"


def _wheel(path: str, content: bytes) -> Iterator[str]:
    if path.endswith(".dist-info/WHEEL"):
        tags = BytesParser().parsebytes(content).get_all("Tag", [])
        if wrong := [tag for tag in tags if not _WHEEL_TAGS.fullmatch(tag)]:
            yield f"{path} says {', '.join(wrong)}: not a wheel for {target.WHEELS} and Python {target.PYTHON}"


def _missing_design(files: Mapping[str, bytes]) -> list[str]:
    return [name for name in _OF_THE_DESIGN_SYSTEM if f"{_DESIGN_SYSTEM}{name}" not in files]
