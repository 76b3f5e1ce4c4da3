"""Which month or quarter a text names: "Januar 2024", "01-2024", "jan. 2024", "2024-01", "1. kvartal 2024", "Q1 2024".

A text that names two different ones names none, and neither does a whole date: "Udtrukket 2. januar 2025" says when
the figures were taken out, not which month they are of. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import TypeAlias

from chalicelib.common.danish import MONTH_NAMES
from chalicelib.common.months import Month, Quarter
from chalicelib.kpi.files.sheets import Cell
from chalicelib.kpi.tables.danish_values import BadValue

Period: TypeAlias = Month | Quarter

_NUMBER_BY_WORD = {word: n for n, name in enumerate(MONTH_NAMES, 1) for word in (name, name[:3])} | {"sept": 9}
_WORDS = "|".join(sorted(_NUMBER_BY_WORD, key=len, reverse=True))
_WORD = rf"(?<![a-zæøå])(?P<word>{_WORDS})(?![a-zæøå])"
_YEAR = r"(?:19|20)[0-9]{2}"
# What stands before and after a written month: never a digit, nor a separator with a digit beyond it (that is a date).
_BEFORE = r"(?<![0-9])(?<![0-9][-./])(?<!uge )"
_AFTER = r"(?![0-9]|[-./][0-9])"
_PERIOD = re.compile(
    rf"(?P<day>[0-9]{{1,2}}\.?\s*)?{_WORD}\.?[\s_/-]*(?P<word_year>{_YEAR})(?![0-9])"
    rf"|{_BEFORE}(?P<number>0?[1-9]|1[0-2])[-./](?P<number_year>{_YEAR}){_AFTER}"
    rf"|{_BEFORE}(?P<iso_year>{_YEAR})-(?P<iso_number>0[1-9]|1[0-2]){_AFTER}"
    rf"|{_BEFORE}(?P<q>[1-4])\.?\s*kvartal[\s_/-]*(?P<q_year>{_YEAR})(?![0-9])"
    rf"|(?<![a-zæøå0-9])[qk](?P<k>[1-4])[\s_/-]*(?P<k_year>{_YEAR})(?![0-9])"
    rf"|{_BEFORE}(?P<y_year>{_YEAR})[\s_/-]*[qk](?P<y>[1-4])(?![0-9])"
    rf"|{_BEFORE}(?P<yq_year>{_YEAR})[\s_/-]+(?P<yq>[1-4])\.?\s*kvartal",
    re.IGNORECASE,
)
_MONTH_WORD = re.compile(_WORD, re.IGNORECASE)
_DATE = re.compile(r"(?P<day>0?[1-9]|[12][0-9]|3[01])[-./](?P<month>0?[1-9]|1[0-2])[-./](?P<year>(?:19|20)[0-9]{2})")
# A title row that begins so tells when somebody took the figures out.
_TAKEN_OUT = ("udtræk", "udtrukket", "dannet", "udskrevet", "eksport", "gener", "opdater", "hentet", "pr.", "dato")


@lru_cache(maxsize=4096)
def period_in(text: str) -> Period | None:
    """Return the month or quarter that a title, a sheet's name or a file's name names; None when none or several."""
    if text.strip().casefold().startswith(_TAKEN_OUT):
        return None
    found = {_period(match) for match in _PERIOD.finditer(text)} - {None}
    words = {_NUMBER_BY_WORD[match["word"].casefold()] for match in _MONTH_WORD.finditer(text)}
    return found.pop() if len(found) == 1 and len(words) < 2 else None  # "oktober–december 2024" isn't December


@lru_cache(maxsize=4096, typed=True)
def month_of(cell: Cell) -> Month:
    """Return the month that a cell of a month column names: a text, or a date that lies in it (Excel makes dates).

    Raises:
        BadValue: it names no month.
    """
    if isinstance(cell, date | datetime) and cell.year >= 1900:
        return Month.of(cell)
    if isinstance(cell, str):
        whole = cell.strip()
        dated = _DATE.fullmatch(whole)
        if dated is not None:
            return _month_of_date(dated)
        match = _PERIOD.fullmatch(whole)
        period = _period(match) if match is not None else None
        if isinstance(period, Month):
            return period
    raise BadValue("er ikke en måned")


def _month_of_date(dated: re.Match[str]) -> Month:
    try:
        return Month.of(date(int(dated["year"]), int(dated["month"]), int(dated["day"])))
    except ValueError as error:
        raise BadValue("er ikke en måned") from error


def _period(match: re.Match[str]) -> Period | None:
    if match["word"]:
        return None if match["day"] else Month(int(match["word_year"]), _NUMBER_BY_WORD[match["word"].casefold()])
    for year, number in (("number_year", "number"), ("iso_year", "iso_number")):
        if match[number]:
            return Month(int(match[year]), int(match[number]))
    for year, number in (("q_year", "q"), ("k_year", "k"), ("y_year", "y"), ("yq_year", "yq")):
        if match[number]:
            return Quarter(int(match[year]), int(match[number]))
    return None
