"""Agents (or other keys) that stand more than once in a month of one file.

Identical rows: the first one counts, the others are reported. Different rows, or rows under two municipalities:
nobody can tell which is right, so all of them are rejected. Pure: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.common.months import Month
from chalicelib.kpi.findings import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The lines that stand alone, those that repeat another (with it), and those that contradict another (with it)."""

    kept: Sequence[Line]
    repeats: Sequence[tuple[Line, Line]]
    contradicting: Sequence[tuple[Line, Line]]


def sort(lines: Iterable[Line], *, rejected: Iterable[tuple[Month, str]]) -> Sorted:
    """Return the lines by whether their key stands once in its month.

    `rejected` are months and keys of rows that were rejected already: a good line beside one contradicts it; there
    the line is named as its own contradiction, as the other row is in the report by itself.
    """
    rejected_keys = frozenset(rejected)
    first_by_key: dict[tuple[Month, str], Line] = {}
    others: dict[tuple[Month, str], list[Line]] = {}
    for line in lines:
        key = (line.month, line.key)
        if key in first_by_key:
            others.setdefault(key, []).append(line)
        else:
            first_by_key[key] = line

    repeats: list[tuple[Line, Line]] = []
    contradicting: list[tuple[Line, Line]] = []
    for key in [key for key in first_by_key if key in others or key in rejected_keys]:
        first, more = first_by_key[key], others.get(key, [])
        if key not in rejected_keys and all(_same(first, line) for line in more):
            repeats.extend((line, first) for line in more)
        else:
            del first_by_key[key]
            contradicting.append((first, more[0] if more else first))
            contradicting.extend((line, first) for line in more)
    return Sorted(kept=tuple(first_by_key.values()), repeats=repeats, contradicting=contradicting)


def _same(first: Line, second: Line) -> bool:
    return first.owner_code == second.owner_code and first.values == second.values
