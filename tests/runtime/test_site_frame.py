"""The site's frame and the parts of its forms: whole without scripts, and everything tied to what it is about."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from chalicelib.runtime import assets
from tests.runtime import demo

_Tag = tuple[str, dict[str, str | None]]


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[_Tag] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def named(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.all if tag in names]


@pytest.fixture
def tags() -> _Tags:
    return _Tags(demo.page(demo.ERRORS))


def test_no_id_stands_twice_and_what_points_to_one_finds_it(tags: _Tags) -> None:
    ids = [attributes["id"] for _, attributes in tags.all if "id" in attributes]
    pointed = [
        target
        for _, attributes in tags.all
        for name in ("for", "aria-describedby", "aria-labelledby", "list")
        for target in (attributes.get(name) or "").split()
    ]
    anchors = [(a["href"] or "")[1:] for a in tags.named("a") if (a["href"] or "").startswith("#")]

    assert len(ids) == len(set(ids))
    assert {*pointed, *anchors} <= set(ids)


def test_the_errors_are_summed_up_first_and_have_the_focus(tags: _Tags) -> None:
    (summary,) = [attributes for _, attributes in tags.all if attributes.get("role") == "alert"]
    links = [a["href"] for a in tags.named("a") if "felt-" in (a["href"] or "")]

    assert "autofocus" in summary
    assert summary["tabindex"] == "-1"
    assert links == [f"#felt-{name}" for name in demo.ERRORS]


def test_each_error_stands_at_its_field_too() -> None:
    page = demo.page(demo.ERRORS)

    for name, message in demo.ERRORS.items():
        assert f'id="felt-{name}-fejl"><span class="sr-only">Fejl: </span>{message}</span>' in page
    assert page.count('aria-invalid="true"') == 8  # each text, date, list and checkbox; radios can't have it


def test_without_errors_there_is_no_word_of_any() -> None:
    page = demo.page({})

    assert not re.search(r"fejlopsummering|aria-invalid|form-error", page)


def test_what_was_written_is_shown_again_and_stays_text() -> None:
    page = demo.page(demo.ERRORS)

    assert 'value="32-13-2025"' in page
    assert 'value="Atlantis"' in page
    assert "Første linje\n&lt;/textarea&gt;&lt;script&gt;</textarea>" in page
    assert 'value="andet" checked' in page
    assert '<option value="chair" selected>' in page


def test_every_control_of_a_form_has_a_label(tags: _Tags) -> None:
    labelled = {label["for"] for label in tags.named("label")}
    controls = [each for each in tags.named("input", "select", "textarea") if each.get("type") != "hidden"]

    assert {each["id"] for each in controls} == labelled


def test_the_frame_has_one_heading_one_way_past_the_menu_and_no_scripts_or_inline_styles(tags: _Tags) -> None:
    assert len(tags.named("h1")) == 1
    assert tags.named("html") == [{"lang": "da"}]
    assert tags.named("a")[0] == {"class": "skipnav", "href": "#main-content"}
    assert not tags.named("script", "style")
    assert not [name for _, attributes in tags.all for name in attributes if name == "style" or name.startswith("on")]


def test_who_is_signed_in_can_sign_out_here_and_everywhere(tags: _Tags) -> None:
    forms = [form["action"] for form in tags.named("form") if form["method"] == "post"]
    tokens = [each["value"] for each in tags.named("input") if each.get("name") == "csrf_token"]

    assert {"/log-ud", "/log-ud-overalt"} <= set(forms)
    assert set(tokens) == {"the-token"}


def test_pages_are_plain_but_whole_without_the_design_system(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {name: path for name, path in assets._paths().items() if path.parent.name == "static"}
    monkeypatch.setattr(assets, "_paths", lambda: own)

    page = demo.page({})

    assert assets.address("plain.css") in page
    assert "dkfds" not in page


def test_a_static_file_s_address_changes_with_any_file(monkeypatch: pytest.MonkeyPatch) -> None:
    before = assets.version()
    paths = dict(assets._paths())
    paths.pop("ddh.svg")
    monkeypatch.setattr(assets, "_paths", lambda: paths)

    assert assets.version.__wrapped__() != before
