"""Cases as the secretariat sees them: what waits, all that a decision needs on one page, and the decisions."""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Blueprint

from chalicelib.access import look_log
from chalicelib.access.people import Person
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.cases import lists, service, store
from chalicelib.cases.work import Kind
from chalicelib.evaluation import reading
from chalicelib.followup import case_forms, case_page, case_pages, proof_documents, renaming, stopping
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)


@route(bp, "GET", "/sager", summary="Sager, beviser og beskeder, der venter på sekretariatet")
def cases(visit: Visit) -> Answer:
    today = visit.clock.today()
    work_by_kind = {kind: lists.waiting(kind) for kind in Kind}
    agents = sorted({work.agent for found in work_by_kind.values() for work in found})
    if agents:
        look_log.note(
            who=visit.somebody.address,
            purpose="Listen over sager, der venter",
            municipality_code=None,
            agents=agents,
            clock=visit.clock,
        )
    dossiers = store.of_agents(agents)
    rows = {
        kind.value: [case_pages.work_row(work, dossiers[work.agent], today=today) for work in found]
        for kind, found in work_by_kind.items()
    }
    return visit.page("followup/cases.html", rows=rows, has_work=bool(agents))


@route(bp, "GET", "/sager/{agent}", summary="Alt om en agents sag, og hvad der kan gøres")
def case(visit: Visit) -> Answer:
    return case_page.shown(visit)


@route(bp, "POST", "/sager/{agent}/afgoer", summary="Afgør sagen")
def decide(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        decision = case_forms.decision(visit.form)
        seen = case_forms.seen(visit.form)
        service.decide(
            agent, decision.what, decision.reason, seen=seen, by=by, now_in=_now_in(agent), clock=visit.clock
        )

    return _do("afgoer", visit, enter, reason_field="begrundelse")


@route(bp, "POST", "/sager/{agent}/bevis/{proof_id}/godkend", summary="Godkend et bevis")
def verify(visit: Visit) -> Answer:
    proof_id, seen = visit.parameters["proof_id"], case_forms.seen(visit.form)
    return _do(
        "godkend",
        visit,
        lambda agent, by: service.verify_proof(
            agent, proof_id, seen=seen, by=by, now_in=_now_in(agent), clock=visit.clock
        ),
    )


@route(bp, "POST", "/sager/{agent}/bevis/{proof_id}/afvis", summary="Afvis et bevis")
def refuse(visit: Visit) -> Answer:
    proof_id = visit.parameters["proof_id"]
    field = case_page.refusal_field(proof_id)

    def enter(agent: str, by: Person) -> None:
        reason = case_forms.reason(visit.form, field)
        seen = case_forms.seen(visit.form)
        service.refuse_proof(agent, proof_id, reason, seen=seen, by=by, now_in=_now_in(agent), clock=visit.clock)

    return _do("afvis", visit, enter, reason_field=field)


@route(bp, "GET", "/sager/{agent}/bevis/{proof_id}/dokument", summary="Hent dokumentet ved et bevis")
def document(visit: Visit) -> Answer:
    return proof_documents.led_to(visit, store.get(visit.parameters["agent"]))


@route(bp, "POST", "/sager/{agent}/udfoert", summary="Beskeden til telefonien er udført")
def carried_out(visit: Visit) -> Answer:
    number = case_forms.case_number(visit.form)
    return _do("udfoert", visit, lambda agent, by: service.confirm(agent, number, by=by, clock=visit.clock))


@route(bp, "POST", "/sager/{agent}/orienteret", summary="Kommunen er orienteret: dens frist løber fra i dag")
def told(visit: Visit) -> Answer:
    number = case_forms.case_number(visit.form)
    return _do("orienteret", visit, lambda agent, by: service.told_by_hand(agent, number, by=by, clock=visit.clock))


@route(bp, "POST", "/sager/{agent}/navn-fortrudt", summary="Fortryd, at agenten har skiftet id")
def undo_name(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        renaming.undo(agent, case_forms.reason(visit.form, "fortryd"), by=by, clock=visit.clock)

    return _do("navn-fortrudt", visit, enter, reason_field="fortryd")


@route(bp, "POST", "/sager/{agent}/stop-fortrudt", summary="Fortryd, at agenten er stoppet")
def undo_stop(visit: Visit) -> Answer:
    def enter(agent: str, by: Person) -> None:
        stopping.undo(agent, case_forms.reason(visit.form, "fortrydstop"), by=by, clock=visit.clock)

    return _do("stop-fortrudt", visit, enter, reason_field="fortrydstop")


def _now_in(agent: str) -> frozenset[str]:
    return reading.last_rows(agent).municipality_codes


def _do(form: str, visit: Visit, act: Callable[[str, Person], object], *, reason_field: str = "") -> Answer:
    return case_page.after(visit, act, form=form, reason_field=reason_field)
