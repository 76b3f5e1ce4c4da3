"""Stores the cells of each month: immutable bodies first, then one conditional switch of the month's head.

A head holds every municipality of its month, so a drop's whole month becomes current in one write: nobody reads half
a file, and two drops can't each place the same agent in another municipality. A crash before the switch leaves bodies
that nobody points to. The switch and the drop's own record of it are one transaction, so that a second delivery finds
what the first one did.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.common.months import Month
from chalicelib.kpi.cells import Body, Cell, Entry, MonthHead, Order, Source
from chalicelib.kpi.corrections import Result
from chalicelib.runtime.tables import IntegerAttribute, JSONTextAttribute, Table, conflict_means, transaction

LARGEST_PART = 250_000  # bytes of JSON; an item holds 400 KB


class _HeadRow(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="head")
    version = IntegerAttribute()
    cells = JSONTextAttribute()
    # After the retention period: what the rows came to, by owner, and whether the rows are gone too.
    totals = JSONTextAttribute(null=True)
    rows_are_gone = BooleanAttribute(null=True)

    def head(self) -> MonthHead:
        return MonthHead(
            version=self.version,
            cell_by_code={code: _cell(told) for code, told in self.cells.items()},
            is_erased=self.totals is not None,
        )


class _PartRow(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    rows = JSONTextAttribute()


class _AppliedRow(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    cells = JSONTextAttribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a drop did to a cell: the result, and the bodies before and after it."""

    result: Result
    before: Body | None
    after: Body | None


def head(kind: str, month: Month) -> MonthHead:
    """Return the cells of a month as they are now."""
    try:
        row = _HeadRow.get(_month_key(kind, month), "head", consistent_read=True)
    except _HeadRow.DoesNotExist:
        return MonthHead()
    return row.head()


def heads(kind: str, months: Iterable[Month]) -> dict[Month, MonthHead]:
    """Return the cells of those months that have any, as they are now, oldest first."""
    month_by_key = {_month_key(kind, month): month for month in months}
    rows = _HeadRow.batch_get(((key, "head") for key in month_by_key), consistent_read=True)
    return dict(sorted((month_by_key[row.pk], row.head()) for row in rows))


def entries(kind: str, month: Month, body_by_code: Mapping[str, Body]) -> dict[str, tuple[Entry, ...]]:
    """Return the rows of each municipality's body, ordered by key."""
    found = entries_of_months(kind, {(month, code): body for code, body in body_by_code.items()})
    return {code: rows for (_, code), rows in found.items()}


def entries_of_months(
    kind: str, body_by_cell: Mapping[tuple[Month, str], Body]
) -> dict[tuple[Month, str], tuple[Entry, ...]]:
    """Return the rows of each body, ordered by key, a hundred items a read. A cell is a month and an owner's code."""
    keys_by_cell = {
        (month, code): [(_body_key(kind, month, code), _part_key(body, part)) for part in range(body.parts)]
        for (month, code), body in body_by_cell.items()
    }
    every = (key for keys in keys_by_cell.values() for key in keys)
    parts = {(row.pk, row.sk): row.rows for row in _PartRow.batch_get(every, consistent_read=True)}
    return {cell: tuple(entry for key in keys for entry in _entries(parts[key])) for cell, keys in keys_by_cell.items()}


def put_body(kind: str, month: Month, code: str, *, revision: int, drop_id: str, rows: Sequence[Entry]) -> Body:
    """Store the rows of a revision; nobody sees them before the switch.

    Two deliveries of one drop may each arrive at other rows for the same revision. The key holds a token of this write,
    so that the slower one can't write into what the faster one has made current. A digest of the rows would do that as
    well, and stay with the drop when they are erased, for anybody to try guesses on.
    """
    parts = list(_parts(rows))
    body = Body(revision=revision, drop_id=drop_id, parts=len(parts), token=secrets.token_hex(8))
    for part, told in enumerate(parts):
        _PartRow(_body_key(kind, month, code), _part_key(body, part), rows=told).save()
    return body


