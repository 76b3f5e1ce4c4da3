"""How a stored figure is written for people: 1.000 calls, 04:21 talk time, 6,73 satisfaction.

Pure: no AWS, no environment.
"""

from __future__ import annotations

from decimal import Decimal

from chalicelib.common.danish import decimal_number, number


def figure_text(field: str, value: int | None) -> str:
    """Return the figure as Danish text by the unit in its field's name; a dash when unknown."""
    if value is None:
        return "–"
    if field.endswith("_seconds"):
        return f"{value // 60:02d}:{value % 60:02d}"
    if field.endswith("_hundredths"):
        return decimal_number(Decimal(value) / 100, places=2)
    return number(value)
