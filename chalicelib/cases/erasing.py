"""Erases dossiers past the retention period: cases, proofs with their documents, names, and the history of them.

A dossier that stands on other lists than it should is put right, for nothing else walks past all of them.
Every run does all that is due and finds what an earlier one left: documents first, then the history, and last the
dossier itself, which until then says what is to go. Files that came to stand in no dossier go by the month they came.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.cases import documents, lists, past, store
from chalicelib.common.months import Month


def erase_until(last: Month, *, has_rows: Callable[[str], bool]) -> int:
    """Erase what is of `last` or before; return how many dossiers lost something, and stray files went.

    `has_rows` says whether an agent id still has rows in the ledger.

    Raises:
        Conflict: somebody wrote a dossier meanwhile; the next run takes it.
    """
    erased, standing = 0, set()
    for agent in lists.every_agent():
        dossier = store.get(agent)
        found = past.past(
            dossier,
            store.history(agent),
            others=store.under_other_names(dossier),
            last_day=last.last_day,
            has_rows=has_rows,
        )
        for document in found.documents:
            documents.erase(document)
        standing |= {proof.document.key for proof in found.left.proofs if proof.document} if found.left else set()
        store.delete_entries(agent, found.entries)
        if found.left is None:
            store.erase(dossier)
        elif found.left != dossier or lists.is_amiss(dossier):
            store.shorten(dossier, found.left)
        erased += found.left != dossier or bool(found.entries)
    return erased + documents.erase_strays(last, standing=standing)
