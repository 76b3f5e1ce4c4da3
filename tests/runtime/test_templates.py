"""Rendering: everything is escaped, nothing is left empty, no text turns around."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from chalicelib.runtime import templates


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "feature" / "templates"
    folder.mkdir(parents=True)
    (folder / "greeting.html").write_text("<p>{{ name }} {{ 1000|number }}</p>")
    monkeypatch.setattr(templates, "_CHALICELIB", tmp_path)
    templates._environment.cache_clear()
    yield "feature/greeting.html"
    templates._environment.cache_clear()


def test_text_from_outside_is_escaped(template: str) -> None:
    assert templates.render(template, name="<x>&") == "<p>&lt;x&gt;&amp; 1.000</p>"


def test_bidirectional_controls_are_taken_out_at_every_depth(template: str) -> None:
    assert templates._cleaned({"rows": [("a\u202eb", {"c": "\u2066d"})]}) == {"rows": [["ab", {"c": "d"}]]}
    assert templates.render(template, name="a\u202eb") == "<p>ab 1.000</p>"


def test_a_missing_fact_is_an_error_and_not_a_hole(template: str) -> None:
    with pytest.raises(UndefinedError):
        templates.render(template)
