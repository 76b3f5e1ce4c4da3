"""Erases the rows of a month: first its head lets go of them and keeps their totals, then they are deleted.

A head that let go is read as erased: figures are no more, and a drop that was on its way meets a conflict. What a crash
leaves between the two is deleted by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.runtime.tables import IntegerAttribute, JSONTextAttribute, Table, conflict_means

#: What rows came to, by name.
Totals = Mapping[str, int]


class _HeadRow(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="head")
    version = IntegerAttribute()
    cells = JSONTextAttribute()
    totals = JSONTextAttribute(null=True)
    rows_are_gone = BooleanAttribute(null=True)


class _PartRow(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class _NamedRow(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    cells = JSONTextAttribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """How far the erasure of a month has come. `totals` is None while its head still holds cells."""

    version: int
    totals: Mapping[str, Totals] | None
    rows_are_gone: bool


def of_months(kind: str, months: Iterable[Month]) -> dict[Month, Erasure]:
    """Return how far the months are that have a head (strong reads)."""
    rows = _HeadRow.batch_get(((_month_key(kind, month), "head") for month in months), consistent_read=True)
    return {
        Month.parse(row.pk.rpartition("#")[2]): Erasure(
            version=row.version, totals=row.totals, rows_are_gone=bool(row.rows_are_gone)
        )
        for row in rows
    }


def let_go(kind: str, month: Month, *, version: int, totals_by_code: Mapping[str, Totals]) -> None:
    """Empty a month's head, and keep what its rows came to.

    Raises:
        Conflict: the head was switched since it had this version.
    """
    with conflict_means("En fil har ændret månedens tal imens. Kør jobbet igen."):
        _HeadRow(_month_key(kind, month), "head").update(
            actions=[
                _HeadRow.version.set(version + 1),
                _HeadRow.cells.set({}),
                _HeadRow.totals.set({code: dict(totals) for code, totals in totals_by_code.items()}),
            ],
            condition=_HeadRow.version == version,
        )


def delete_rows(kind: str, month: Month, codes: Iterable[str]) -> int:
    """Delete every row of every revision of the month, those that no head ever pointed to as well; return how many."""
    deleted = 0
    for code in codes:
        for row in _PartRow.query(
            f"{_month_key(kind, month)}#{code}", consistent_read=True, attributes_to_get=["pk", "sk"]
        ):
            row.delete()
            deleted += 1
    return deleted


def note_gone(kind: str, month: Month) -> None:
    """Note that a month's rows are deleted. Nothing is written into an erased month, so that it holds."""
    _HeadRow(_month_key(kind, month), "head").update(
        actions=[_HeadRow.rows_are_gone.set(True)], condition=_HeadRow.totals.exists()
    )


def note_named(drop_id: str, months: Iterable[Month]) -> None:
    """Note that a drop holds rows of erased months, none of which was stored: so it is known how old the file is."""
    for month in sorted(months):
        row = _NamedRow(f"drop#{drop_id}", f"month#{month}", cells={})
        # What it did to a month before that month was erased stands.
        with suppress(Conflict), conflict_means("Det står der allerede."):
            row.save(condition=_NamedRow.pk.does_not_exist())


def months_of_drop(drop_id: str) -> frozenset[Month]:
    """Return the months that a drop was applied to, and the erased ones that it named (strong read)."""
    rows = _NamedRow.query(
        f"drop#{drop_id}", _NamedRow.sk.startswith("month#"), consistent_read=True, attributes_to_get=["pk", "sk"]
    )
    return frozenset(Month.parse(row.sk.removeprefix("month#")) for row in rows)


def _month_key(kind: str, month: Month) -> str:
    return f"figures#{kind}#{month}"
