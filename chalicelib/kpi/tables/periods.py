"""Which period a sheet is of, by what names it: the sheet's name, else a title row, else the file's name.

Where two of them disagree, or a row's own month disagrees with them, the file is refused and both are named.
Source: the domain's rule for drops. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chalicelib.common.danish import month_name, quarter_name
from chalicelib.common.months import Month, Quarter
from chalicelib.kpi.files.sheets import FileRefused, NumberedRow, shown
from chalicelib.kpi.tables.months_named import Period, period_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One thing that names a period: `by` is what it is, in Danish, for the refusal."""

    by: str
    period: Period


def namings(*, sheet_name: str | None, above: Sequence[NumberedRow], file_name: str) -> tuple[Naming, ...]:
    """Return what names the sheet's period, the strongest first.

    Raises:
        FileRefused: two of them disagree.
    """
    named = []
    if sheet_name is not None and (period := period_in(sheet_name)):
        named.append(Naming(by=f"arkets navn “{shown(sheet_name)}”", period=period))
    for row, cells in above:
        for cell in cells:
            if isinstance(cell, str) and (period := period_in(cell)):
                named.append(Naming(by=f"titlen “{shown(cell)}” (række {row})", period=period))
    for first, second in pairwise(named):
        if first.period != second.period:
            raise _disagreement(first, second)
    if period := period_in(file_name):
        of_file = Naming(by=f"filens navn “{shown(file_name)}”", period=period)
        if named and not _agree(named[0].period, of_file.period):
            raise _disagreement(named[0], of_file)
        named.append(of_file)
    return tuple(named)


def check_row_month(month: Month, row: int, named: Sequence[Naming]) -> None:
    """Check a row's own month against everything that names the sheet's period.

    Raises:
        FileRefused: they disagree.
    """
    for naming in named:
        if not _agree(month, naming.period):
            raise _disagreement(Naming(by=f"række {row}", period=month), naming)


def _agree(first: Period, second: Period) -> bool:
    """Whether both can be true: the same period, or a month and the quarter that it lies in."""
    if isinstance(first, Month) and isinstance(second, Quarter):
        return first in second.months
    if isinstance(first, Quarter) and isinstance(second, Month):
        return second in first.months
    return first == second


def _disagreement(first: Naming, second: Naming) -> FileRefused:
    return FileRefused(
        f"To steder i filen er uenige om perioden: {first.by} siger {period_name(first.period)}, "
        f"men {second.by} siger {period_name(second.period)}."
    )


def period_name(period: Period) -> str:
    """Return `oktober 2024` or `4. kvartal 2024`."""
    return month_name(period) if isinstance(period, Month) else quarter_name(period)
