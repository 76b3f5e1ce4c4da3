"""The page of a municipality's agents: the latest month of each, the step, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from chalicelib.access import look_log
from chalicelib.access.visit import Visit
from chalicelib.cases import store
from chalicelib.cases.dossier import Case, Dossier
from chalicelib.cases.work import Kind, Work, work_in
from chalicelib.common import municipalities
from chalicelib.common.danish import long_date, month_name
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import Line, MunicipalityMonth
from chalicelib.followup.case_wording import INSTRUCTION_NAMES
from chalicelib.followup.own import own_part
from chalicelib.runtime.web import Answer

_PURPOSE = "Opfølgning: listen over kommunens agenter"


def shown(visit: Visit) -> Answer:
    """Return the page. The look at everybody on it is noted first."""
    code = visit.parameters["municipality_code"]
    months = reading.months_of(code)
    lines = latest_lines(months)
    agents = [line.agent for line in lines]
    look_log.note(
        who=visit.somebody.address, purpose=_PURPOSE, municipality_code=code, agents=agents, clock=visit.clock
    )
    dossiers = store.of_agents(agents)
    rows = [_row(line, own_part(dossiers.get(line.agent, Dossier(agent=line.agent)), code)) for line in lines]
    return visit.page(
        "followup/agents.html",
        name=municipalities.by_code[code].name,
        latest=month_name(months[-1].month) if months else "",
        agents=rows,
    )


def address(municipality_code: str, agent: str) -> str:
    """Return the path of an agent's page."""
    return f"/opfoelgning/{municipality_code}/{quote(agent, safe='')}"


def latest_lines(months: Sequence[MunicipalityMonth]) -> list[Line]:
    """Return each agent's latest line, by agent. `months` are oldest first."""
    line_by_agent: dict[str, Line] = {}
    for month in months:
        line_by_agent |= month.line_by_agent()
    return [line for _, line in sorted(line_by_agent.items())]


def waiting_texts(own: Dossier) -> list[str]:
    """Return what waits for a person in the part of a dossier that is the municipality's own, oldest first."""
    waiting = sorted(work_in(own), key=lambda work: (work.since, work.kind, work.about))
    return [_waiting_text(work, own) for work in waiting]


def _row(line: Line, own: Dossier) -> dict[str, Any]:
    return {
        **reading.line_facts(line),
        "address": address(line.municipality_code, line.agent),
        "month": month_name(line.month),
        "waiting": waiting_texts(own),
        "stopped": long_date(own.stopped_on) if own.stopped_on else "",
        "formerly": own.formerly.other if own.formerly else "",
        "renamed": own.renamed_to.other if own.renamed_to else "",
    }


def _waiting_text(work: Work, own: Dossier) -> str:
    if work.kind is Kind.VERIFY:
        return "Sekretariatet skal se på et bevis"
    case = own.case(int(work.about))
    assert case is not None
    if work.kind is Kind.CARRY_OUT:
        waiting = next(each for each in case.instructions if each.is_open)
        return INSTRUCTION_NAMES[waiting.instruction]
    return _decision_text(case)


def _decision_text(case: Case) -> str:
    if case.window_ends_on is None or case.is_agreed:
        return "Sekretariatet skal afgøre sagen"
    return f"Sekretariatet skal afgøre sagen. Svar senest {long_date(case.window_ends_on)}"
