"""An agent's dossier, taken step by step by a test. Nobody in it exists."""

from __future__ import annotations

from datetime import UTC, date, datetime

from chalicelib.cases import steps, store, training
from chalicelib.cases.dossier import SYSTEM, Dossier, Event, Ground, GroundMonth, Step
from chalicelib.cases.proofs import ProofKind
from chalicelib.common.acts import Act
from chalicelib.common.months import Month

STAFF = "s@ddh.example"
LEADER = "leder741@kommune.example"
#: What stands for the agents of dossiers that tests make themselves.
ALIAS = "0123456789abcdef" * 2


def act(on: date, by: str = STAFF) -> Act:
    return Act(by=by, at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC), on=on)


def seen(agent: str) -> int:
    """Return the version of a stored dossier that somebody sees now, to act on it."""
    return store.get(agent).version


def ground(first: str = "2024-10", *, municipality_code: str = "741") -> Ground:
    """Three months running, far below target."""
    month = Month.parse(first)
    months = tuple(GroundMonth(month=month.plus(place), answered=200, resolved=90) for place in range(3))
    return Ground(municipality_code=municipality_code, step_1=month, months=months, ledger_revision=1)


class Following:
    """Takes a dossier through steps and keeps it; a step that changes nothing leaves it."""

    def __init__(self) -> None:
        self.dossier = Dossier(agent="A-1", alias=ALIAS)
        self.history: list[Event] = []

    def took(self, step: Step | None) -> Dossier:
        if step is not None:
            self.dossier = step.dossier
            self.history += [entry.what for entry in step.entries]
        return self.dossier

    def proposed(self, on: date = date(2025, 1, 5)) -> Dossier:
        return self.took(steps.proposed(self.dossier, ground=ground(), act=act(on, SYSTEM)))

    def told(self, on: date = date(2025, 1, 6)) -> Dossier:
        return self.took(steps.window_opened(self.dossier, days=14, act=act(on, SYSTEM)))

    def decided(
        self, what: Event, on: date, *, reason: str = "Talt med kommunen", own: tuple[str, ...] = ()
    ) -> Dossier:
        return self.took(steps.decided(self.dossier, what=what, reason=reason, own=own, now_in=(), act=act(on)))

    def paused(self, on: date = date(2025, 1, 25)) -> Dossier:
        self.proposed()
        self.told()
        return self.decided(Event.PAUSED, on)

    def trained(
        self, kind: ProofKind, *, taken: date = date(2024, 11, 1), verified: date = date(2025, 2, 3)
    ) -> Dossier:
        proof_id = f"{kind.value}-{taken}"
        self.registered(proof_id, kind, taken=taken)
        return self.verified(proof_id, on=verified)

    def verified(self, proof_id: str, *, on: date = date(2025, 2, 3)) -> Dossier:
        step = training.verified(self.dossier, proof_id=proof_id, own=(), now_in=(), act=act(on))
        (after,) = steps.back_if_trained([step], [], act=act(on))
        return self.took(after)

    def registered(
        self, proof_id: str, kind: ProofKind = ProofKind.PHYSICAL, *, taken: date = date(2024, 11, 1)
    ) -> Dossier:
        return self.took(
            training.registered(
                self.dossier,
                proof_id=proof_id,
                municipality_code="741",
                kind=kind,
                taken_on=taken,
                source="Kursusbevis",
                act=act(max(taken, date(2025, 1, 7)), LEADER),
            )
        )
