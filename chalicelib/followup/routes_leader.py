"""A municipality's own follow-up: its agents, each with months and case, and what its leaders say and register."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access.people import Person
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.cases import service, store
from chalicelib.followup import agent_page, agents_page, case_forms, leader_forms, proof_documents, renaming, stopping
from chalicelib.followup.own import own_part
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)

_AGENT = "/opfoelgning/{municipality_code}/{agent}"


@route(bp, "GET", "/opfoelgning/{municipality_code}", summary="Kommunens agenter, deres trin, og hvad der venter")
def municipality_agents(visit: Visit) -> Answer:
    return agents_page.shown(visit)


@route(bp, "GET", _AGENT, summary="En agents måneder, sag og beviser")
def municipality_agent(visit: Visit) -> Answer:
    return agent_page.shown(visit)


@route(bp, "POST", f"{_AGENT}/svar", summary="Kommentér et forslag om pause, gør indsigelse, eller vær enig")
def answer_proposal(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        said, seen = leader_forms.said(visit.form), case_forms.seen(visit.form)
        service.remark(agent, said.what, said.text, seen=seen, by=by, clock=visit.clock)

    return agent_page.after(visit, enter, form="svar")


@route(bp, "POST", f"{_AGENT}/beviser", summary="Registrér et bevis for undervisning")
def register_proof(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        typed = leader_forms.proof(visit.form)
        service.register_proof(
            agent,
            proof_id=typed.proof_id,
            kind=typed.kind,
            taken_on=typed.taken_on,
            source=typed.source,
            by=by,
            clock=visit.clock,
        )

    return agent_page.after(visit, enter, form="beviser")


@route(bp, "GET", f"{_AGENT}/beviser/{{proof_id}}/dokument", summary="Hent dokumentet ved et bevis")
def proof_document(visit: Visit) -> Answer:
    own = own_part(store.get(visit.parameters["agent"]), visit.parameters["municipality_code"])
    return proof_documents.led_to(visit, own)


@route(bp, "POST", f"{_AGENT}/udfoert", summary="Bekræft, at en besked til telefonien er udført")
def confirm_instruction(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        service.confirm(agent, case_forms.case_number(visit.form), by=by, clock=visit.clock)

    return agent_page.after(visit, enter, form="udfoert")


@route(bp, "POST", f"{_AGENT}/stoppet", summary="Registrér, at agenten er stoppet")
def agent_stopped(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        leader_forms.check_sure(visit.form)
        stopping.stop(agent, by=by, clock=visit.clock)

    return agent_page.after(visit, enter, form="stoppet")


@route(bp, "POST", f"{_AGENT}/nyt-navn", summary="Registrér, at agenten har fået et nyt id")
def agent_renamed(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        renaming.rename(agent, leader_forms.new_name(visit.form), by=by, clock=visit.clock)

    return agent_page.after(visit, enter, form="nyt-navn")
