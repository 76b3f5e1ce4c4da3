"""What a drop does to the cells of one month: revises, confirms, or comes too late.

A drop replaces the cells that it has accepted rows for; the others stand. In a replaced cell the earlier figure of an
agent whose row was rejected stands, with its own source; an agent who isn't listed any more is gone. An agent can
stand in one municipality only: a row for an agent who stands in a cell that this drop leaves alone is rejected.
Source: the domain's rule for corrections. Pure: no AWS, no environment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.kpi.cells import Cell, Entry, Order, Source
from chalicelib.kpi.findings import Line, RejectedWhom


class Result(StrEnum):
    """What became of a cell that a drop names."""

    REVISED = "revised"
    SAME = "same"
    SUPERSEDED = "superseded"
    LEFT_ALONE = "left_alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A cell as it stands, with its rows."""

    cell: Cell
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a drop says about one month."""

    drop_id: str
    key: str
    order: Order
    lines_by_code: Mapping[str, Sequence[Line]]
    rejected: Sequence[RejectedWhom]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDecision:
    """What is to become of a cell. `entries` are its rows after it; unchanged ones where nothing is stored."""

    result: Result
    revision: int
    entries: tuple[Entry, ...]


def decide(standing_by_code: Mapping[str, Standing], incoming: Incoming) -> dict[str, CellDecision]:
    """Return what becomes of each cell that the drop has accepted rows for."""
    too_late = {
        code
        for code in incoming.lines_by_code
        if code in standing_by_code and standing_by_code[code].cell.order >= incoming.order
    }
    lines_by_code = {code: list(lines) for code, lines in incoming.lines_by_code.items() if code not in too_late}
    rejected = list(incoming.rejected)
    while True:
        after = _after(standing_by_code, lines_by_code, rejected, incoming)
        elsewhere = _standing_elsewhere(after, lines_by_code)
        if not elsewhere:
            break
        # A rejection may leave a cell alone, and with it an agent whom the drop meant to move: so look again.
        for code, keys in elsewhere.items():
            lines_by_code[code] = [line for line in lines_by_code[code] if line.key not in keys]
            rejected.extend(
                RejectedWhom(month=line.month, owner_code=code, key=line.key)
                for line in incoming.lines_by_code[code]
                if line.key in keys
            )
    decisions = {
        code: _decision(standing_by_code.get(code), after[code]) for code, lines in lines_by_code.items() if lines
    }
    for code in incoming.lines_by_code:
        if code not in decisions:
            result = Result.SUPERSEDED if code in too_late else Result.LEFT_ALONE
            decisions[code] = _unchanged(result, standing_by_code.get(code))
    return decisions


def digest(entries: Iterable[Entry]) -> str:
    """Return the digest of the figures alone, whatever file they came from."""
    figures = [[entry.key, *entry.values] for entry in entries]
    return hashlib.sha256(json.dumps(figures, ensure_ascii=False).encode()).hexdigest()[:32]


def _after(
    standing_by_code: Mapping[str, Standing],
    lines_by_code: Mapping[str, Sequence[Line]],
    rejected: Sequence[RejectedWhom],
    incoming: Incoming,
) -> dict[str, tuple[Entry, ...]]:
    """Return the rows of every cell of the month after the drop."""
    accepted = {line.key for lines in lines_by_code.values() for line in lines}
    rejected_keys = {whom.key for whom in rejected}
    unnamed_in = {whom.owner_code for whom in rejected if whom.key is None}  # such a row may be anybody's
    after = {code: standing.entries for code, standing in standing_by_code.items()}
    for code, lines in lines_by_code.items():
        if not lines:
            continue
        standing = standing_by_code.get(code)
        revision = 1 if standing is None else standing.cell.body.revision + 1
        entries = [_entry(line, revision, incoming) for line in lines]
        if standing is not None:
            anybody = code in unnamed_in or None in unnamed_in
            entries.extend(
                entry
                for entry in standing.entries
                if entry.key not in accepted and (anybody or entry.key in rejected_keys)
            )
        after[code] = tuple(sorted(entries, key=lambda entry: entry.key))
    return after


def _entry(line: Line, revision: int, incoming: Incoming) -> Entry:
    source = Source(drop_id=incoming.drop_id, key=incoming.key, sheet=line.sheet, row=line.row, revision=revision)
    return Entry(key=line.key, values=tuple(line.values), source=source)


def _standing_elsewhere(
    after: Mapping[str, Sequence[Entry]], lines_by_code: Mapping[str, Sequence[Line]]
) -> dict[str, set[str]]:
    """Return, by municipality, the keys of the drop's rows that also stand in another cell."""
    code_by_key: dict[str, str] = {}
    twice: set[str] = set()
    for code, entries in after.items():
        for entry in entries:
            if code_by_key.setdefault(entry.key, code) != code:
                twice.add(entry.key)
    found = {code: {line.key for line in lines} & twice for code, lines in lines_by_code.items()}
    return {code: keys for code, keys in found.items() if keys}


def _decision(standing: Standing | None, entries: tuple[Entry, ...]) -> CellDecision:
    if standing is None:
        return CellDecision(result=Result.REVISED, revision=1, entries=entries)
    if digest(entries) == standing.cell.digest:
        return _unchanged(Result.SAME, standing)
    return CellDecision(result=Result.REVISED, revision=standing.cell.body.revision + 1, entries=entries)


def _unchanged(result: Result, standing: Standing | None) -> CellDecision:
    if standing is None:
        return CellDecision(result=result, revision=0, entries=())
    return CellDecision(result=result, revision=standing.cell.body.revision, entries=standing.entries)
