"""The routes that partners' systems call. Whose things they are about is the signature's to say, and nothing else's."""

from __future__ import annotations

from dataclasses import replace

from chalice.app import Blueprint

from chalicelib.access.partner_guard import PartnerCall, signed_route
from chalicelib.access.routing import PathParameter
from chalicelib.common.months import Month
from chalicelib.kpi import figures
from chalicelib.partners import service
from chalicelib.partners.api import bodies, telling
from chalicelib.partners.api.answers import (
    ExtensionRequestAnswer,
    FiguresAnswer,
    ForecastAnswer,
    KnowledgeUpdateAnswer,
    PartnershipAnswer,
)
from chalicelib.partners.api.bodies import ExtensionRequestBody, ForecastBody, KnowledgeUpdateBody
from chalicelib.partners.api.permission import on_any_day, while_in_force
from chalicelib.partners.api.refusals import NoFigures, NotAMonth
from chalicelib.partners.forecasts import store as forecasts
from chalicelib.partners.forecasts.weeks import Week
from chalicelib.partners.knowledge import service as knowledge
from chalicelib.runtime.web import Answer, json_answer

bp = Blueprint(__name__)

_KNOWLEDGE = "/partner/v1/knowledge-updates"


@signed_route(
    bp,
    "GET",
    "/partner/v1/agreement",
    summary="Jeres aftaler",
    permit=on_any_day,
    answers={200: PartnershipAnswer},
)
def read_agreement(call: PartnerCall) -> Answer:
    """The one thing that a partner may read on any day."""
    partnership = service.partnership(call.partner_id)
    return _told(telling.partnership(partnership, today=call.visit.clock.today()))


@signed_route(
    bp,
    "GET",
    "/partner/v1/figures/{month}",
    summary="Tallene for jeres kø i en måned",
    permit=while_in_force,
    parameters={
        "month": PathParameter(
            description="Måneden, som ÅÅÅÅ-MM", pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", example="2025-01"
        )
    },
    answers={200: FiguresAnswer, 403: None, 404: None, 422: None},
)
def read_figures(call: PartnerCall) -> Answer:
    month = _month(call.visit.parameters["month"])
    found = figures.partner_month(service.partnership(call.partner_id).partner.queue, month)
    if found is None:
        raise NoFigures
    return _told(telling.figures(found))


@signed_route(
    bp,
    "PUT",
    "/partner/v1/forecasts/{week}",
    summary="Meld de opkald, I venter i en uge",
    permit=while_in_force,
    parameters={
        "week": PathParameter(
            description="Ugen efter ISO 8601, som ÅÅÅÅ-Wuu: fra denne uge til 104 uger frem",
            pattern="^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$",
            example="2025-W08",
        )
    },
    body=ForecastBody,
    answers={200: ForecastAnswer, 403: None, 409: None},
)
def put_forecast(call: PartnerCall) -> Answer:
    """The latest that we took counts; the same again changes nothing."""
    week = Week.parse(call.visit.parameters["week"])
    calls = bodies.calls_per_day(call.visit.json())
    forecast = forecasts.put(call.partner_id, week, calls, by=_by(call), clock=call.visit.clock)
    return _told(telling.forecast(forecast))


@signed_route(
    bp,
    "POST",
    "/partner/v1/extension-requests",
    summary="Bed om, at aftalen forlænges",
    permit=while_in_force,
    body=ExtensionRequestBody,
    answers={201: ExtensionRequestAnswer, 403: None},
)
def ask_for_extension(call: PartnerCall) -> Answer:
    wish = bodies.wish(call.visit.json())
    request = service.request_extension(
        call.partner_id,
        wish.until,
        wish.calls_per_month,
        by=_by(call),
        key=_idempotency_key(call),
        clock=call.visit.clock,
    )
    return _told(telling.extension_request(request), status=201)


@signed_route(
    bp,
    "POST",
    _KNOWLEDGE,
    summary="Send noget, agenterne skal vide",
    permit=while_in_force,
    body=KnowledgeUpdateBody,
    answers={201: KnowledgeUpdateAnswer, 403: None},
)
def send_knowledge_update(call: PartnerCall) -> Answer:
    update = knowledge.submit(
        call.partner_id,
        bodies.draft(call.visit.json()),
        key=_idempotency_key(call),
        by=_by(call),
        clock=call.visit.clock,
    )
    answer = _told(telling.knowledge_update(update), status=201)
    return replace(answer, headers={"Location": f"{_KNOWLEDGE}/{update.update_id}"})


@signed_route(
    bp,
    "GET",
    "/partner/v1/knowledge-updates/{update_id}",
    summary="Noget, I har sendt til agenterne, og hvad der er blevet af det",
    permit=while_in_force,
    parameters={
        "update_id": PathParameter(
            description="Opdateringens id", pattern="^[A-Za-z0-9_-]+$", example="5e0c3c2f9a7d4b1e8f60a2d1"
        )
    },
    answers={200: KnowledgeUpdateAnswer, 403: None, 404: None},
)
def read_knowledge_update(call: PartnerCall) -> Answer:
    update = knowledge.of_partner(call.partner_id, call.visit.parameters["update_id"])
    return _told(telling.knowledge_update(update))


def _told(answer: telling.Answered, *, status: int = 200) -> Answer:
    return json_answer(telling.to_json(answer), status=status)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise NotAMonth(text) from error


def _by(call: PartnerCall) -> str:
    """Return who acts: the partner, and by which of its keys."""
    return f"partner:{call.partner_id}/{call.key_id}"


def _idempotency_key(call: PartnerCall) -> str:
    """Return the key of a POST, which the guard saw that it has."""
    return call.visit.headers["idempotency-key"]
