"""The static files of the pages: ours in `static/`, those of the design system in `static/dkfds/` when it was fetched.

Every file has one address with a version in it, a digest over all of them, so browsers may keep a file for ever.
Addresses are flat: the style sheets name fonts and icons beside them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "static"
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


def address(name: str) -> str:
    """Return where a static file is served: `/static/0f3a5c…/ddh.css`."""
    assert name in _paths(), name
    return f"/static/{version()}/{name}"


def exists(name: str) -> bool:
    """Whether there is such a file; the design system's are missing where it couldn't be fetched."""
    return name in _paths()


def read(name: str) -> tuple[bytes, str]:
    """Return a file's bytes and content type.

    Raises:
        LookupError: there is no such file.
    """
    path = _paths()[name]
    return path.read_bytes(), _CONTENT_TYPES[path.suffix]


@cache
def version() -> str:
    """Return the digest over all static files, twelve hexadecimal digits."""
    digest = hashlib.sha256()
    for name, path in sorted(_paths().items()):
        digest.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _paths() -> dict[str, Path]:
    """Return each file by its name: a request's name is looked up here and never becomes a path."""
    found = (path for folder in (_FOLDER / "dkfds", _FOLDER) if folder.is_dir() for path in folder.iterdir())
    return {path.name: path for path in found if path.suffix in _CONTENT_TYPES}
