"""Where the procedure and people's decisions meet: proposals open cases, and decisions reach the months after them.

The ledger is the truth about proposals, the dossiers about decisions. Cases are brought up to date with the ledger each
time that it is looked at, so a crash in between, a second delivery or a correction of a correction come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from chalicelib.cases import lists, naming, service, store
from chalicelib.cases.dossier import Dossier, Ground, GroundMonth
from chalicelib.cases.effects import NO_EFFECTS, Effects, effects
from chalicelib.cases.work import Kind
from chalicelib.common.clock import Clock
from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.evaluation import letters
from chalicelib.evaluation import store as ledger_store
from chalicelib.evaluation.ledger import Line, MunicipalityMonth, Row
from chalicelib.evaluation.requests import LIVE
from chalicelib.evaluation.rules import Outcome
from chalicelib.mail import outbox


def dossiers(agents: Iterable[str]) -> dict[str, Dossier]:
    """Return the dossiers of those agents who have one, and of every other id of theirs, by id."""
    return store.of_agents_by_all_names(agents)


def names(agents: Iterable[str]) -> dict[str, Dossier]:
    """Return the same dossiers with the agents' other ids alone, of which no decision has an effect."""
    return {
        agent: Dossier(agent=agent, version=each.version, renamed_to=each.renamed_to, formerly=each.formerly)
        for agent, each in dossiers(agents).items()
    }


def undecided() -> frozenset[str]:
    """Return the agents whose case waits for a person's decision."""
    return frozenset(work.agent for work in lists.waiting(Kind.DECIDE))


def effects_in(
    found: Mapping[str, Dossier], rows: Iterable[Row], *, month: Month, evaluated_on: date
) -> dict[str, Effects]:
    """Return what people decided that counts for the month, by agent; agents for whom nothing does are left out."""
    by_agent = {
        row.agent: effects(_of_all_names(row.agent, found), month=month, evaluated_on=evaluated_on)
        for row in rows
        if row.agent in found
    }
    return {agent: each for agent, each in by_agent.items() if each != NO_EFFECTS}


def _of_all_names(agent: str, found: Mapping[str, Dossier]) -> list[Dossier]:
    return [found[name] for name in naming.all_names(agent, found) if name in found]


def reconcile(
    municipality_code: str,
    current: Mapping[Month, MunicipalityMonth],
    *,
    dossiers: Mapping[str, Dossier],
    clock: Clock,
) -> None:
    """Bring the cases of a municipality up to date with the months of its ledger. Harmless to repeat.

    First what lost its ground, then what is proposed: an agent has one open case.

    Raises:
        Conflict: a month that a case would be changed by has another revision by now; whoever is slow looks again.
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
                _check_is_current(current[ground.month])
                service.remove_ground(agent, case.number, clock=clock)
    for (agent, month), line in sorted(lines.items()):
        known = dossiers[agent].cases if agent in dossiers else ()
        if not any(_stands_for(case.ground, municipality_code, month) and not case.is_withdrawn for case in known):
            _check_is_current(current[month])
            service.propose(agent, _ground_of(line, current), clock=clock)


def _check_is_current(evaluated: MunicipalityMonth) -> None:
    code, month = evaluated.municipality_code, evaluated.month
    if ledger_store.heads(LIVE, [code])[code].revision_by_month.get(month) != evaluated.revision:
        raise Conflict(f"kommune {code} blev evalueret samtidig")


def _ground_of(line: Line, current: Mapping[Month, MunicipalityMonth]) -> Ground:
    """Return why a line proposes a pause."""
    assert line.after.step_1 is not None
    return Ground(
        municipality_code=line.municipality_code,
        step_1=line.after.step_1,
        months=tuple(
            GroundMonth(month=calls.month, answered=calls.answered, resolved=calls.resolved)
            for calls in line.after.last_three
        ),
        ledger_revision=current[line.month].revision,
        mail_id=_mail_that_tells(line, current),
    )


def _mail_that_tells(line: Line, current: Mapping[Month, MunicipalityMonth]) -> str | None:
    """Return the mail that tells of a proposal: the month's notice, or the correction that brought the proposal.

    A correction is named by its first changed month; None when it can't be found any more.
    """
    code, month = line.municipality_code, line.month
    if current[month].revision == 1:
        return letters.notice_id(code, month, 1)
    for first in sorted((each for each in current if each <= month), reverse=True):
        mail_id = letters.correction_id(code, first, current[first].revision)
        state = outbox.state_of(mail_id)
        if state is not None and any(_tells_of(change, line) for change in state.mail.facts.get("changes", ())):
            return mail_id
    return None


def _tells_of(change: Mapping[str, Any], line: Line) -> bool:
    return (change["agent"], change["month"]) == (line.agent, str(line.month))


def _stands_for(ground: Ground, municipality_code: str, month: Month) -> bool:
    return (ground.municipality_code, ground.month) == (municipality_code, month)
