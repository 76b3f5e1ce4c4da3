"""The report that lies next to a dropped file: JSON with everything, and a Danish page with long lists cut."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any, BinaryIO

from chalicelib.common.danish import clock_time, month_name
from chalicelib.kpi.changes import CellReport, Change
from chalicelib.kpi.corrections import Result
from chalicelib.kpi.drops import Drop, Status
from chalicelib.kpi.figure_text import figure_text
from chalicelib.kpi.findings import Role
from chalicelib.kpi.kinds import Kind
from chalicelib.kpi.outcome import Outcome

#: The page shows so many of each list, and says how many more there are; the JSON has them all.
SHOWN_OF_EACH = 200

#: The field of the JSON's first line.
AGENTS = "agents"

STATUS_NAME = {
    Status.INGESTED: "Indlæst",
    Status.NO_CHANGE: "Læst, ingen ændringer",
    Status.SUPERSEDED: "Ikke brugt",
    Status.REFUSED: "Afvist",
    Status.UNHANDLED: "Ikke behandlet",
    Status.MISSING: "Fandtes ikke længere",
}
_RESULT_NAME = {
    Result.REVISED: "rettet",
    Result.SAME: "uændret",
    Result.SUPERSEDED: "ikke brugt: en nyere fil gælder",
    Result.LEFT_ALONE: "ikke ændret: alle rækker er afvist",
}
_ROLE_NAME = {
    Role.FIGURES: "måneder",
    Role.QUARTER: "kvartal, kun kontrolleret",
    Role.SKIPPED: "sprunget over",
    Role.HIDDEN: "skjult, ikke læst",
    Role.REFUSED: "kunne ikke læses",
}


def write_json(file: BinaryIO, drop: Drop, kind: Kind | None, outcome: Outcome) -> None:
    """Write the whole report, piece by piece: a correction of 100,000 rows doesn't fit in memory twice.

    Its first line names the agents that the page shows: a look at the page is noted with them.
    """
    findings = outcome.findings
    fields = kind.fields if kind is not None else ()
    told: dict[str, Any] = {
        AGENTS: _agents_shown(kind, outcome),
        "drop_id": drop.drop_id,
        "key": drop.key,
        "version_id": drop.version_id,
        "arrived_at": drop.arrived_at.isoformat(),
        "status": outcome.status.value,
        "reason": outcome.reason,
        "superseded_by": drop.superseded_by,
        "rows": dict(outcome.count_by_name),
    }
    if findings is not None and kind is not None:
        told["sheets"] = [asdict(sheet) for sheet in findings.sheets]
        told["cells"] = ({**_cell(cell, kind), "changes": len(cell.changes)} for cell in outcome.cells)
        told["rejected"] = map(asdict, outcome.faults(kind.owner_label))
        told["repeated"] = map(asdict, findings.repeats)
        told["differences"] = map(asdict, findings.differences)
        told["changes"] = (
            {**_cell(cell, kind), "key": change.key, "before": change.before, "after": change.after}
            for cell, change in _changes(outcome.cells)
        )
        told["fields"] = list(fields)
    for piece in _pieces(told):
        file.write(piece.encode())


def page(drop: Drop, kind: Kind | None, outcome: Outcome) -> str:
    """Return the report as a Danish page."""
    from chalicelib.runtime.templates import render  # Jinja2 costs an event's cold start 80 ms: only who writes a page

    findings = outcome.findings
    facts: dict[str, Any] = {
        "file_name": drop.place.file_name or drop.key,
        "key": drop.key,
        "arrived": clock_time(drop.arrived_at),
        "status": STATUS_NAME[outcome.status],
        "is_bad": outcome.asks_for_attention,
        "reason": outcome.reason,
        "count": dict(outcome.count_by_name),
        "owner_label": kind.owner_label if kind is not None else "",
        "owners": kind.owners if kind is not None else "",
        "key_label": kind.key_label if kind is not None else "",
        "sheets": [],
        "cells": _cut(()),
        "rejected": _cut(()),
        "repeated": _cut(()),
        "differences": _cut(()),
        "changes": _cut(()),
    }
    if findings is not None and kind is not None:
        facts["sheets"] = [
            {
                "name": sheet.name or drop.place.file_name,
                "role": _ROLE_NAME[sheet.role],
                "rows": sheet.rows.all,
                "ignored": list(sheet.ignored_columns),
                "note": sheet.note,
            }
            for sheet in findings.sheets
        ]
        names = _owner_names(outcome, kind)
        facts["cells"] = _cut([_shown_cell(cell, names) for cell in outcome.cells])
        facts["rejected"] = _cut(list(outcome.faults(kind.owner_label)))
        facts["repeated"] = _cut(findings.repeats)
        facts["differences"] = _cut(findings.differences)
        facts["changes"] = _cut_changes(outcome.cells, kind, names)
    return render("kpi/report.html", **facts)


def _agents_shown(kind: Kind | None, outcome: Outcome) -> list[str]:
    """Return the agents whose rows or figures stand on the page, and perhaps some whose rejected ones are cut."""
    findings = outcome.findings
    if findings is None or kind is None or kind.key != "agent":
        return []
    named = {line.key for line in findings.lines}
    return sorted(
        {change.key for _, change in islice(_changes(outcome.cells), SHOWN_OF_EACH)}
        | {whom.key for whom in findings.rejected if whom.key is not None}
        | {line.key for month in outcome.months for line, _ in month.elsewhere}
        | {repeat.key for repeat in findings.repeats[:SHOWN_OF_EACH]}
        | {each.whom for each in findings.differences[:SHOWN_OF_EACH] if each.whom in named}
    )


def _owner_names(outcome: Outcome, kind: Kind) -> dict[str, str]:
    """Return what each cell's owner is called, by its code; a drop's cells are those that its lines name."""
    lines = outcome.findings.lines if outcome.findings is not None else ()
    written_by_code = {line.owner_code: line.owner for line in lines}
    codes = {cell.owner_code for cell in outcome.cells}
    return {code: kind.owner_name_by_code.get(code, written_by_code.get(code, code)) for code in codes}


def _cell(cell: CellReport, kind: Kind) -> dict[str, Any]:
    return {
        "month": str(cell.month),
        f"{kind.owner}_code": cell.owner_code,
        "result": cell.result.value,
        "revision": cell.revision,
        "size": cell.size,
    }


def _shown_cell(cell: CellReport, name_by_code: Mapping[str, str]) -> dict[str, Any]:
    return {
        "month": month_name(cell.month),
        "owner": name_by_code[cell.owner_code],
        "result": "ny" if cell.is_first else _RESULT_NAME[cell.result],
        "revision": cell.revision or "–",
        "size": cell.size,
        "changes": len(cell.changes),
    }


def _changes(cells: Iterable[CellReport]) -> Iterator[tuple[CellReport, Change]]:
    return ((cell, change) for cell in cells for change in cell.changes)


def _cut_changes(cells: Sequence[CellReport], kind: Kind, name_by_code: Mapping[str, str]) -> dict[str, Any]:
    shown = [
        {
            "month": month_name(cell.month),
            "owner": name_by_code[cell.owner_code],
            "key": change.key,
            "what": _what_changed(change, kind),
        }
        for cell, change in islice(_changes(cells), SHOWN_OF_EACH)
    ]
    return {"shown": shown, "more": sum(len(cell.changes) for cell in cells) - len(shown)}


def _what_changed(change: Change, kind: Kind) -> list[str]:
    """Return a sentence piece per field: `Besvarede opkald: 100 → 110`."""
    if change.before is None:
        return ["er kommet til"]
    if change.after is None:
        return ["står ikke længere i tallene"]
    return [
        f"{kind.columns.label_by_field[field]}: {figure_text(field, before)} → {figure_text(field, after)}"
        for field, before, after in zip(kind.fields, change.before, change.after, strict=True)
        if before != after
    ]


def _cut(rows: Sequence[Any]) -> dict[str, Any]:
    return {"shown": rows[:SHOWN_OF_EACH], "more": max(0, len(rows) - SHOWN_OF_EACH)}


def _pieces(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the JSON of an object whose long lists are iterators, element by element."""
    for number, (name, value) in enumerate(told.items()):
        yield ("{" if number == 0 else ",\n") + json.dumps(name) + ": "
        if isinstance(value, Iterator):
            yield "["
            for index, element in enumerate(value):
                yield (",\n" if index else "\n") + json.dumps(element, ensure_ascii=False)
            yield "]"
        else:
            yield json.dumps(value, ensure_ascii=False)
    yield "}\n"
