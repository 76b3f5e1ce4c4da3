"""Erases revisions of the ledger, and what is left of agents in those that stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.common.months import Month
from chalicelib.evaluation import home_store
from chalicelib.evaluation.ledger import NO_SNAPSHOT, MonthCounts
from chalicelib.evaluation.ledger_json import counts_to_json, standing_from_json
from chalicelib.evaluation.rules import Outcome, Standing
from chalicelib.evaluation.store import Head
from chalicelib.runtime.tables import (
    IntegerAttribute,
    JSONTextAttribute,
    MonthAttribute,
    Table,
    conflict_means,
)

_BUSY = "Kommunen blev evalueret imens. Kør jobbet igen."


class _HeadRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="head")
    version = IntegerAttribute()
    revisions = JSONTextAttribute()
    counts = JSONTextAttribute()
    erased_until = MonthAttribute()


class _RevisionRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    snapshot = UnicodeAttribute()
    lines = JSONTextAttribute()
    standings = JSONTextAttribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Who is in one revision of a municipality's month, and what its lines come to. `key` tells it from the others.

    `has_snapshot`: the digest of all that went into it is still there.
    """

    key: str
    month: Month
    number: int
    has_snapshot: bool
    agents_with_lines: frozenset[str]
    standings: Mapping[str, Standing]
    counts: MonthCounts


def revisions(run: str, municipality_code: str) -> tuple[Revision, ...]:
    """Return every revision of every month of a municipality, whether or not its head knows it (strong read)."""
    rows = _RevisionRow.query(
        _municipality(run, municipality_code),
        _RevisionRow.sk.between("0", "9~"),
        consistent_read=True,
        attributes_to_get=["pk", "sk", "snapshot", "lines", "standings"],
    )
    return tuple(_revision(row) for row in rows)


def let_go(run: str, head: Head, *, kept: Iterable[Month], counts_by_month: Mapping[Month, MonthCounts]) -> int:
    """Make a municipality's head know the `kept` months only, and what each month came to, the erased ones too.

    Return the head's version since.

    Raises:
        Conflict: the municipality was evaluated since its head was read.
    """
    version = head.version + 1
    told = {str(month): [head.revision_by_month[month], head.figures_revision_by_month[month]] for month in kept}
    with conflict_means(_BUSY):
        _HeadRow(_municipality(run, head.municipality_code), "head").update(
            actions=[
                _HeadRow.version.set(version),
                _HeadRow.revisions.set(told),
                _HeadRow.counts.set({str(month): counts_to_json(each) for month, each in counts_by_month.items()}),
            ],
            condition=_HeadRow.version == head.version,
        )
    return version


def leave_standings(run: str, municipality_code: str, revision: Revision, kept: Iterable[str]) -> None:
    """Leave only the `kept` agents' standings in a revision, and no digest of what went in. Its lines stay."""
    row = _RevisionRow.get(_municipality(run, municipality_code), revision.key, consistent_read=True)
    standings = {agent: row.standings[agent] for agent in kept}
    row.update(
        actions=[_RevisionRow.standings.set(standings), _RevisionRow.snapshot.set(NO_SNAPSHOT)],
        condition=_RevisionRow.pk.exists(),
    )


def leave_home(run: str, agent: str, municipality_code: str, *, head_version: int) -> None:
    """Note that an agent has no rows in the municipality any more; one without any has no note.

    An evaluation that commits later finds the note gone, and makes it anew; `head_version` keeps out one that committed
    since the lines were read, for that one found it still there.

    Raises:
        Conflict: the municipality's head has another version, or the agent turned up somewhere else meanwhile.
    """
    is_same_head = _HeadRow.version == head_version if head_version else _HeadRow.pk.does_not_exist()

    def same_head(writes: TransactWrite) -> None:
        writes.condition_check(_HeadRow, _municipality(run, municipality_code), "head", condition=is_same_head)

    with conflict_means(_BUSY):
        home_store.leave_home(run, agent, municipality_code, on_condition=same_head)


def delete(run: str, municipality_code: str, revision: Revision) -> None:
    """Delete a revision. Repeating it changes nothing."""
    _RevisionRow(_municipality(run, municipality_code), revision.key).delete()


def note_erased(run: str, municipality_code: str, last: Month) -> None:
    """Note that nothing up to `last` is left of a municipality. An evaluation at the same time may overwrite it:
    then the next run looks again.
    """
    row = _HeadRow(_municipality(run, municipality_code), "head")
    row.update(actions=[_HeadRow.erased_until.set(last)], condition=_HeadRow.pk.exists())


def _revision(row: _RevisionRow) -> Revision:
    month_text, _, number = row.sk.partition("#r")
    lines: list[dict[str, Any]] = row.lines
    counts: dict[Outcome, int] = {}
    for line in lines:
        outcome = Outcome(line["outcome"])
        counts[outcome] = counts.get(outcome, 0) + 1
    return Revision(
        key=row.sk,
        month=Month.parse(month_text),
        number=int(number),
        has_snapshot=row.snapshot != NO_SNAPSHOT,
        agents_with_lines=frozenset(line["agent"] for line in lines),
        standings={agent: standing_from_json(stored) for agent, stored in row.standings.items()},
        counts=MonthCounts(
            agents=len(lines),
            answered=sum(line["answered"] for line in lines),
            resolved=sum(line["resolved"] for line in lines),
            count_by_outcome=counts,
        ),
    )


def _municipality(run: str, code: str) -> str:
    return f"municipality#{run}#{code}"
