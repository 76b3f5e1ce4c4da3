"""Partners as the secretariat, the chair and the steering group see them, and what staff do with their agreements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from chalice.app import Blueprint

from chalicelib.access import partner_keys
from chalicelib.access.people import Role
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.errors import AppError, Conflict, NotFound
from chalicelib.common.written import FormRefused
from chalicelib.partners import forms, pages, refusals, service, store, timeline
from chalicelib.partners.agreements import Partnership, State
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import ItemType, NotADecisionId
from chalicelib.runtime.web import Answer, see_other

bp = Blueprint(__name__)

_DECIDES = (Role.SECRETARIAT, Role.CHAIR)
#: How many of the latest meetings decisions are suggested from.
_MEETINGS_SUGGESTED = 6
_NEW = ("navn", "cvr", "koe", "kontakter")
_TERMS = ("start", "slut", "gennemgang", "daekning", "opkald", "pris")
_EXTENSION = ("til", "til_gennemgang", "til_opkald", "til_pris", "beslutning")
#: What was typed is shown again beside its error; a key never is: it may be a private one.
_TYPED = (*_TERMS, "mandat", *_EXTENSION, "afslag", "begrundelse", "sidste_dag", "aarsag", "naeste", "kontakter")
_OF_THE_DECISION = (NotADecisionId, refusals.DecisionUnknown, refusals.NotAMandate)
_FIELD_BY_REFUSAL: Mapping[type[AppError], str] = {
    refusals.EndsBeforeItStarts: "slut",
    refusals.PeriodsOverlap: "start",
    refusals.NotLonger: "til",
    refusals.NotALastDay: "sidste_dag",
}


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
        partner = forms.partner(visit.form)
        service.register(partner, by=visit.somebody.address, clock=visit.clock)
    except FormRefused as refused:
        return _new(visit, errors=refused.message_by_field)
    except refusals.PartnerTaken as refused:
        return _new(visit, errors={"": refused.message}, status=409)
    return see_other(f"/partnere/{partner.partner_id}")


@route(bp, "GET", "/partnere/{partner_id}", summary="En partner, dens aftaler og nøgler, og hvad der kan gøres")
def partner(visit: Visit) -> Answer:
    return _partner(visit)


@route(bp, "POST", "/partnere/{partner_id}/kontakter", summary="Ret partnerens kontakter")
def change_contacts(visit: Visit) -> Answer:
    def change(partner_id: str, by: str) -> None:
        service.change_contacts(partner_id, forms.contacts(visit.form), by=by, clock=visit.clock)

    return _do(visit, change)


@route(bp, "POST", "/partnere/{partner_id}/forslag", summary="Skriv et forslag til aftale")
def propose(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.propose(partner_id, forms.terms(visit.form), by=by, clock=visit.clock)

    return _do(visit, enter, review_field="gennemgang")


@route(bp, "POST", "/partnere/{partner_id}/opgiv", summary="Opgiv forslaget")
def drop(visit: Visit) -> Answer:
    return _do(visit, lambda partner_id, by: service.drop(partner_id, by=by, clock=visit.clock))


@route(bp, "POST", "/partnere/{partner_id}/aktiver", summary="Registrér mandatet, og aktivér aftalen")
def activate(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.activate(partner_id, decision_id=visit.form.text("mandat"), by=by, clock=visit.clock)

    return _do(visit, enter, decision_field="mandat")


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

    return _do(visit, enter, decision_field="beslutning", review_field="til_gennemgang")


@route(bp, "POST", "/partnere/{partner_id}/afvis", summary="Registrér afslaget på at forlænge")
def decline(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        reason = forms.reason(visit.form, "begrundelse")
        decision_id = visit.form.text("afslag")
        service.decline_extension(partner_id, decision_id=decision_id, reason=reason, by=by, clock=visit.clock)

    return _do(visit, enter, decision_field="afslag", reason_field="begrundelse")


@route(bp, "POST", "/partnere/{partner_id}/slut", summary="Fastsæt en tidligere sidste dag")
def end(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        last_day, reason = forms.day(visit.form, "sidste_dag"), forms.reason(visit.form, "aarsag")
        service.end(partner_id, last_day=last_day, reason=reason, by=by, clock=visit.clock)

    return _do(visit, enter, reason_field="aarsag")


@route(bp, "POST", "/partnere/{partner_id}/gennemgaaet", summary="Registrér, at en aftale uden slutdato er gennemgået")
def review(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.review(partner_id, next_review=forms.day(visit.form, "naeste"), by=by, clock=visit.clock)

    return _do(visit, enter, review_field="naeste")


@route(bp, "POST", "/partnere/{partner_id}/noegler", summary="Registrér partnerens offentlige nøgle")
def register_key(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.partnership(partner_id)
        try:
            partner_keys.register(partner_id, visit.form.text("noegle"), by=by, clock=visit.clock)
        except Conflict:
            raise
        except AppError as refused:
            raise FormRefused({"noegle": refused.message}) from refused

    return _do(visit, enter, shows="#noegler")


@route(bp, "POST", "/partnere/{partner_id}/noegler/{key_id}/tilbagekald", summary="Tilbagekald en nøgle straks")
def revoke_key(visit: Visit) -> Answer:
    def revoke(partner_id: str, by: str) -> None:
        key = partner_keys.find(visit.parameters["key_id"])
        if key is None or key.partner_id != partner_id:
            raise partner_keys.NoSuchKey
        partner_keys.revoke(key.key_id, by=by, clock=visit.clock)

    return _do(visit, revoke, shows="#noegler")


def _do(
    visit: Visit,
    act: Callable[[str, str], object],
    *,
    decision_field: str = "",
    review_field: str = "",
    reason_field: str = "",
    shows: str = "",
) -> Answer:
    """Take a step and show the partner again; what the rules say against it stands by its field, nothing typed lost."""
    partner_id = visit.parameters["partner_id"]
    try:
        act(partner_id, visit.somebody.address)
    except NotFound:
        raise
    except FormRefused as refused:
        return _partner(visit, errors=refused.message_by_field)
    except AppError as refused:
        field = _FIELD_BY_REFUSAL.get(type(refused), "")
        if isinstance(refused, _OF_THE_DECISION):
            field = decision_field
        elif isinstance(refused, refusals.ReviewDateNeeded | refusals.ReviewDateNotNeeded):
            field = review_field
        elif isinstance(refused, refusals.ReasonMissing):
            field = reason_field
        return _partner(visit, errors={field: refused.message}, status=409 if isinstance(refused, Conflict) else 422)
    return see_other(f"/partnere/{partner_id}{shows}")


def _new(visit: Visit, *, errors: Mapping[str, str] | None = None, status: int = 422) -> Answer:
    return visit.page(
        "partners/new.html",
        status=status if errors else 200,
        typed={name: visit.form.text(name) if errors else "" for name in _NEW},
        errors=errors or {},
    )


def _partner(visit: Visit, *, errors: Mapping[str, str] | None = None, status: int = 422) -> Answer:
    today, now = visit.clock.today(), visit.clock.now()
    found = service.partnership(visit.parameters["partner_id"])
    partner_id = found.partner_id
    can = _can(visit, found, today)
    return visit.page(
        "partners/partner.html",
        status=status if errors else 200,
        partner=pages.partner_facts(found, today=today),
        timeline=timeline.drawn(found, today=today),
        agreements=[pages.agreement_row(each, today=today) for each in reversed(found.agreements)],
        wish=pages.request_row(found.open_request) if found.open_request else None,
        keys=[pages.key_row(each, now=now) for each in reversed(partner_keys.keys(partner_id))],
        log=pages.log(store.history(partner_id), partner_keys.changes(partner_id)),
        can=can,
        decisions=_suggested() if can["activate"] or can["extend"] or can["decline"] else [],
        typed={name: visit.form.text(name) for name in _TYPED} if errors else _suggestion(found),
        errors=errors or {},
    )


def _can(visit: Visit, found: Partnership, today: date) -> dict[str, bool]:
    """Return which steps are shown to this person: those that their role takes, from where the partner stands."""
    is_secretariat = visit.somebody.role is Role.SECRETARIAT
    decides = visit.somebody.role in _DECIDES
    latest = found.latest
    runs = latest is not None and latest.state is State.ACTIVE
    is_open = latest is not None and latest.period.is_open
    in_time = latest is not None and latest.period.end is not None and latest.period.end >= today
    return {
        "change": is_secretariat,
        "propose": is_secretariat and found.proposal is None and not (runs and is_open),
        "drop": is_secretariat and found.proposal is not None,
        "activate": decides and found.proposal is not None,
        "extend": decides and runs and in_time,
        "decline": decides and found.open_request is not None,
        "end": is_secretariat and runs and (is_open or in_time),
        "review": is_secretariat and runs and is_open,
        "evaluate": is_secretariat and found.begun_on(today) is not None,
    }


def _suggestion(found: Partnership) -> dict[str, Any]:
    """Return what the forms are filled with: the partner's wish, else what holds now."""
    typed: dict[str, Any] = dict.fromkeys(_TYPED, "")
    typed["kontakter"] = "\n".join(found.partner.contacts)
    if found.latest is not None:
        typed["til_opkald"] = str(found.latest.terms.calls_per_month)
        typed["til_pris"] = pages.kroner(found.latest.terms.price_per_call_oere).replace(".", "")
    if found.open_request is not None:
        typed["til"] = f"{found.open_request.until:%d-%m-%Y}"
        typed["til_opkald"] = str(found.open_request.calls_per_month)
    return typed


def _suggested() -> list[str]:
    latest = decisions.meetings()[:_MEETINGS_SUGGESTED]
    items = (item for meeting in latest for item in decisions.of_meeting(meeting.day))
    return [item.decision_id for item in items if item.type is ItemType.DECISION]
