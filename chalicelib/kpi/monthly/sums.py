"""Holds what a file states of sums (totals rows, the quarter sheet) against the rows that they sum up.

Counts must be equal. A mean is weighted and may differ by rounding: the stated one by half a unit and the rows' own by
half a unit. Nothing here is stored; differences are reported. Pure: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chalicelib.common.danish import number
from chalicelib.common.danish import percent as danish_percent
from chalicelib.kpi.figure_text import figure_text
from chalicelib.kpi.findings import Values
from chalicelib.kpi.monthly.row import Form, StatedRow
from chalicelib.kpi.tables import danish_values


class Mismatch(NamedTuple):
    """A field whose stated value differs from the counted one; both as Danish text."""

    field: str
    stated: str
    counted: str


class Sum:
    """The sum of rows: counts by field, means by their weight."""

    def __init__(self, form: Form, rows: Iterable[Values]) -> None:
        self.count_by_field = dict.fromkeys(form.count_fields, 0)
        self._weighted = dict.fromkeys(form.mean_by_field, 0)
        self._weight = dict.fromkeys(form.mean_by_field, 0)
        self._unknown: set[str] = set()
        self._form = form
        for row in rows:
            self._add(row)

    def _add(self, row: Values) -> None:
        value_by_field = dict(zip(self._form.fields, row, strict=True))
        for field in self.count_by_field:
            self.count_by_field[field] += value_by_field[field] or 0
        for field, mean in self._form.mean_by_field.items():
            weight, value = value_by_field[mean.weight], value_by_field[field]
            if (weight and value is None) or (weight is None and value is not None):
                self._unknown.add(field)  # a mean with an unknown part can't be held against anything
            elif weight and value is not None:
                self._weighted[field] += weight * value
                self._weight[field] += weight

    def mismatches(self, stated: StatedRow) -> Iterator[Mismatch]:
        """Yield each stated value that these rows can't have given."""
        for field, value in stated.value_by_field.items():
            if field in self.count_by_field:
                if value != self.count_by_field[field]:
                    yield Mismatch(field, number(value), number(self.count_by_field[field]))
            elif (counted := self._mean_unless_within_rounding(field, value)) is not None:
                yield Mismatch(field, figure_text(field, value), figure_text(field, counted))
        answered, resolved = self.count_by_field["answered"], self.count_by_field["resolved"]
        if (
            stated.percentage
            and answered
            and not danish_values.agrees(stated.percentage, part=resolved, whole=answered)
        ):
            written = f"{stated.percentage[-1].value.normalize():f} %".replace(".", ",")
            yield Mismatch("percentage", written, danish_percent(resolved, answered))

    def _mean_unless_within_rounding(self, mean: str, stated: int) -> int | None:
        weight, weighted = self._weight[mean], self._weighted[mean]
        if mean in self._unknown or weight == 0 or abs(stated * weight - weighted) <= weight:
            return None
        return (2 * weighted + weight) // (2 * weight)
