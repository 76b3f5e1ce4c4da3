"""What of an agent's dossier concerns one municipality. Agents move, and what happened elsewhere isn't shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.cases.dossier import Dossier, Entry, Event


def own_part(dossier: Dossier, municipality_code: str) -> Dossier:
    """Return the dossier with the municipality's own cases and proofs."""
    return replace(
        dossier,
        cases=tuple(each for each in dossier.cases if each.ground.municipality_code == municipality_code),
        proofs=tuple(each for each in dossier.proofs if each.municipality_code == municipality_code),
    )


def own_entries(history: Iterable[Entry], own: Dossier) -> tuple[Entry, ...]:
    """Return the entries about the cases and proofs that are left, and that the agent stopped, in their order."""
    return tuple(entry for entry in history if entry.what is Event.STOPPED or is_about_own(entry, own))


def is_about_own(entry: Entry, own: Dossier) -> bool:
    """Whether an entry is about a case or proof that is left."""
    if entry.proof_id is not None:
        return own.proof(entry.proof_id) is not None
    return entry.case is not None and own.case(entry.case) is not None
