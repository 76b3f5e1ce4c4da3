"""A hotline that proposes pauses, and figures that were dropped: about X, whose data is asked for, and about Y."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.access.people import Person
from chalicelib.cases import service
from chalicelib.cases.dossier import Event
from chalicelib.cases.proofs import ProofKind
from tests.cases.dossiers import seen
from tests.conftest import SettableClock
from tests.evaluation.conftest import hotline
from tests.evaluation.hotline import Hotline
from tests.evaluation.test_proposals import move_to, proposed
from tests.kpi.conftest import Desk
from tests.web import SECRETARIAT, Site, Visitor, leader_of

__all__ = ["hotline", "proposed"]

X, Y = "751-001", "751-002"
LEADER = leader_of("751")
STAFF = Person(address="navn.navnesen@ddh.example", role=SECRETARIAT.role)


def told_of(agent: str, mark: str, clock: SettableClock) -> None:
    """Say, register, decide and look: each text of it carries the mark."""
    service.remark(
        agent,
        Event.CONTESTED,
        f"{mark}-indsigelse, skriv til {LEADER.address}",
        seen=seen(agent),
        by=LEADER,
        clock=clock,
    )
    for kind, refused in ((ProofKind.E_LEARNING, False), (ProofKind.PHYSICAL, True)):
        proof_id = f"{mark}-{kind.value}"
        service.register_proof(
            agent,
            proof_id=proof_id,
            kind=kind,
            taken_on=date(2024, 12, 1),
            source=f"{mark}-kilde-{kind.value} <x>",
            by=LEADER,
            clock=clock,
        )
        if refused:
            service.refuse_proof(agent, proof_id, f"{mark}-afslag", seen=seen(agent), now_in=(), by=STAFF, clock=clock)
        else:
            service.verify_proof(agent, proof_id, seen=seen(agent), now_in=(), by=STAFF, clock=clock)
    service.told_by_hand(agent, 1, by=STAFF, clock=clock)
    move_to(clock, date(2025, 1, 25))
    service.decide(agent, Event.PAUSED, f"{mark}-afgoerelse <x>", seen=seen(agent), now_in=(), by=STAFF, clock=clock)
    service.confirm(agent, 1, by=LEADER, clock=clock)
    move_to(clock, date(2025, 1, 5))


@pytest.fixture
def staff(site: Site, proposed: Hotline, clock: SettableClock, queued: Callable[[str], list[Any]]) -> Visitor:
    """The secretariat, after figures, ledger, cases and looks of both agents came to be."""
    desk = Desk(clock, queued)
    desk.drop(["Aarhus", X, 4321, 2109], ["Aarhus", Y, 8765, 6543], key="drops/agent-kpi/2024-12.csv")
    for agent, mark in ((X, "x-kanarie"), (Y, "y-kanarie")):
        told_of(agent, mark, clock)
    leader = site.signed_in(LEADER)
    leader.get(f"/opfoelgning/751/{X}")
    leader.get(f"/opfoelgning/751/{Y}")
    return site.signed_in(STAFF)
