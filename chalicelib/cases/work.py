"""What waits for a person in a dossier, and whose it is: the lists that the pages show. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.cases.dossier import Dossier, State


class Kind(StrEnum):
    """What somebody must do."""

    DECIDE = "decide"
    VERIFY = "verify"
    CARRY_OUT = "carry_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing to do. `about` tells several of a kind apart: a case's number, a proof's id."""

    kind: Kind
    municipality_code: str
    agent: str
    about: str
    since: date


def work_in(dossier: Dossier) -> frozenset[Work]:
    """Return everything in the dossier that waits for a person."""
    found: set[Work] = set()
    for case in dossier.cases:
        code, about = case.ground.municipality_code, str(case.number)
        if case.state in (State.PROPOSED, State.REOPENED):
            since = case.opened_on
            found.add(Work(kind=Kind.DECIDE, municipality_code=code, agent=dossier.agent, about=about, since=since))
        found.update(
            Work(kind=Kind.CARRY_OUT, municipality_code=code, agent=dossier.agent, about=about, since=each.on)
            for each in case.instructions
            if each.is_open
        )
    found.update(
        Work(
            kind=Kind.VERIFY,
            municipality_code=proof.municipality_code,
            agent=dossier.agent,
            about=proof.proof_id,
            since=proof.registered_on,
        )
        for proof in dossier.proofs
        if proof.is_waiting
    )
    return frozenset(found)


def ongoing_in(dossier: Dossier) -> frozenset[str]:
    """Return the municipalities of which a case is open in the dossier, or something waits for a person."""
    with_open_case = {case.ground.municipality_code for case in dossier.cases if case.is_open}
    return frozenset(with_open_case | {work.municipality_code for work in work_in(dossier)})


def municipalities_in(dossier: Dossier) -> frozenset[str]:
    """Return the municipalities of which anything is in the dossier, settled or not."""
    return frozenset(
        {case.ground.municipality_code for case in dossier.cases}
        | {proof.municipality_code for proof in dossier.proofs}
    )
