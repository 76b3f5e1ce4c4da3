"""Whatever a check is told to leave out has its reason beside it, and a lock names no registry."""

from __future__ import annotations

import pytest

from infra.packaging.contents import PROJECT


def test_each_skipped_check_has_its_reason() -> None:
    lines = (PROJECT / ".checkov.yaml").read_text("utf-8").splitlines()
    bandit = (PROJECT / "pyproject.toml").read_text("utf-8").partition("[tool.bandit]")[2].partition("[tool.mypy]")[0]
    skips = [line for line in [*lines, *bandit.splitlines()] if line.strip().startswith(("- CKV", '"B'))]

    assert len(skips) > 10
    assert [line for line in skips if len(line.partition("#")[2].split()) < 5] == []


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-checks.txt", "requirements-uv.txt"]
)
def test_a_lock_pins_every_package_by_hash_and_names_no_registry(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")

    pinned = text.replace("\\\n", " ").splitlines()
    assert [line for line in pinned if "==" in line and "--hash=sha256:" not in line] == []
    assert "://" not in text
