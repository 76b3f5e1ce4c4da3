"""Partners as the secretariat, the chair and the steering group see them, and what staff do with their agreements."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint

from chalicelib.access.people import Role
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.errors import Conflict
from chalicelib.common.written import FormRefused
from chalicelib.partners import forms, pages, partner_forms, partner_page, service, store
from chalicelib.runtime.web import Answer, see_other

bp = Blueprint(__name__)

_NEW = ("navn", "cvr", "koe", "kontakter")


@route(bp, "GET", "/partnere", summary="Partnere og deres aftaler")
def partners(visit: Visit) -> Answer:
    rows = [pages.row(each, today=visit.clock.today()) for each in store.all_partners()]
    return visit.page("partners/partners.html", partners=rows, may_register=visit.somebody.role is Role.SECRETARIAT)


@route(bp, "GET", "/partnere/ny", summary="Formular: opret en partner")
def new_partner(visit: Visit) -> Answer:
    return _new(visit)


@route(bp, "POST", "/partnere/ny", summary="Opret en partner")
def register(visit: Visit) -> Answer:
    try:
        partner = partner_forms.partner(visit.form)
        service.register(partner, by=visit.somebody.address, clock=visit.clock)
    except FormRefused as refused:
        return _new(visit, errors=refused.message_by_field)
    except Conflict as refused:
        return _new(visit, errors={"": refused.message}, status=409)
    return see_other(f"/partnere/{partner.partner_id}")


@route(bp, "GET", "/partnere/{partner_id}", summary="En partner, dens aftaler og nøgler, og hvad der kan gøres")
def partner(visit: Visit) -> Answer:
    return partner_page.shown(visit)


@route(bp, "POST", "/partnere/{partner_id}/kontakter", summary="Ret partnerens kontakter")
def change_contacts(visit: Visit) -> Answer:
    def change(partner_id: str, by: str) -> None:
        service.change_contacts(partner_id, partner_forms.contacts(visit.form), by=by, clock=visit.clock)

    return partner_page.after(visit, change)


@route(bp, "POST", "/partnere/{partner_id}/oplysninger", summary="Ret partnerens navn, CVR-nummer og kø")
def correct(visit: Visit) -> Answer:
    def change(partner_id: str, by: str) -> None:
        right = partner_forms.correction(visit.form)
        service.correct(partner_id, name=right.name, cvr=right.cvr, queue=right.queue, by=by, clock=visit.clock)

    return partner_page.after(visit, change)


@route(bp, "POST", "/partnere/{partner_id}/forslag", summary="Skriv et forslag til aftale")
def propose(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.propose(partner_id, forms.terms(visit.form), by=by, clock=visit.clock)

    return partner_page.after(visit, enter, review_field="gennemgang")


@route(bp, "POST", "/partnere/{partner_id}/opgiv", summary="Opgiv forslaget")
def drop(visit: Visit) -> Answer:
    return partner_page.after(visit, lambda partner_id, by: service.drop(partner_id, by=by, clock=visit.clock))


@route(bp, "POST", "/partnere/{partner_id}/aktiver", summary="Registrér mandatet, og aktivér aftalen")
def activate(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.activate(partner_id, decision_id=visit.form.text("mandat"), by=by, clock=visit.clock)

    return partner_page.after(visit, enter, decision_field="mandat")


@route(bp, "POST", "/partnere/{partner_id}/forlaeng", summary="Registrér beslutningen om at forlænge")
def extend(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        wanted = forms.extension(visit.form)
        service.extend(
            partner_id,
            until=wanted.until,
            review_date=wanted.review_date,
            expected=wanted.calls_per_month,
            price_per_call_oere=wanted.price_per_call_oere,
            decision_id=visit.form.text("beslutning"),
            by=by,
            clock=visit.clock,
        )

    return partner_page.after(visit, enter, decision_field="beslutning", review_field="til_gennemgang")


@route(bp, "POST", "/partnere/{partner_id}/afvis", summary="Registrér afslaget på at forlænge")
def decline(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        reason = forms.reason(visit.form, "begrundelse")
        decision_id = visit.form.text("afslag")
        service.decline_extension(partner_id, decision_id=decision_id, reason=reason, by=by, clock=visit.clock)

    return partner_page.after(visit, enter, decision_field="afslag", reason_field="begrundelse")


@route(bp, "POST", "/partnere/{partner_id}/slut", summary="Fastsæt en tidligere sidste dag")
def end(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        last_day, reason = forms.day(visit.form, "sidste_dag"), forms.reason(visit.form, "aarsag")
        service.end(partner_id, last_day=last_day, reason=reason, by=by, clock=visit.clock)

    return partner_page.after(visit, enter, reason_field="aarsag")


@route(bp, "POST", "/partnere/{partner_id}/gennemgaaet", summary="Registrér, at en aftale uden slutdato er gennemgået")
def review(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.review(partner_id, next_review=forms.day(visit.form, "naeste"), by=by, clock=visit.clock)

    return partner_page.after(visit, enter, review_field="naeste")


def _new(visit: Visit, *, errors: Mapping[str, str] | None = None, status: int = 422) -> Answer:
    return visit.page(
        "partners/new.html",
        status=status if errors else 200,
        typed={name: visit.form.text(name) if errors else "" for name in _NEW},
        errors=errors or {},
    )