def switch(
    kind: str,
    month: Month,
    *,
    read: MonthHead,
    cell_by_code: Mapping[str, Cell],
    drop_id: str,
    applied_by_code: Mapping[str, Applied],
) -> None:
    """Make the cells current and record what the drop did to the month, both or neither.

    Raises:
        Conflict: the month was switched since it was read, or this drop has done it already.
    """
    told = {code: _told(cell) for code, cell in (dict(read.cell_by_code) | dict(cell_by_code)).items()}
    row = _HeadRow(_month_key(kind, month), "head", version=read.version + 1, cells=told)
    unchanged = _HeadRow.version == read.version if read.version else _HeadRow.pk.does_not_exist()
    applied = _AppliedRow(
        _drop_key(drop_id),
        _applied_key(month),
        cells={
            code: [each.result.value, _told_body(each.before), _told_body(each.after)]
            for code, each in applied_by_code.items()
        },
    )
    with conflict_means("En anden fil har ændret månedens tal imens. Læs dem igen."), transaction() as writes:
        if cell_by_code:
            writes.save(row, condition=unchanged)
        writes.save(applied, condition=_AppliedRow.pk.does_not_exist())


def applied(drop_id: str, month: Month) -> dict[str, Applied] | None:
    """Return what the drop did to each cell of the month; None when it hasn't yet."""
    try:
        row = _AppliedRow.get(_drop_key(drop_id), _applied_key(month), consistent_read=True)
    except _AppliedRow.DoesNotExist:
        return None
    return {
        code: Applied(result=Result(result), before=_body(before), after=_body(after))
        for code, (result, before, after) in row.cells.items()
    }


def _month_key(kind: str, month: Month) -> str:
    return f"figures#{kind}#{month}"


def _body_key(kind: str, month: Month, code: str) -> str:
    return f"figures#{kind}#{month}#{code}"


def _part_key(body: Body, part: int) -> str:
    return f"r{body.revision:06d}#{body.drop_id}#{body.token}#p{part:02d}"


def _drop_key(drop_id: str) -> str:
    return f"drop#{drop_id}"


def _applied_key(month: Month) -> str:
    return f"month#{month}"


def _told(cell: Cell) -> list[Any]:
    return [_told_body(cell.body), cell.digest, cell.order.event_at, cell.order.arrival]


def _cell(told: list[Any]) -> Cell:
    body, digest, event_at, arrival = told
    read = _body(body)
    assert read is not None
    return Cell(body=read, digest=digest, order=Order(event_at, arrival))


def _told_body(body: Body | None) -> list[Any] | None:
    return None if body is None else [body.revision, body.drop_id, body.parts, body.token]


def _body(told: list[Any] | None) -> Body | None:
    if told is None:
        return None
    revision, drop_id, parts, token = told
    return Body(revision=revision, drop_id=drop_id, parts=parts, token=token)


def _parts(rows: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """Yield the rows in pieces that fit an item each; what many rows share of their source is written once a piece."""
    sources: dict[tuple[str, str, str | None, int], int] = {}
    told: list[list[Any]] = []
    size = 0
    for row in rows:
        shared = (row.source.drop_id, row.source.key, row.source.sheet, row.source.revision)
        new_source = shared not in sources
        size += len(json.dumps([row.key, row.values], ensure_ascii=False).encode()) + 20
        size += len(json.dumps(shared).encode()) if new_source else 0
        if told and size > LARGEST_PART:
            yield {"sources": list(sources), "rows": told}
            sources, told, size = {}, [], 0
        told.append([row.key, list(row.values), sources.setdefault(shared, len(sources)), row.source.row])
    yield {"sources": list(sources), "rows": told}


def _entries(told: Mapping[str, Any]) -> Iterator[Entry]:
    for key, values, source, row in told["rows"]:
        drop_id, drop_key, sheet, revision = told["sources"][source]
        yield Entry(
            key=key,
            values=tuple(values),
            source=Source(drop_id=drop_id, key=drop_key, sheet=sheet, row=row, revision=revision),
        )
