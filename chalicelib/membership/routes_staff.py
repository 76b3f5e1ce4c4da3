"""Requests as the secretariat, the chair and the steering group see them, and what staff do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from chalice.app import Blueprint

from chalicelib.access.people import Role
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common import written
from chalicelib.common.errors import AppError, Conflict, NotFound
from chalicelib.common.written import FieldRefused
from chalicelib.membership import cancelling, deciding, pages, refusals, store
from chalicelib.membership.forms import LONGEST_REASON, LONGEST_ROLE, decision_number
from chalicelib.membership.requests import OPEN, UNSIGNED, Request, State
from chalicelib.membership.wording import STATE_NAMES
from chalicelib.rulebook import decisions, suggestions
from chalicelib.rulebook.decisions import NotADecisionId
from chalicelib.runtime.web import Answer, see_other

T = TypeVar("T")

bp = Blueprint(__name__)

_DECIDES = (Role.SECRETARIAT, Role.CHAIR)
_FIELD_BY_REFUSAL: Mapping[type[AppError], str] = {
    refusals.ReasonMissing: "begrundelse",
    refusals.RoleMissing: "rolle",
    refusals.NotASigningDate: "underskrevet",
}
_TYPED = ("beslutning", "afslag", "begrundelse", "rolle", "underskrevet", "aarsag")
_OF_THE_DECISION = (NotADecisionId, refusals.DecisionUnknown, refusals.NotADecision)


@route(bp, "GET", "/anmodninger", summary="Anmodninger om indmeldelse, efter hvor de står")
def requests(visit: Visit) -> Answer:
    today = visit.clock.today()
    by_state = [
        (state, [pages.row(each, today=today) for each in store.in_state(state)])
        for state in (*OPEN, State.RECEIVED, State.DECLINED, State.CANCELLED)
    ]
    return visit.page(
        "membership/requests.html",
        sections=[(STATE_NAMES[state], rows) for state, rows in by_state if rows],
        has_open=any(rows for state, rows in by_state if state in (*OPEN, State.RECEIVED)),
    )


@route(bp, "GET", "/anmodninger/{request_id}", summary="En anmodning, dens historie, og hvad der kan gøres")
def request(visit: Visit) -> Answer:
    return _request(visit)


@route(bp, "POST", "/anmodninger/{request_id}/valider", summary="Anmodningen er i orden")
def validate(visit: Visit) -> Answer:
    return _do(visit, lambda request_id, by: deciding.validate(request_id, by=by, clock=visit.clock))


@route(bp, "POST", "/anmodninger/{request_id}/godkend", summary="Registrér styregruppens godkendelse")
def approve(visit: Visit) -> Answer:
    decision_id = decision_number(visit.form.text("beslutning"))
    return _do(
        visit,
        lambda request_id, by: deciding.approve(request_id, decision_id=decision_id, by=by, clock=visit.clock),
        decision_field="beslutning",
    )


@route(bp, "POST", "/anmodninger/{request_id}/afvis", summary="Registrér styregruppens afslag")
def decline(visit: Visit) -> Answer:
    def enter(request_id: str, by: str) -> None:
        reason = _read("begrundelse", lambda: written.words(visit.form.text("begrundelse"), at_most=LONGEST_REASON))
        decision_id = decision_number(visit.form.text("afslag"))
        deciding.decline(request_id, decision_id=decision_id, reason=reason, by=by, clock=visit.clock)

    return _do(visit, enter, decision_field="afslag")


@route(bp, "POST", "/anmodninger/{request_id}/aftale-sendt", summary="Send samarbejdsaftalen")
def send_agreement(visit: Visit) -> Answer:
    return _do(visit, lambda request_id, by: deciding.send_agreement(request_id, by=by, clock=visit.clock))


@route(bp, "POST", "/anmodninger/{request_id}/aftale-underskrevet", summary="Registrér, at aftalen er underskrevet")
def enter_signature(visit: Visit) -> Answer:
    def enter(request_id: str, by: str) -> None:
        role = _read("rolle", lambda: written.line(visit.form.text("rolle"), at_most=LONGEST_ROLE))
        signed_on = _read("underskrevet", lambda: written.day(visit.form.text("underskrevet")))
        try:
            deciding.enter_signature(request_id, by_role=role, signed_on=signed_on, by=by, clock=visit.clock)
        except refusals.NewDateFirst as refused:
            raise _FieldWrong("underskrevet", refused.message) from refused

    return _do(visit, enter)


@route(bp, "POST", "/anmodninger/{request_id}/annuller", summary="Træk anmodningen tilbage for kommunen")
def cancel(visit: Visit) -> Answer:
    def enter(request_id: str, by: str) -> None:
        reason = _read("aarsag", lambda: written.words(visit.form.text("aarsag"), at_most=LONGEST_REASON))
        cancelling.cancel(request_id, reason=reason, by=by, clock=visit.clock)

    return _do(visit, enter)


class _FieldWrong(AppError):
    """Raised when what is typed into a field can't be taken; names the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _read(field: str, reader: Callable[[], T]) -> T:
    try:
        return reader()
    except FieldRefused as refused:
        raise _FieldWrong(field, refused.message) from refused


def _do(visit: Visit, act: Callable[[str, str], object], *, decision_field: str = "") -> Answer:
    """Take a step and show the request again; what the rules say against it stands by its field, nothing typed lost."""
    request_id = visit.parameters["request_id"]
    try:
        act(request_id, visit.somebody.address)
    except NotFound:
        raise
    except AppError as refused:
        return _request(visit, refused=refused, field=_field_of(refused, decision_field))
    return see_other(f"/anmodninger/{request_id}")


def _field_of(refused: AppError, decision_field: str) -> str:
    if isinstance(refused, _FieldWrong):
        return refused.field
    if isinstance(refused, _OF_THE_DECISION):
        return decision_field
    return _FIELD_BY_REFUSAL.get(type(refused), "")


def _request(visit: Visit, *, refused: AppError | None = None, field: str = "") -> Answer:
    today = visit.clock.today()
    found = deciding.request(visit.parameters["request_id"])
    history = store.history(found.request_id)
    decision = decisions.get(found.decision_id) if found.decision_id else None
    can = _can(visit, found)
    return visit.page(
        "membership/request.html",
        status=200 if refused is None else 409 if isinstance(refused, Conflict) else 422,
        request=pages.request_facts(found, today=today),
        steps=pages.progress(found, history),
        log=pages.log(history),
        can=can,
        decision=suggestions.facts_of(decision) if decision else None,
        decisions=suggestions.suggested(today) if can["approve"] or can["decline"] else [],
        typed={name: visit.form.text(name) if refused else "" for name in _TYPED},
        errors={field: refused.message} if refused else {},
    )


def _can(visit: Visit, found: Request) -> dict[str, bool]:
    """Return which steps are shown to this person: those that their role takes, from where the request stands."""
    today: date = visit.clock.today()
    is_secretariat = visit.somebody.role is Role.SECRETARIAT
    decides = visit.somebody.role in _DECIDES
    is_late = found.is_late_on(today)
    return {
        "validate": is_secretariat and not is_late and found.state is State.CONFIRMED,
        "approve": decides and not is_late and found.state is State.VALIDATED,
        "decline": decides and found.state in (UNSIGNED if is_late else (State.CONFIRMED, State.VALIDATED)),
        "send_agreement": is_secretariat and not is_late and found.state is State.APPROVED,
        "cancel": is_secretariat and found.state in (State.RECEIVED, *OPEN),
        "enter_signature": is_secretariat and found.state is State.AGREEMENT_SENT,
    }
