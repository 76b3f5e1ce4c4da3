"""What people write in fields: read as they mean it, or refused saying what to write."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common import written
from chalicelib.common.written import FieldRefused, Fields, FormRefused


@pytest.mark.parametrize("text", ["01-04-2025", "1-4-2025", "1.4.2025", "01/04/2025", "2025-04-01"])
def test_a_date_is_read_as_danes_and_calendars_write_it(text: str) -> None:
    assert written.day(text) == date(2025, 4, 1)


@pytest.mark.parametrize(
    "text", ["", "april", "31-02-2025", "01-04-25", "01-04-1999", "2025-4-1", "20250401", "٠١-04-2025"]
)
def test_another_date_is_refused(text: str) -> None:
    with pytest.raises(FieldRefused):
        written.day(text)


def test_line_ends_are_made_alike_and_spaces_around_are_dropped() -> None:
    assert written.words(" a\r\nb\rc\t ", at_most=10) == "a\nb\nc"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b", "x" * 11])
def test_what_cannot_be_shown_or_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(FieldRefused):
        written.words(text, at_most=10)


def test_a_line_is_one_line_and_says_when_it_is_missing() -> None:
    assert written.line("", at_most=10) == ""
    with pytest.raises(FieldRefused, match="én linje"):
        written.line("a\nb", at_most=10)
    with pytest.raises(FieldRefused, match="Skriv rollen"):
        written.line(" ", at_most=10, missing="Skriv rollen.")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    fields = Fields()
    assert fields.read("navn", lambda: written.line("Viborg", at_most=10)) == "Viborg"
    fields.check()
    fields.read("dato", lambda: written.day("snart"))
    fields.refuse("rolle", "Skriv rollen.")

    with pytest.raises(FormRefused) as refused:
        fields.check()

    assert set(refused.value.message_by_field) == {"dato", "rolle"}


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
