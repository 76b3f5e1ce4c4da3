"""Copies what the pages need of Det Fælles Designsystem (npm dkfds) to where they are served from.

Its style sheet names fonts and icons by folder, in four font formats; here everything lies in one flat folder, each
font in WOFF2 only, and the style sheet says so. Licences come along. Run by infra/setup.sh after `npm ci`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent
_PACKAGE = _PROJECT / "node_modules" / "dkfds"
_STYLE_SHEET = _PACKAGE / "dist" / "css" / "dkfds.min.css"
_LICENCES = {
    "LICENSE.md": _PACKAGE / "LICENSE.md",  # MIT, and which files are under another licence
    "OFL-1.1.txt": _PACKAGE / "dist" / "fonts" / "IBMPlexSans" / "complete" / "woff2" / "license.txt",
    "Apache-2.0.txt": _PROJECT / "infra" / "licences" / "Apache-2.0.txt",  # the package only points to it
}

#: Ignored by git: nothing of others is committed.
FOLDER = _PROJECT / "chalicelib" / "runtime" / "static" / "dkfds"

_FONT_SOURCES = re.compile(r"src:(?P<sources>url\([^;}]*)")
_ADDRESS = re.compile(r"url\(\"?(?P<path>\.\./[^)\"]+)\"?\)")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


def copy(folder: Path = FOLDER) -> None:
    """Replace `folder` with the style sheet, the files it names, and the licences."""
    css = _SOURCE_MAP.sub("", _FONT_SOURCES.sub(_only_woff2, _STYLE_SHEET.read_text(encoding="utf-8")))
    named = {_STYLE_SHEET.parent / match["path"] for match in _ADDRESS.finditer(css)}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, path in {path.name: path for path in named}.items() | _LICENCES.items():
        shutil.copyfile(path, folder / name)
    flat = _ADDRESS.sub(lambda match: f"url({Path(match['path']).name})", css)
    (folder / _STYLE_SHEET.name).write_text(flat, encoding="utf-8")


def _only_woff2(match: re.Match[str]) -> str:
    return "src:" + next(source for source in match["sources"].split(",") if ".woff2)" in source)


if __name__ == "__main__":
    copy()
