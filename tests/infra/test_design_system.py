"""What is copied of the design system is whole, small, and carries its licences; the lock names no registry."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra import design_system
from infra.packaged import PROJECT

_fetched = pytest.mark.skipif(not design_system._STYLE_SHEET.exists(), reason="the design system couldn't be fetched")


@_fetched
def test_the_style_sheet_finds_everything_beside_itself(tmp_path: Path) -> None:
    design_system.copy(tmp_path)

    css = (tmp_path / "dkfds.min.css").read_text("utf-8")
    named = {name for name in re.findall(r"url\(([^)]+)\)", css) if not name.startswith("data:")}
    assert {name for name in named if not (tmp_path / name).is_file()} == set()
    assert "IBMPlexSans-Regular.woff2" in named


@_fetched
def test_only_what_is_needed_comes_along_with_its_licences(tmp_path: Path) -> None:
    (tmp_path / "old.css").write_text("")
    design_system.copy(tmp_path)

    assert {path.suffix for path in tmp_path.iterdir()} == {".css", ".woff2", ".svg", ".png", ".md", ".txt"}
    assert not (tmp_path / "old.css").exists()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1_200_000
    for name, words in {
        "LICENSE.md": "MIT license",
        "OFL-1.1.txt": "SIL OPEN FONT LICENSE",
        "Apache-2.0.txt": "Apache License",
    }.items():
        assert words in (tmp_path / name).read_text("utf-8")


def test_the_lock_names_no_registry_and_pins_every_package() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text("utf-8"))["packages"]

    for name, package in packages.items():
        assert "resolved" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name
