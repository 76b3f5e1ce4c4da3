"""Erases the ledger's months past the retention period, of every run: lines, standings, and where agents had rows.

An agent who was noted for figures that were corrected before they were evaluated has neither line nor standing, and is
found by a note. What a month came to stays in the municipality's head. Every run does all that is due and finds what an
earlier one left; a table that is restored from a backup has the heads of then, and is erased again.
"""

from __future__ import annotations

from chalicelib.common import municipalities
from chalicelib.common.danish import counted
from chalicelib.common.errors import Conflict, TryLater
from chalicelib.common.months import Month
from chalicelib.evaluation import erasure_store, home_store, run_store, store
from chalicelib.evaluation.erased import is_gone
from chalicelib.evaluation.requests import LIVE

_ATTEMPTS = 4


def erase_until(last: Month) -> int:
    """Erase every month up to `last`; return how many revisions of the ledger were deleted.

    Raises:
        TryLater: municipalities were evaluated all the time; the others are done.
    """
    deleted = busy = 0
    for run in (LIVE, *(each.run for each in run_store.runs())):
        for _, head in sorted(store.heads(run, municipalities.by_code).items()):
            if head.version == 0 or (head.erased_until is not None and head.erased_until >= last):
                continue
            done = _erase_municipality(run, head, last)
            busy += done is None
            deleted += done or 0
        busy += _erase_newcomers(run, last)
    if busy:
        raise TryLater(f"{counted(busy, 'kommune', 'kommuner')} blev evalueret imens. Kør jobbet igen.")
    return deleted


def has_rows(agent: str) -> bool:
    """Whether an agent id still has rows in the live ledger."""
    return bool(home_store.homes(LIVE, [agent]))


def _erase_municipality(run: str, head: store.Head, last: Month) -> int | None:
    """Erase a municipality's months; return how many revisions were deleted, or None when others were in the way."""
    code = head.municipality_code
    for _ in range(_ATTEMPTS):
        try:
            return _erase(run, head, last)
        except Conflict:
            head = store.heads(run, [code])[code]
    return None


def _erase_newcomers(run: str, last: Month) -> int:
    """Erase where those had rows who were noted up to `last`, but for whom a kept line is; return in how many
    municipalities others were in the way.
    """
    by_code: dict[str, list[home_store.Newcomer]] = {}
    for each in home_store.newcomers(run, last):
        by_code.setdefault(each.municipality_code, []).append(each)
    busy = 0
    # Read before the lines: by its version is known, whether there are others by now.
    heads = store.heads(run, by_code)
    for code, newcomers in by_code.items():
        kept = [each for each in erasure_store.revisions(run, code) if each.month > last]
        still_here = frozenset[str]().union(*(each.agents_with_lines for each in kept))
        try:
            for each in newcomers:
                if each.agent not in still_here:
                    erasure_store.leave_home(run, each.agent, code, head_version=heads[code].version)
                home_store.delete_newcomer(run, each)
        except Conflict:
            busy += 1
    return busy


def _erase(run: str, head: store.Head, last: Month) -> int:
    code, found = head.municipality_code, erasure_store.revisions(run, head.municipality_code)
    gone, kept = [each for each in found if each.month <= last], [each for each in found if each.month > last]
    # First of all: what is evaluated from now on knows that these months are no more.
    current = {each.month: each.counts for each in found if head.revision_by_month.get(each.month) == each.number}
    kept_months = [month for month in head.revision_by_month if month > last]
    counts, version = current | dict(head.counts_by_month), head.version
    if len(kept_months) < len(head.revision_by_month) or counts.keys() > head.counts_by_month.keys():
        version = erasure_store.let_go(run, head, kept=kept_months, counts_by_month=counts)
    still_here = frozenset[str]().union(*(each.agents_with_lines for each in kept))
    once_here = frozenset[str]().union(*(each.agents_with_lines.union(each.standings) for each in found))
    for agent in sorted(once_here - still_here):
        erasure_store.leave_home(run, agent, code, head_version=version)
    for each in kept:
        staying = [agent for agent, standing in each.standings.items() if not is_gone(standing, last)]
        # What went in may be gone by now, standings, proofs and decisions: on its digest guesses could be tried.
        if each.has_snapshot or len(staying) < len(each.standings):
            erasure_store.leave_standings(run, code, each, staying)
    for each in gone:
        erasure_store.delete(run, code, each)
    erasure_store.note_erased(run, code, last)
    return len(gone)
