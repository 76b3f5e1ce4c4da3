"""How what we know becomes what a partner is answered: facts in, an answer out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, Literal

from chalicelib.kpi.figures import PartnerFigures
from chalicelib.partners import agreements
from chalicelib.partners.agreements import Partnership
from chalicelib.partners.api.answers import (
    AgreementAnswer,
    ExtensionRequestAnswer,
    FiguresAnswer,
    ForecastAnswer,
    KnowledgeUpdateAnswer,
    PartnerAnswer,
    PartnershipAnswer,
)
from chalicelib.partners.forecasts.store import Forecast
from chalicelib.partners.knowledge.updates import KnowledgeUpdate
from chalicelib.partners.periods import Period, months_in

Answered = PartnershipAnswer | ExtensionRequestAnswer | FiguresAnswer | ForecastAnswer | KnowledgeUpdateAnswer


def partnership(of: Partnership, *, today: date) -> PartnershipAnswer:
    """Return what a partner is told of its agreements. Proposals are between secretariat and steering group."""
    partner, current = of.partner, of.in_force_on(today) or of.latest
    asked = of.extension_requests[-1] if of.extension_requests else None
    return PartnershipAnswer(
        partner=PartnerAnswer(id=partner.partner_id, name=partner.name, cvr=partner.cvr, queue=partner.queue),
        status=of.stage_on(today).value,
        agreement=agreement(current, today=today) if current else None,
        agreements=[agreement(each, today=today) for each in of.granted],
        extension_request=extension_request(asked) if asked else None,
    )


def agreement(of: agreements.Agreement, *, today: date) -> AgreementAnswer:
    """Return what a partner is told of one agreement."""
    period, terms = of.period, of.terms
    return AgreementAnswer(
        number=of.number,
        start=period.start,
        end=period.end,
        review_date=terms.review_date,
        months=months_in(period),
        coverage=terms.coverage,
        expected_calls_per_month=terms.calls_per_month,
        price_per_call_oere=terms.price_per_call_oere,
        mandate=of.mandate,
        status=_standing(period, today=today),
    )


def extension_request(of: agreements.ExtensionRequest) -> ExtensionRequestAnswer:
    """Return what a partner is told of its wish to go on."""
    return ExtensionRequestAnswer(
        until=of.until,
        expected_calls_per_month=of.calls_per_month,
        status=of.answer.value,
        asked_on=of.asked_on,
    )


def figures(of: PartnerFigures) -> FiguresAnswer:
    """Return what a partner is told of a month of its queue."""
    return FiguresAnswer(
        month=str(of.month),
        revision=of.revision,
        calls_offered=of.offered,
        calls_answered=of.answered,
        answer_rate_percent=answer_rate_percent(offered=of.offered, answered=of.answered),
        calls_resolved=of.resolved,
        talk_seconds_mean=of.talk_seconds,
    )


def answer_rate_percent(*, offered: int, answered: int) -> float | None:
    """Return the share with one decimal, half up; None when nothing was offered. To show, never to compare."""
    if offered == 0:
        return None
    tenths = (2000 * answered + offered) // (2 * offered)
    return tenths / 10


def forecast(of: Forecast) -> ForecastAnswer:
    """Return what a partner is told of its forecast."""
    return ForecastAnswer(
        week=str(of.week),
        calls_per_day=list(of.calls_per_day),
        total=of.total,
        revision=of.revision,
        accepted_at=of.accepted_at,
    )


def knowledge_update(of: KnowledgeUpdate) -> KnowledgeUpdateAnswer:
    """Return what a partner is told of what it sent."""
    return KnowledgeUpdateAnswer(
        id=of.update_id,
        title=of.title,
        text=of.text,
        valid_from=of.valid_from,
        status=of.status.value,
        reason=of.reason,
        received_at=of.received_at,
        published_at=of.published_at,
    )


def to_json(answer: Answered) -> dict[str, Any]:
    """Return an answer as JSON has it: days and instants in ISO 8601, instants in UTC to the second."""
    return asdict(answer, dict_factory=_json_object)


def _json_object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: _json_value(value) for name, value in pairs}


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def _standing(period: Period, *, today: date) -> Literal["coming", "active", "ended"]:
    """Return where an agreement stands by its days, as the partner's calls do."""
    if today < period.start:
        return "coming"
    return "active" if period.contains(today) else "ended"
