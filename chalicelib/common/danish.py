"""How dates, months and numbers are written in Danish for people to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.months import Month, Quarter

MONTH_NAMES = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)
WEEKDAY_NAMES = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")


def month_name(month: Month) -> str:
    """Return `oktober 2024`."""
    return f"{MONTH_NAMES[month.number - 1]} {month.year}"


def quarter_name(quarter: Quarter) -> str:
    """Return `1. kvartal 2024`."""
    return f"{quarter.number}. kvartal {quarter.year}"


def long_date(day: date) -> str:
    """Return `5. februar 2025`."""
    return f"{day.day}. {MONTH_NAMES[day.month - 1]} {day.year}"


def clock_time(instant: datetime) -> str:
    """Return `5. februar 2025 kl. 06.00`, in Danish time."""
    local = instant.astimezone(COPENHAGEN)
    return f"{long_date(local.date())} kl. {local:%H.%M}"


def number(value: int) -> str:
    """Return `34.348`: thousands by dot."""
    return f"{value:,}".replace(",", ".")


def decimal_number(value: Decimal, *, places: int) -> str:
    """Return `1.234,5`: thousands by dot, decimals by comma, rounded half up to `places`."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded:,f}".translate(str.maketrans(",.", ".,"))


def percent(part: int, whole: int, *, places: int = 1) -> str:
    """Return `59,9 %` for people to read, or a dash when `whole` is 0. Never compare this: compare the counts."""
    if whole == 0:
        return "–"
    return f"{decimal_number(Decimal(100 * part) / Decimal(whole), places=places)} %"


def counted(count: int, one: str, many: str) -> str:
    """Return `1 kommune` or `3 kommuner`."""
    return f"{number(count)} {one if count == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """Return `a, b og c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} og {words[-1]}"
