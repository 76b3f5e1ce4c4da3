"""Agenda items as people write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.common import written
from chalicelib.common.written import FieldRefused, FormRefused
from chalicelib.governance.written import TextFields, item_number, item_type


@pytest.mark.parametrize(
    ("reader", "text", "says"),
    [
        (item_number, "0", "fra 1 til 999"),
        (item_number, "1000", "fra 1 til 999"),
        (item_number, "٣", "fra 1 til 999"),
        (item_type, "b", "Vælg"),
    ],
)
def test_what_cannot_be_taken_is_told_what_to_do(reader: Callable[[str], Any], text: str, says: str) -> None:
    with pytest.raises(FieldRefused, match=says):
        reader(text)


def test_everything_wrong_with_a_form_is_told_at_once() -> None:
    fields = TextFields({"dato": "x"})

    assert fields.read_text("dato", written.day) is None
    assert fields.read_text("punkt", item_number) is None
    assert fields.read_text("vaert", lambda text: written.line(text, at_most=9)) == ""
    with pytest.raises(FormRefused) as refused:
        fields.check()

    assert list(refused.value.message_by_field) == ["dato", "punkt"]
