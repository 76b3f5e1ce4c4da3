"""The lists by which dossiers are found: every one, what waits for a person, who has something open in a municipality.

Each changes in the transaction that changes the dossier. Keys:

- `dossiers` / `<agent>`: that there is a dossier: so all are found without a scan.
- `work#<kind>` / `<municipality>#<agent>#<about>`: one thing that waits for a person.
- `ongoing#<municipality>` / `<agent>`: that a case of the municipality is open, or something of it waits. What a
  version that doesn't know this list left out or behind is put right when retention-daily walks past, which may.
"""

from __future__ import annotations

from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.cases.dossier import Dossier
from chalicelib.cases.work import Kind, Work, municipalities_in, ongoing_in, work_in
from chalicelib.runtime.tables import Table

_LISTED = "dossiers"


class _ListedRow(Table):
    feature = "cases"

    pk = UnicodeAttribute(hash_key=True, default=_LISTED)
    sk = UnicodeAttribute(range_key=True)


class _WorkRow(Table):
    feature = "cases"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    municipality_code = UnicodeAttribute()
    agent = UnicodeAttribute()
    about = UnicodeAttribute()
    since = UnicodeAttribute()


class _OngoingRow(Table):
    feature = "cases"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def every_agent() -> tuple[str, ...]:
    """Return the agents that have a dossier (strong read)."""
    return tuple(row.sk for row in _ListedRow.query(_LISTED, consistent_read=True))


def waiting(kind: Kind, *, municipality_code: str = "") -> tuple[Work, ...]:
    """Return what waits for a person, of all municipalities or one, by municipality and agent (strong read)."""
    condition = _WorkRow.sk.startswith(f"{municipality_code}#") if municipality_code else None
    return tuple(
        Work(
            kind=kind,
            municipality_code=row.municipality_code,
            agent=row.agent,
            about=row.about,
            since=date.fromisoformat(row.since),
        )
        for row in _WorkRow.query(_work(kind), condition, consistent_read=True)
    )


def ongoing(municipality_code: str) -> tuple[str, ...]:
    """Return the agents with an open case of the municipality, or something of it that waits (strong read)."""
    return tuple(row.sk for row in _OngoingRow.query(_ongoing(municipality_code), consistent_read=True))


def is_amiss(dossier: Dossier) -> bool:
    """Whether a dossier is on other lists than those of the municipalities it has something open of (strong read)."""
    keys = {(_ongoing(code), dossier.agent) for code in municipalities_in(dossier)}
    found = {row.pk for row in _OngoingRow.batch_get(keys, consistent_read=True)}
    return found != {_ongoing(code) for code in ongoing_in(dossier)}


def change(writes: TransactWrite, before: Dossier, after: Dossier) -> None:
    """Add to a transaction what a dossier's change means for the lists."""
    _change(writes, before, after, was_ongoing_in=ongoing_in(before))


def put_right(writes: TransactWrite, before: Dossier, after: Dossier) -> None:
    """Do as `change` does, and take away what a version that doesn't know the lists may have left on them."""
    _change(writes, before, after, was_ongoing_in=municipalities_in(before))


def _change(writes: TransactWrite, before: Dossier, after: Dossier, *, was_ongoing_in: frozenset[str]) -> None:
    if not before.version:
        writes.save(_ListedRow(_LISTED, after.agent))
    was, now = work_in(before), work_in(after)
    for work in sorted(now - was, key=_work_key):
        writes.save(_work_row(work))
    for key in sorted({(work.kind, _work_key(work)) for work in was} - {(work.kind, _work_key(work)) for work in now}):
        writes.delete(_WorkRow(_work(key[0]), key[1]))
    # All of them, not only the new ones: so one that was missing comes onto its list by the next write.
    for code in sorted(ongoing_in(after)):
        writes.save(_OngoingRow(_ongoing(code), after.agent))
    for code in sorted(was_ongoing_in - ongoing_in(after)):
        writes.delete(_OngoingRow(_ongoing(code), after.agent))


def leave(writes: TransactWrite, dossier: Dossier) -> None:
    """Add to a transaction that a dossier goes from every list."""
    for work in sorted(work_in(dossier), key=_work_key):
        writes.delete(_WorkRow(_work(work.kind), _work_key(work)))
    for code in sorted(municipalities_in(dossier)):
        writes.delete(_OngoingRow(_ongoing(code), dossier.agent))
    writes.delete(_ListedRow(_LISTED, dossier.agent))


def _work_row(work: Work) -> _WorkRow:
    return _WorkRow(
        _work(work.kind),
        _work_key(work),
        municipality_code=work.municipality_code,
        agent=work.agent,
        about=work.about,
        since=work.since.isoformat(),
    )


def _work_key(work: Work) -> str:
    return f"{work.municipality_code}#{work.agent}#{work.about}"


def _work(kind: Kind) -> str:
    return f"work#{kind.value}"


def _ongoing(municipality_code: str) -> str:
    return f"ongoing#{municipality_code}"
