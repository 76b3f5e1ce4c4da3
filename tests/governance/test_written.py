"""Dates, texts and numbers as people write them in governance's forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.governance import written
from chalicelib.governance.written import FieldRefused, Fields, FormRefused


@given(st.dates(date(2000, 1, 1)))
def test_a_day_is_written_the_danish_way_or_the_iso_way(day: date) -> None:
    assert written.day(f"{day:%d-%m-%Y}") == written.day(f"{day.day}.{day.month}.{day.year}") == day
    assert written.day(day.isoformat()) == day


@given(st.text("0123456789-./ x\N{ARABIC-INDIC DIGIT SIX}", max_size=12))
def test_any_other_text_is_refused_as_a_day(text: str) -> None:
    try:
        day = written.day(text)
    except FieldRefused:
        return
    assert str(day.year) in text


@pytest.mark.parametrize(
    ("reader", "text", "says"),
    [
        (written.day, "", "Skriv en dato"),
        (written.day, "2024-6-19", "kan ikke læses"),
        (written.day, "20240619", "kan ikke læses"),
        (written.day, "١٩-٠٦-٢٠٢٤", "kan ikke læses"),
        (written.day, "31-06-2024", "findes ikke i kalenderen"),
        (written.day, "29-02-2023", "findes ikke i kalenderen"),
        (written.day, "19-06-0024", "fire cifre"),
        (written.item_number, "0", "fra 1 til 999"),
        (written.item_number, "1000", "fra 1 til 999"),
        (written.item_number, "٣", "fra 1 til 999"),
        (written.item_type, "b", "Vælg"),
        (lambda text: written.words(text, at_most=3), "", "Skriv en tekst"),
        (lambda text: written.words(text, at_most=3), "æøåæ", "højst 3"),
        (lambda text: written.words(text, at_most=3), "a\x00b", "styretegn"),
        (lambda text: written.line(text, at_most=9), "to\nting", "én linje"),
    ],
)
def test_what_cannot_be_taken_is_told_what_to_do(reader: Callable[[str], Any], text: str, says: str) -> None:
    with pytest.raises(FieldRefused, match=says):
        reader(text)


def test_line_ends_are_counted_once_and_made_alike() -> None:
    assert written.words("a\r\nb\rc\n", at_most=5) == "a\nb\nc"


def test_everything_wrong_with_a_form_is_told_at_once() -> None:
    fields = Fields({"dato": "x"})

    assert fields.read("dato", written.day) is None
    assert fields.read("punkt", written.item_number) is None
    assert fields.read("vaert", lambda text: written.line(text, at_most=9)) == ""
    with pytest.raises(FormRefused) as refused:
        fields.check()

    assert list(refused.value.message_by_field) == ["dato", "punkt"]
