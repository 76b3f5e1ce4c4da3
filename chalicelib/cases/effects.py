"""What people's decisions mean for the evaluation of a month: the only way in which cases reach the procedure.

A decision counts for the month that its day lies in and for those after it; what was evaluated before stays as it was
said. So evaluating a month again, whenever, comes to the same. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.cases.dossier import Case, Dossier, State
from chalicelib.cases.proofs import ProofKind
from chalicelib.common.months import Month

#: The ends of a case after which the counter starts anew. A withdrawn proposal leaves what the figures say.
_STARTS_ANEW = (State.DECLINED, State.REINSTATED, State.LIFTED, State.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What holds for an agent in a month.

    `reset_on` is the latest day, within the month or before, on which the counter started anew; `is_paused` whether
    the month ended in a pause; `trained_since` the latest day so that both proofs, taken then or later, were verified
    before the day on which the month was first evaluated.
    """

    reset_on: date | None = None
    is_paused: bool = False
    trained_since: date | None = None

    def is_trained(self, step_1: Month) -> bool:
        """Whether both proofs count for steps that began in this month."""
        return self.trained_since is not None and self.trained_since >= step_1.first_day


NO_EFFECTS = Effects()


def effects(dossiers: Sequence[Dossier], *, month: Month, evaluated_on: date) -> Effects:
    """Return what holds for the month, which was first evaluated on a day, by an agent's dossiers under all names."""
    cases = [case for dossier in dossiers for case in dossier.cases]
    resets = [
        case.settled_on
        for case in cases
        if case.state in _STARTS_ANEW and case.settled_on is not None and case.settled_on <= month.last_day
    ]
    return Effects(
        reset_on=max(resets, default=None),
        is_paused=any(_is_paused_on(case, month.last_day) for case in cases),
        trained_since=_trained_since(dossiers, before=evaluated_on),
    )


def _is_paused_on(case: Case, day: date) -> bool:
    """Whether the day ends in the case's pause, reopened or not."""
    if case.paused_on is None or case.paused_on > day:
        return False
    return case.settled_on is None or case.settled_on > day


def _trained_since(dossiers: Sequence[Dossier], *, before: date) -> date | None:
    latest_by_kind: dict[ProofKind, date] = {}
    for proof in (proof for dossier in dossiers for proof in dossier.proofs):
        if proof.verified_on is not None and proof.verified_on < before:
            latest_by_kind[proof.kind] = max(proof.taken_on, latest_by_kind.get(proof.kind, date.min))
    return min(latest_by_kind.values()) if set(latest_by_kind) == set(ProofKind) else None
