"""What of a dossier is past the retention period: settled cases, proofs, names, and the history of them.

Each goes by its own youngest date. While a case is open, under any of the agent's ids, nothing goes: it is decided on
all that was said, and the names lead to it.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.cases.dossier import Case, Dossier, Entry, Renaming
from chalicelib.cases.proofs import Document, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is left of a dossier, None when it is nothing, and what goes."""

    left: Dossier | None
    entries: tuple[Entry, ...]
    documents: tuple[Document, ...]


def past(
    dossier: Dossier,
    history: Sequence[Entry],
    *,
    others: Iterable[Dossier],
    last_day: date,
    has_rows: Callable[[str], bool],
) -> Past:
    """Return what goes of a dossier whose last day kept no more is `last_day`.

    `others` are the dossiers of the agent's other ids; `has_rows` says whether an id still has rows in the ledger: what
    leads to one stays.
    """
    if any(each.open_case is not None for each in (dossier, *others)):
        return Past(left=dossier, entries=(), documents=())
    cases = tuple(case for case in dossier.cases if _last_of_case(case, history) > last_day)
    proofs = tuple(proof for proof in dossier.proofs if _last_of_proof(proof, history) > last_day)
    is_stopped = dossier.stopped_on is not None and dossier.stopped_on > last_day
    left = replace(
        dossier,
        cases=cases,
        proofs=proofs,
        stopped_on=dossier.stopped_on if is_stopped else None,
        renamed_to=_kept(dossier.renamed_to, dossier.agent, last_day, has_rows),
        formerly=_kept(dossier.formerly, dossier.formerly.other if dossier.formerly else "", last_day, has_rows),
    )
    entries = tuple(each for each in history if each.act.on <= last_day and not _is_about(each, left))
    nothing = Dossier(agent=dossier.agent, alias=dossier.alias, version=dossier.version)
    is_empty = left == nothing and len(entries) == len(history)
    return Past(
        left=None if is_empty else left,
        entries=entries,
        documents=tuple(each.document for each in dossier.proofs if each not in proofs and each.document is not None),
    )


def _last_of_case(case: Case, history: Iterable[Entry]) -> date:
    told = [each.act.on for each in history if each.case == case.number]
    return max([case.opened_on, *([case.settled_on] if case.settled_on else []), *told])


def _last_of_proof(proof: Proof, history: Iterable[Entry]) -> date:
    told = [each.act.on for each in history if each.proof_id == proof.proof_id]
    return max([proof.taken_on, proof.registered_on, *told])


def _kept(renaming: Renaming | None, former: str, last_day: date, has_rows: Callable[[str], bool]) -> Renaming | None:
    """Return what is said of a name as long as it is young, or the former id has rows that lead to the later one."""
    if renaming is None or renaming.said_on > last_day or has_rows(former):
        return renaming
    return None


def _is_about(entry: Entry, left: Dossier) -> bool:
    """Whether an entry is about something that is left."""
    if entry.case is not None:
        return left.case(entry.case) is not None
    if entry.proof_id is not None:
        return left.proof(entry.proof_id) is not None
    if entry.renaming is not None:
        return entry.renaming in left.renamings
    return left.stopped_on is not None
