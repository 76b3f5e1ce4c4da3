"""Applies a file's lines to the stored cells, month by month, so that a second try finds what the first one did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.common.errors import Conflict, TryLater
from chalicelib.common.months import Month
from chalicelib.kpi import figure_store
from chalicelib.kpi.cells import Cell, Entry, MonthHead
from chalicelib.kpi.changes import CellReport, MonthReport, changes
from chalicelib.kpi.corrections import CellDecision, Incoming, Result, Standing, decide, digest
from chalicelib.kpi.drops import Drop
from chalicelib.kpi.figure_store import Applied
from chalicelib.kpi.findings import Findings, Line

_ATTEMPTS = 8


def apply(kind: str, drop: Drop, findings: Findings) -> list[MonthReport]:
    """Store the findings' lines, one month after the other, and return what became of each month.

    Raises:
        TryLater: other drops switched a month all the time, or a month was erased since the lines were judged.
    """
    lines_by_month: dict[Month, dict[str, list[Line]]] = {}
    for line in findings.lines:
        lines_by_month.setdefault(line.month, {}).setdefault(line.owner_code, []).append(line)
    return [_apply_month(kind, drop, month, lines_by_month[month], findings) for month in sorted(lines_by_month)]


def _apply_month(
    kind: str, drop: Drop, month: Month, lines_by_code: Mapping[str, Sequence[Line]], findings: Findings
) -> MonthReport:
    incoming = Incoming(
        drop_id=drop.drop_id,
        key=drop.key,
        order=drop.order,
        lines_by_code=lines_by_code,
        rejected=[whom for whom in findings.rejected if whom.month in (None, month)],
    )
    for _ in range(_ATTEMPTS):
        done = figure_store.applied(drop.drop_id, month)
        read = figure_store.head(kind, month)
        if read.is_erased:
            raise TryLater("Måneden blev slettet imens. Filen læses igen.")
        standing_by_code = _standing(kind, month, read)
        if done is not None:
            return _told(kind, month, lines_by_code, done, standing_by_code)
        decisions = decide(standing_by_code, incoming)
        try:
            done = _switch(kind, month, read, decisions, standing_by_code, incoming)
        except Conflict:
            continue
        entries_by_code = {code: decision.entries for code, decision in decisions.items()}
        before_by_code = {code: standing.entries for code, standing in standing_by_code.items()}
        return _report(month, lines_by_code, done, before_by_code, entries_by_code, standing_by_code)
    raise TryLater("Mange filer ændrer samme måned på én gang. Filen prøves igen om lidt.")


def _standing(kind: str, month: Month, read: MonthHead) -> dict[str, Standing]:
    entries_by_code = figure_store.entries(kind, month, {code: cell.body for code, cell in read.cell_by_code.items()})
    return {code: Standing(cell=cell, entries=entries_by_code[code]) for code, cell in read.cell_by_code.items()}


def _switch(
    kind: str,
    month: Month,
    read: MonthHead,
    decisions: Mapping[str, CellDecision],
    standing_by_code: Mapping[str, Standing],
    incoming: Incoming,
) -> dict[str, Applied]:
    cell_by_code: dict[str, Cell] = {}
    applied_by_code: dict[str, Applied] = {}
    for code, decision in decisions.items():
        standing = standing_by_code.get(code)
        current = None if standing is None else standing.cell.body
        applied_by_code[code] = Applied(result=decision.result, before=current, after=current)
        if decision.result is Result.REVISED:
            body = figure_store.put_body(
                kind, month, code, revision=decision.revision, drop_id=incoming.drop_id, rows=decision.entries
            )
            cell_by_code[code] = Cell(body=body, digest=digest(decision.entries), order=incoming.order)
            applied_by_code[code] = Applied(result=decision.result, before=current, after=body)
        elif decision.result is Result.SAME and standing is not None:
            cell_by_code[code] = Cell(body=standing.cell.body, digest=standing.cell.digest, order=incoming.order)
    figure_store.switch(
        kind,
        month,
        read=read,
        cell_by_code=cell_by_code,
        drop_id=incoming.drop_id,
        applied_by_code=applied_by_code,
    )
    return applied_by_code


def _told(
    kind: str,
    month: Month,
    lines_by_code: Mapping[str, Sequence[Line]],
    done: Mapping[str, Applied],
    standing_by_code: Mapping[str, Standing],
) -> MonthReport:
    """Return the report again from what was stored when the drop was applied."""
    before = {code: each.before for code, each in done.items() if each.before is not None}
    after = {code: each.after for code, each in done.items() if each.after is not None}
    return _report(
        month,
        lines_by_code,
        done,
        figure_store.entries(kind, month, before),
        figure_store.entries(kind, month, after),
        standing_by_code,
    )


def _report(
    month: Month,
    lines_by_code: Mapping[str, Sequence[Line]],
    done: Mapping[str, Applied],
    before_by_code: Mapping[str, Sequence[Entry]],
    after_by_code: Mapping[str, Sequence[Entry]],
    standing_by_code: Mapping[str, Standing],
) -> MonthReport:
    cells: list[CellReport] = []
    elsewhere: list[tuple[Line, str]] = []
    superseded = 0
    code_by_key = {entry.key: code for code, standing in standing_by_code.items() for entry in standing.entries}
    for code, each in sorted(done.items()):
        lines, after = lines_by_code.get(code, ()), after_by_code.get(code, ())
        before = before_by_code.get(code, ())
        if each.result is Result.SUPERSEDED:
            superseded += len(lines)
        else:
            stored = {entry.key for entry in after} if each.result is not Result.LEFT_ALONE else set()
            elsewhere.extend((line, code_by_key.get(line.key, "")) for line in lines if line.key not in stored)
        cells.append(
            CellReport(
                month=month,
                owner_code=code,
                result=each.result,
                revision=0 if each.after is None else each.after.revision,
                size=len(after),
                is_first=each.result is Result.REVISED and each.before is None,
                changes=changes(before, after) if each.result is Result.REVISED and each.before is not None else (),
            )
        )
    return MonthReport(cells=tuple(cells), elsewhere=tuple(elsewhere), superseded=superseded)
