"""Dossiers as they are stored: each as one item, with its history beside it; the lists that find them are in lists.py.

Keys:

- `agent#<agent>` / `dossier`: the dossier as it is now; its version guards every write.
- `agent#<agent>` / `h#<number>`: one entry of its history. Never changed.

A dossier gets its alias with its first write, of which one of all who race wins; it goes with the dossier. One that was
stored before there were aliases has none, and is read as having the digest of the agent's id that its mails and files
were named by: so no mail is sent twice, and every document is found.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.cases import aliases, lists
from chalicelib.cases.dossier import Dossier, Entry, Step
from chalicelib.cases.dossier_json import dossier_from_json, dossier_to_json, entry_from_json, entry_to_json
from chalicelib.common.errors import Conflict
from chalicelib.runtime.tables import (
    IntegerAttribute,
    JSONTextAttribute,
    Table,
    conflict_means,
    transaction,
)

Also = Callable[[TransactWrite], None]

_DOSSIER = "dossier"
_BUSY = "Sagen blev ændret af en anden imens. Se siden igen, og prøv så."


class _DossierRow(Table):
    feature = "cases"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_DOSSIER)
    version = IntegerAttribute()
    dossier = JSONTextAttribute()


class _EntryRow(Table):
    feature = "cases"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    entry = JSONTextAttribute()
    written_by = UnicodeAttribute()


def get(agent: str, *, new_alias: Callable[[], str] = aliases.new_alias) -> Dossier:
    """Return an agent's dossier as it is now (strong read); an empty one when nothing is written.

    That one has a new alias, which holds from its first write on.
    """
    try:
        row = _DossierRow.get(_agent(agent), _DOSSIER, consistent_read=True)
    except DoesNotExist:
        return Dossier(agent=agent, alias=new_alias())
    return dossier_from_json(row.dossier)


def of_agents(agents: Iterable[str]) -> dict[str, Dossier]:
    """Return the dossiers of those agents who have one, by agent (strong reads)."""
    rows = _DossierRow.batch_get(((_agent(agent), _DOSSIER) for agent in agents), consistent_read=True)
    return {dossier.agent: dossier for dossier in (dossier_from_json(row.dossier) for row in rows)}


def of_agents_by_all_names(agents: Iterable[str]) -> dict[str, Dossier]:
    """Return the dossiers of those agents who have one, and of every other id that is one of theirs, by id."""
    found: dict[str, Dossier] = {}
    asked: set[str] = set()
    wanted = set(agents)
    while wanted:
        asked |= wanted
        read = of_agents(sorted(wanted))
        found |= read
        wanted = {each.other for dossier in read.values() for each in dossier.renamings} - asked
    return found


def under_other_names(dossier: Dossier) -> list[Dossier]:
    """Return the dossiers of the agent's other ids (strong reads)."""
    found = of_agents_by_all_names(each.other for each in dossier.renamings)
    return [each for each in found.values() if each.agent != dossier.agent]


def history(agent: str) -> tuple[Entry, ...]:
    """Return what happened to an agent's dossier, oldest first (strong read)."""
    rows = _EntryRow.query(_agent(agent), _EntryRow.sk.startswith("h#"), consistent_read=True)
    return tuple(entry_from_json(row.entry) for row in rows)


def commit(before: Dossier, step: Step, *, also: Also = lambda _: None) -> None:
    """Store what happened to a dossier, and whatever `also` adds to the transaction: all of it, or nothing.

    Raises:
        Conflict: somebody else wrote the dossier since it was read, or `also` met a conflict.
    """
    commit_together([(before, step)], also=also)


def commit_together(
    changes: Sequence[tuple[Dossier, Step]], *, unchanged: Iterable[Dossier] = (), also: Also = lambda _: None
) -> None:
    """Store what happened to several dossiers, each with what it was before, as one transaction.

    `unchanged` are others that it rests on, each of which must still be what it was.

    A transaction whose answer was lost is tried again and then meets itself: it knows its own token.

    Raises:
        Conflict: somebody else wrote one of all these dossiers since it was read, or `also` met a conflict.
    """
    token = secrets.token_hex(8)
    try:
        with conflict_means(_BUSY), transaction() as writes:
            for before, step in changes:
                add_to(writes, before, step, written_by=token)
            for dossier in unchanged:
                writes.condition_check(_DossierRow, _agent(dossier.agent), _DOSSIER, condition=_is_still(dossier))
            also(writes)
    except Conflict:
        if _written_by(changes[0][1]) != token:
            raise


def add_to(
    writes: TransactWrite,
    before: Dossier,
    step: Step,
    *,
    written_by: str,
    change_lists: Callable[[TransactWrite, Dossier, Dossier], None] = lists.change,
) -> None:
    """Add the step to a transaction, on the condition that nobody wrote the dossier since."""
    after, pk = step.dossier, _agent(step.dossier.agent)
    assert after.alias, "what is written was read first, and has an alias"
    row = _DossierRow(pk, _DOSSIER, version=after.version, dossier=dossier_to_json(after))
    writes.save(row, condition=_is_still(before))
    for entry in step.entries:
        told = _EntryRow(pk, _entry_key(entry.number), entry=entry_to_json(entry), written_by=written_by)
        writes.save(told, condition=_EntryRow.pk.does_not_exist())
    change_lists(writes, before, after)


def delete_entries(agent: str, entries: Iterable[Entry]) -> None:
    """Delete entries of a dossier's history. Repeating it changes nothing."""
    for entry in entries:
        _EntryRow(_agent(agent), _entry_key(entry.number)).delete()


def shorten(before: Dossier, left: Dossier) -> None:
    """Leave only so much of a dossier, also on the lists; one of which all is left comes onto those it should be on.

    That is a version without an entry, for nothing happened to the agent: what is gone isn't written back.

    Raises:
        Conflict: somebody wrote it since it was read.
    """
    after = replace(left, version=before.version + 1)
    with conflict_means(_BUSY), transaction() as writes:
        add_to(writes, before, Step(dossier=after, entries=()), written_by="", change_lists=lists.put_right)


def erase(dossier: Dossier) -> None:
    """Delete a dossier, also from the lists.

    Raises:
        Conflict: somebody wrote it since it was read.
    """
    with conflict_means(_BUSY), transaction() as writes:
        if dossier.version:
            writes.delete(
                _DossierRow(_agent(dossier.agent), _DOSSIER), condition=_DossierRow.version == dossier.version
            )
        lists.leave(writes, dossier)


def _is_still(before: Dossier) -> Condition:
    condition: Condition = _DossierRow.version == before.version if before.version else _DossierRow.pk.does_not_exist()
    return condition


def _written_by(step: Step) -> str | None:
    try:
        row = _EntryRow.get(_agent(step.dossier.agent), _entry_key(step.entries[0].number), consistent_read=True)
    except DoesNotExist:
        return None
    return row.written_by


def _agent(agent: str) -> str:
    return f"agent#{agent}"


def _entry_key(number: int) -> str:
    return f"h#{number:06d}"
