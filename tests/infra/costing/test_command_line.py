"""`python -m infra.costing`: what it counts, shows and writes. The counting itself is stood in for."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from infra.costing import __main__ as command
from infra.costing import chart, document, month
from infra.costing.meter import Unit
from infra.costing.month import Counted
from infra.local import aws

_PART = "<!-- counted: {} -->\n\nfrom before\n<!-- end -->"
_PARTS = ("bill", "functions", "agents", "years", "small", "prices", "assumptions")


def _counted(municipalities: int, months_kept: int) -> Counted:
    return Counted(
        municipalities=municipalities,
        agents=municipalities * 7,
        months_kept=months_kept,
        days=30,
        counts={("app", unit): 1000.0 * municipalities for unit in Unit},
        memory_by_function={"app": 512},
        queues=6,
        scheduled=("start-evaluation",),
        table_bytes=1_000_000 * months_kept,
        grown_bytes=1000,
        bucket_bytes=1000,
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[int, int]]:
    """What was counted: municipalities and months kept. The document and the picture lie in a folder of their own."""
    asked: list[tuple[int, int]] = []

    def count(_emulated: Any, municipalities: int, *, months_kept: int, given: Any) -> Counted:
        asked.append((municipalities, months_kept))
        return _counted(municipalities, months_kept)

    monkeypatch.setattr(month, "count", count)
    monkeypatch.setattr(aws, "emulated", nullcontext)
    monkeypatch.setattr(document, "PATH", tmp_path / "cost.md")
    monkeypatch.setattr(chart, "PATH", tmp_path / "cost.svg")
    document.PATH.write_text("Words of people.\n" + "\n".join(_PART.format(part) for part in _PARTS), "utf-8")
    return asked


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["infra.costing", *arguments])
    return command.main()


def test_it_counts_by_agents_and_by_years_and_writes_every_part(
    asked: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch) == 0

    assert asked == [(40, 3), (98, 3), (10, 3), (10, 12), (10, 24), (10, 36), (2, 1)]
    text = document.PATH.read_text("utf-8")
    assert text.startswith("Words of people.\n")
    assert "from before" not in text
    years = document.part(text, "years").splitlines()
    assert [row.split("|")[3].strip() for row in years[2:]] == ["3", "12", "24", "36"]
    assert "98 municipalities" in document.part(text, "bill")
    assert chart.PATH.read_text("utf-8").startswith("<svg")
    assert "A month, at list prices" in capsys.readouterr().out


def test_shown_alone_it_writes_nothing(asked: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    before = document.PATH.read_text("utf-8")

    assert _run(monkeypatch, "--show", "--municipalities", "3", "--fewer", "1", "--months") == 0

    assert asked == [(3, 3), (1, 3), (2, 1)]
    assert document.PATH.read_text("utf-8") == before
    assert not chart.PATH.exists()


def test_a_part_that_the_document_lacks_is_named(asked: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    document.PATH.write_text(_PART.format("bill"), "utf-8")

    with pytest.raises(LookupError, match="'functions'"):
        _run(monkeypatch)
