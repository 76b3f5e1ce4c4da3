"""Where the procedure and people's decisions meet: proposals open cases, and decisions reach the months after them.

The ledger is the truth about proposals, the dossiers about decisions. Cases are brought up to date with the ledger each
time that it is looked at, so a crash in between, a second delivery or a correction of a correction come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from chalicelib.cases import service, store
from chalicelib.cases.dossier import Dossier, Ground, GroundMonth
from chalicelib.cases.effects import NO_EFFECTS, Effects, effects
from chalicelib.common.clock import Clock
from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import Line, MunicipalityMonth, Row
from chalicelib.evaluation.rules import Outcome


def dossiers(agents: Iterable[str]) -> dict[str, Dossier]:
    """Return the dossiers of those agents who have one, by agent."""
    return store.of_agents(sorted(agents))


def effects_in(
    found: Mapping[str, Dossier], rows: Iterable[Row], *, month: Month, evaluated_on: date
) -> dict[str, Effects]:
    """Return what people decided that counts for the month, by agent; agents for whom nothing does are left out."""
    by_agent = {
        row.agent: effects(found[row.agent], month=month, evaluated_on=evaluated_on)
        for row in rows
        if row.agent in found
    }
    return {agent: each for agent, each in by_agent.items() if each != NO_EFFECTS}


def reconcile(
    municipality_code: str,
    current: Mapping[Month, MunicipalityMonth],
    *,
    dossiers: Mapping[str, Dossier],
    clock: Clock,
) -> None:
    """Bring the cases of a municipality up to date with the months of its ledger. Harmless to repeat.

    First what lost its ground, then what is proposed: an agent has one open case.
    """
    lines = {
        (line.agent, month): line
        for month, evaluated in current.items()
        for line in evaluated.lines
        if line.outcome is Outcome.PAUSE_PROPOSED
    }
    for agent, dossier in dossiers.items():
        for case in dossier.cases:
            ground = case.ground
            is_ours = ground.municipality_code == municipality_code and ground.month in current
            if case.is_open and is_ours and (agent, ground.month) not in lines:
                service.remove_ground(agent, case.number, clock=clock)
    for (agent, month), line in sorted(lines.items()):
        known = dossiers[agent].cases if agent in dossiers else ()
        if not any(_stands_for(case.ground, municipality_code, month) and not case.is_withdrawn for case in known):
            service.propose(agent, ground_of(line, current[month].revision), clock=clock)


def ground_of(line: Line, revision: int) -> Ground:
    """Return why a line proposes a pause."""
    assert line.after.step_1 is not None
    return Ground(
        municipality_code=line.municipality_code,
        step_1=line.after.step_1,
        months=tuple(
            GroundMonth(month=calls.month, answered=calls.answered, resolved=calls.resolved)
            for calls in line.after.last_three
        ),
        ledger_revision=revision,
    )


def _stands_for(ground: Ground, municipality_code: str, month: Month) -> bool:
    return (ground.municipality_code, ground.month) == (municipality_code, month)
