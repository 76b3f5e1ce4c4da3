"""The evaluation of an agreement: the secretariat's page, and the partner's, which is reached by a link in a mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalice.app import Blueprint

from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.errors import TryLater
from chalicelib.common.written import FormRefused
from chalicelib.partners import evaluating, forms, pages, refusals
from chalicelib.partners.agreements import Agreement, Partnership, Party
from chalicelib.partners.evaluating import Said
from chalicelib.runtime.web import Answer, see_other

bp = Blueprint(__name__)

_TYPED = ("fortsaette", "opkald", "godt", "bedre")


@route(bp, "GET", "/partnere/{partner_id}/evaluering", summary="Formular: evaluér partnerens aftale")
def evaluation_form(visit: Visit) -> Answer:
    return _form(
        visit, *evaluating.to_evaluate(visit.parameters["partner_id"], clock=visit.clock), party=Party.SECRETARIAT
    )


@route(bp, "POST", "/partnere/{partner_id}/evaluering", summary="Evaluér partnerens aftale")
def evaluate(visit: Visit) -> Answer:
    partner_id = visit.parameters["partner_id"]
    refused = _refused(
        visit, lambda said: evaluating.evaluate(partner_id, said, by=visit.somebody.address, clock=visit.clock)
    )
    if refused is not None:
        found = evaluating.to_evaluate(partner_id, clock=visit.clock)
        return _form(visit, *found, party=Party.SECRETARIAT, refused=refused)
    return see_other(f"/partnere/{partner_id}")


@route(bp, "GET", "/partneraftale/evaluering/{token}", summary="Formular: partneren evaluerer sin aftale")
def partner_evaluation_form(visit: Visit) -> Answer:
    found = evaluating.asked_by_link(visit.parameters["token"], clock=visit.clock)
    return _form(visit, *found, party=Party.PARTNER)


@route(bp, "POST", "/partneraftale/evaluering/{token}", summary="Partneren evaluerer sin aftale")
def partner_evaluates(visit: Visit) -> Answer:
    token = visit.parameters["token"]
    refused = _refused(visit, lambda said: evaluating.evaluate_by_link(token, said, clock=visit.clock))
    if refused is not None:
        found = evaluating.asked_by_link(token, clock=visit.clock)
        return _form(visit, *found, party=Party.PARTNER, refused=refused)
    return visit.page("partners/evaluated.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """Why an evaluation isn't taken: by field, or under no field."""

    status: int
    message_by_field: Mapping[str, str]


def _refused(visit: Visit, evaluate: Callable[[Said], None]) -> _Refusal | None:
    """Evaluate with what the form says; return why it isn't taken, so that the form can be shown as it was typed."""
    try:
        evaluate(forms.evaluation(visit.form))
    except FormRefused as refused:
        return _Refusal(status=422, message_by_field=refused.message_by_field)
    except refusals.AlreadyEvaluated as refused:
        return _Refusal(status=422, message_by_field={"": refused.message})
    except TryLater as refused:
        return _Refusal(status=503, message_by_field={"": refused.message})
    return None


def _form(
    visit: Visit,
    partnership: Partnership,
    agreement: Agreement,
    *,
    party: Party,
    refused: _Refusal | None = None,
) -> Answer:
    by_partner = party is Party.PARTNER
    return visit.page(
        "partners/evaluation.html",
        status=refused.status if refused else 200,
        name=partnership.partner.name,
        period=pages.period(agreement),
        agreed_calls=agreement.terms.calls_per_month,
        by_partner=by_partner,
        action=f"/partneraftale/evaluering/{visit.parameters['token']}"
        if by_partner
        else f"/partnere/{partnership.partner_id}/evaluering",
        partner_id=partnership.partner_id,
        typed={name: visit.form.text(name) if refused else "" for name in _TYPED},
        longest_text=forms.LONGEST_TEXT,
        errors=refused.message_by_field if refused else {},
    )
