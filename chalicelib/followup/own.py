"""What of an agent's dossier concerns one municipality. Agents move, and what happened elsewhere isn't shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.cases.dossier import Dossier, Entry, Event, Renaming
from chalicelib.cases.work import ongoing_in


def own_part(dossier: Dossier, municipality_code: str) -> Dossier:
    """Return the dossier with the municipality's own cases and proofs, and what it said of names."""
    return replace(
        dossier,
        cases=tuple(each for each in dossier.cases if each.ground.municipality_code == municipality_code),
        proofs=tuple(each for each in dossier.proofs if each.municipality_code == municipality_code),
        renamed_to=_own(dossier.renamed_to, municipality_code),
        formerly=_own(dossier.formerly, municipality_code),
    )


def is_ongoing(own: Dossier) -> bool:
    """Whether a case is open in the municipality's own part, or something in it waits for a person."""
    return bool(ongoing_in(own))


def own_entries(history: Iterable[Entry], own: Dossier, municipality_code: str) -> tuple[Entry, ...]:
    """Return the entries about what is the municipality's own, and that the agent stopped or hadn't, in their order."""
    of_all = (Event.STOPPED, Event.STOP_UNDONE, Event.CAME_BACK)
    return tuple(entry for entry in history if entry.what in of_all or is_about_own(entry, own, municipality_code))


def is_about_own(entry: Entry, own: Dossier, municipality_code: str) -> bool:
    """Whether an entry is about a case or proof that is left, or what the municipality said of names or a stop."""
    if entry.municipality_code is not None:
        return entry.municipality_code == municipality_code
    if entry.renaming is not None:
        return entry.renaming.municipality_code == municipality_code
    if entry.proof_id is not None:
        return own.proof(entry.proof_id) is not None
    return entry.case is not None and own.case(entry.case) is not None


def _own(renaming: Renaming | None, municipality_code: str) -> Renaming | None:
    return renaming if renaming is not None and renaming.municipality_code == municipality_code else None
