"""The page of a municipality's agents: the latest month of each, the step, and what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from chalicelib.access import look_log
from chalicelib.access.visit import Visit
from chalicelib.cases import lists, store
from chalicelib.cases.dossier import Case, Dossier
from chalicelib.cases.work import Kind, Work, work_in
from chalicelib.common import municipalities
from chalicelib.common.danish import counted, long_date, month_name
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import Line, MunicipalityMonth
from chalicelib.followup.case_wording import INSTRUCTION_NAMES
from chalicelib.followup.own import is_ongoing, own_part
from chalicelib.runtime.web import Answer

_PURPOSE = "Opfølgning: listen over kommunens agenter"


def shown(visit: Visit) -> Answer:
    """Return the page. The look at everybody on it is noted first."""
    code = visit.parameters["municipality_code"]
    months = reading.months_of(code)
    line_by_agent = _latest_lines(months)
    own_by_agent = _own_parts(code, line_by_agent)
    agents = sorted(own_by_agent)
    look_log.note(
        who=visit.somebody.address, purpose=_PURPOSE, municipality_code=code, agents=agents, clock=visit.clock
    )
    today = visit.clock.today()
    rows = [_row(own_by_agent[agent], line_by_agent.get(agent), code, today=today) for agent in agents]
    return visit.page(
        "followup/agents.html",
        name=municipalities.by_code[code].name,
        latest=month_name(months[-1].month) if months else "",
        agents=sorted(rows, key=_place),
        help=reading.help_of(code, months[-1].month, today=today) if months else None,
    )


def address(municipality_code: str, agent: str) -> str:
    """Return the path of an agent's page."""
    return f"/opfoelgning/{municipality_code}/{quote(agent, safe='')}"


def waiting_texts(own: Dossier, *, today: date) -> list[str]:
    """Return what waits for a person in the part of a dossier that is the municipality's own, oldest first."""
    waiting = sorted(work_in(own), key=lambda work: (work.since, work.kind, work.about))
    proofs = sum(work.kind is Kind.VERIFY for work in waiting)
    texts = [_waiting_text(work, own, today=today) for work in waiting if work.kind is not Kind.VERIFY]
    return texts + ([f"Sekretariatet skal se på {counted(proofs, 'bevis', 'beviser')}"] if proofs else [])


def _latest_lines(months: Sequence[MunicipalityMonth]) -> dict[str, Line]:
    """Return each agent's latest line. `months` are oldest first."""
    line_by_agent: dict[str, Line] = {}
    for month in months:
        line_by_agent |= month.line_by_agent()
    return line_by_agent


def _own_parts(code: str, line_by_agent: Mapping[str, Line]) -> dict[str, Dossier]:
    """Return the municipality's part of everybody's dossier who has a line, or something open, however long since."""
    dossiers = store.of_agents({*line_by_agent, *lists.ongoing(code)})
    own_by_agent = {agent: own_part(dossier, code) for agent, dossier in dossiers.items()}
    without = {agent: Dossier(agent=agent) for agent in line_by_agent}
    return without | {agent: own for agent, own in own_by_agent.items() if agent in line_by_agent or is_ongoing(own)}


def _place(row: Mapping[str, Any]) -> tuple[bool, bool, str]:
    """Return where an agent stands in the list: with something waiting first, then those below target."""
    return (not row["waiting"], not row["is_below"], row["agent"])


def _row(own: Dossier, line: Line | None, code: str, *, today: date) -> dict[str, Any]:
    return {
        "agent": own.agent,
        "line": reading.line_facts(line) if line else None,
        "is_below": line is not None and line.outcome in reading.BELOW_TARGET,
        "address": address(code, own.agent),
        "month": month_name(line.month) if line else "",
        "waiting": waiting_texts(own, today=today),
        "stopped": long_date(own.stopped_on) if own.stopped_on else "",
        "formerly": own.formerly.other if own.formerly else "",
        "renamed": own.renamed_to.other if own.renamed_to else "",
    }


def _waiting_text(work: Work, own: Dossier, *, today: date) -> str:
    case = own.case(int(work.about))
    assert case is not None
    if work.kind is Kind.CARRY_OUT:
        waiting = next(each for each in case.instructions if each.is_open)
        return INSTRUCTION_NAMES[waiting.instruction]
    return _decision_text(case, today=today)


def _decision_text(case: Case, *, today: date) -> str:
    if case.window_ends_on is None or case.is_agreed or case.window_ends_on < today:
        return "Sekretariatet skal afgøre sagen"
    return f"Sekretariatet skal afgøre sagen. Svar senest {long_date(case.window_ends_on)}"
