"""What people write in the fields of forms, read into values. Each reader says in Danish what it wants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from chalicelib.common.errors import Refused

T = TypeVar("T")

_DANISH_DATE = re.compile(r"([0-9]{1,2})[-./]([0-9]{1,2})[-./]([0-9]{4})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EARLIEST_YEAR = 2000  # earlier than anything of ours: 0024 is a slip of the finger


class FieldRefused(Refused):
    """Raised when one field can't be taken as it is written."""

    code = "field_refused"


class FormRefused(Refused):
    """Raised when a form has fields that can't be taken: all of them at once, by name."""

    code = "form_refused"

    def __init__(self, message_by_field: Mapping[str, str]) -> None:
        super().__init__(" ".join(message_by_field.values()))
        self.message_by_field = dict(message_by_field)


class Fields:
    """What is wrong with the fields of a form, gathered while they are read one by one."""

    def __init__(self) -> None:
        self._message_by_field: dict[str, str] = {}

    def read(self, name: str, reader: Callable[[], T]) -> T | None:
        """Return what the reader makes of the field; None when it refuses."""
        try:
            return reader()
        except Refused as refusal:
            self.refuse(name, refusal.message)
            return None

    def refuse(self, name: str, message: str) -> None:
        """Gather what is wrong with a field."""
        self._message_by_field[name] = message

    def check(self) -> None:
        """Check that no field was refused.

        Raises:
            FormRefused: some were.
        """
        if self._message_by_field:
            raise FormRefused(self._message_by_field)


def day(text: str) -> date:
    """Return the date written as `19-06-2024` or `2024-06-19`.

    Raises:
        FieldRefused: it is written otherwise, or there is no such day.
    """
    if not text:
        raise FieldRefused("Skriv en dato som dag-måned-år, for eksempel 01-04-2025.")
    danish, iso = _DANISH_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    if danish:
        year, month, number = int(danish[3]), int(danish[2]), int(danish[1])
    elif iso:
        year, month, number = int(iso[1]), int(iso[2]), int(iso[3])
    else:
        raise FieldRefused("Datoen kan ikke læses. Skriv den som dag-måned-år, for eksempel 01-04-2025.")
    if year < _EARLIEST_YEAR:
        raise FieldRefused(f"Året {year} er for længe siden. Skriv årstallet med fire cifre.")
    try:
        return date(year, month, number)
    except ValueError as error:
        raise FieldRefused("Den dag findes ikke i kalenderen. Ret dag eller måned.") from error


def words(text: str, *, at_most: int, missing: str | None = None) -> str:
    """Return a text of one or more lines, its line ends made alike. `missing` is said when it is empty and needed.

    Raises:
        FieldRefused: it is missing, longer than `at_most` characters, or has characters that can't be shown.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if missing and not plain:
        raise FieldRefused(missing)
    if len(plain) > at_most:
        raise FieldRefused(f"Teksten er på {len(plain)} tegn. Skriv højst {at_most}.")
    if has_controls(plain.replace("\n", "").replace("\t", "")):
        raise FieldRefused("Teksten har usynlige styretegn i sig. Slet dem, eller skriv teksten igen i feltet.")
    return plain


def line(text: str, *, at_most: int, missing: str | None = None) -> str:
    """Return a text of one line.

    Raises:
        FieldRefused: as for `words`, or it has line ends or other controls.
    """
    if has_controls(text):
        raise FieldRefused("Skriv teksten på én linje, uden styretegn.")
    return words(text, at_most=at_most, missing=missing)


def has_controls(text: str) -> bool:
    """Whether the text has control characters, or halves of characters that can't be stored."""
    return any(unicodedata.category(mark) in ("Cc", "Cs") for mark in text)
