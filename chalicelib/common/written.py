"""What people write in the fields of forms, read into values. Each reader says in Danish what it wants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from chalicelib.common.errors import Refused
from chalicelib.common.months import Month

T = TypeVar("T")

_DANISH_DATE = re.compile(r"([0-9]{1,2})[-./]([0-9]{1,2})[-./]([0-9]{4})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DANISH_MONTH = re.compile(r"([0-9]{1,2})-([0-9]{4})")
_WHOLE = re.compile(r"[0-9]{1,6}")
_LEVEL = re.compile(r"([0-9]{1,2})(?:[,.]([0-9]))? ?%?")
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


def month(text: str) -> Month:
    """Return the month written as `10-2024` or `2024-10`.

    Raises:
        FieldRefused: it is none.
    """
    match = _DANISH_MONTH.fullmatch(text)
    try:
        return Month(int(match[2]), int(match[1])) if match else Month.parse(text)
    except ValueError as error:
        raise FieldRefused("Skriv måned og år, for eksempel 10-2024.") from error


def whole_number(text: str, *, hint: str) -> int:
    """Return the whole number of at most six digits. `hint` says what is wanted.

    Raises:
        FieldRefused: it is none.
    """
    if not _WHOLE.fullmatch(text):
        raise FieldRefused(f"Det er ikke et helt tal. {hint}")
    return int(text)


def guard_level(text: str) -> int:
    """Return the level of the small-sample guard in permille: 25 for `2,5`.

    Raises:
        FieldRefused: it is no percentage from 0.1 to 50 with at most one decimal.
    """
    match = _LEVEL.fullmatch(text)
    permille = 10 * int(match[1]) + int(match[2] or 0) if match else 0
    if not 1 <= permille <= 500:
        raise FieldRefused("Skriv niveauet i procent fra 0,1 til 50 med højst én decimal, for eksempel 2,5.")
    return permille


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
