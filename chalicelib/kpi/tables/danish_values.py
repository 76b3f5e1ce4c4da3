"""What a cell of a Danish export means: whole numbers, decimals, percentages and durations, typed or as text.

Strict on purpose: Python takes "1_000", "١٢" and "NaN" for numbers, and a float compared with nan is always False.
Only ASCII digits, the thousands dot and the decimal comma are read; everything else is named and refused.
Pure: no clock, no AWS, no environment. Each distinct value is read once: the functions remember.
"""

from __future__ import annotations

import math
import re
from datetime import time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from chalicelib.kpi.files.sheets import Cell

_WHOLE = re.compile(r"-?(?:[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,15})")
_DECIMAL = re.compile(r"-?(?:[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,15})(?:,[0-9]{1,15})?")
_LARGEST = 10**15  # beyond it a float is no longer exact
_DURATION = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,4}):([0-9]{2})")
_SMALLEST_NOISE = Decimal("1e-9")  # a float's 17th digit is not a statement about calls


class BadValue(Exception):
    """Raised when a cell can't mean what its column asks for; the argument is the Danish reason, without the value."""

    @property
    def reason(self) -> str:
        return str(self.args[0])


@lru_cache(maxsize=65536, typed=True)
def whole_number(cell: Cell) -> int:
    """Return the count that `1000`, `1000.0` or `"1.000"` stands for.

    Raises:
        BadValue: not a number, not whole, negative, or too large to be exact.
    """
    if isinstance(cell, str):
        text = cell.strip()
        if _WHOLE.fullmatch(text) is None:
            raise BadValue("er ikke et helt tal" if _DECIMAL.fullmatch(text) else "er ikke et tal")
        value = int(text.replace(".", ""))
    elif isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadValue("er ikke et tal")
    elif isinstance(cell, float) and not cell.is_integer():  # so are nan and inf
        raise BadValue("er ikke et helt tal" if math.isfinite(cell) else "er ikke et tal")
    else:
        value = int(cell)
    if value < 0:
        raise BadValue("er negativt")
    if value > _LARGEST:
        raise BadValue("er urimeligt stort")
    return value


@lru_cache(maxsize=16384, typed=True)
def decimal_number(cell: Cell) -> Decimal:
    """Return the exact number that `6.73` or `"6,73"` stands for, with as many decimals as are written.

    Raises:
        BadValue: not a finite number written the Danish way.
    """
    if isinstance(cell, str):
        text = cell.strip()
        if _DECIMAL.fullmatch(text) is None:
            raise BadValue("er ikke et tal")
        return Decimal(text.replace(".", "").replace(",", "."))
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
        raise BadValue("er ikke et tal")
    return Decimal(repr(cell))


def hundredths(value: Decimal) -> int:
    """Return the number in hundredths, rounded half up: 6,73 → 673."""
    return int((value * 100).to_integral_value(rounding=ROUND_HALF_UP))


class Percentage(NamedTuple):
    """A percentage as written: its value in percent and half a unit of its last written digit."""

    value: Decimal
    half_unit: Decimal


@lru_cache(maxsize=16384, typed=True)
def percentages(cell: Cell) -> tuple[Percentage, ...]:
    """Return what `"66,4 %"`, `66.4` or `0.664` can mean in percent: one reading, or two where a fraction is possible.

    Raises:
        BadValue: not a percentage.
    """
    text = cell.strip() if isinstance(cell, str) else ""
    signed = text.endswith("%")
    value = decimal_number(text[:-1].strip() if signed else cell)
    if value < 0:
        raise BadValue("er negativt")
    if not isinstance(cell, str):
        value = value.normalize()  # a typed 60.0 doesn't say that its decimal was kept
    half_unit = max(Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0)) / 2, _SMALLEST_NOISE)
    as_written = Percentage(value, half_unit)
    if signed or value > 1:
        return (as_written,)
    return as_written, Percentage(100 * value, 100 * half_unit)


def agrees(readings: tuple[Percentage, ...], *, part: int, whole: int) -> bool:
    """Whether `part` of `whole` (not 0), rounded as the percentage is, can have given one of its readings."""
    return any(abs(100 * part - percentage.value * whole) <= percentage.half_unit * whole for percentage in readings)


@lru_cache(maxsize=16384, typed=True)
def seconds(cell: Cell) -> int:
    """Return the duration in whole seconds: "mm:ss", "hh:mm:ss", an Excel time or an Excel duration.

    Raises:
        BadValue: not a duration, or negative.
    """
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + (cell.microsecond >= 500_000)
    if isinstance(cell, timedelta):
        if cell < timedelta(0):
            raise BadValue("er negativt")
        return round(cell / timedelta(seconds=1))
    if isinstance(cell, float) and 0 <= cell < 1:
        return round(cell * 86400)  # an Excel time whose cell isn't formatted as one; 0.0 is 00:00
    match = _DURATION.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        raise BadValue("er ikke en varighed (mm:ss)")
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    if rest > 59 or (match[1] is not None and minutes > 59):
        raise BadValue("er ikke en varighed (mm:ss)")
    return hours * 3600 + minutes * 60 + rest
