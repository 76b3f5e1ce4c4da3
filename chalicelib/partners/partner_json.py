"""Partners, their agreements and their history as JSON values, as they are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.common.acts import Act
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.partners.agreements import (
    Agreement,
    Answer,
    Entry,
    Evaluation,
    Event,
    ExtensionRequest,
    Partner,
    Partnership,
    Party,
    State,
    Terms,
)
from chalicelib.partners.periods import Period


def partnership_to_json(partnership: Partnership) -> dict[str, Any]:
    partner = partnership.partner
    return {
        "partner_id": partner.partner_id,
        "name": partner.name,
        "cvr": partner.cvr,
        "contacts": list(partner.contacts),
        "queue": partner.queue,
        "agreements": [_agreement_to_json(each) for each in partnership.agreements],
        "extension_requests": [_request_to_json(each) for each in partnership.extension_requests],
        "version": partnership.version,
    }


def partnership_from_json(stored: Mapping[str, Any]) -> Partnership:
    return Partnership(
        partner=Partner(
            partner_id=stored["partner_id"],
            name=stored["name"],
            cvr=stored["cvr"],
            contacts=tuple(stored["contacts"]),
            queue=stored["queue"],
        ),
        agreements=tuple(_agreement_from_json(each) for each in stored["agreements"]),
        extension_requests=tuple(_request_from_json(each) for each in stored["extension_requests"]),
        version=stored["version"],
    )


def entry_to_json(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "what": entry.what.value,
        **act_to_json(entry.act),
        "agreement": entry.agreement,
        "reason": entry.reason,
        "decision_id": entry.decision_id,
    }


def entry_from_json(stored: Mapping[str, Any]) -> Entry:
    return Entry(
        number=stored["number"],
        what=Event(stored["what"]),
        act=act_from_json(stored),
        agreement=stored["agreement"],
        reason=stored["reason"],
        decision_id=stored["decision_id"],
    )


def act_to_json(act: Act) -> dict[str, str]:
    return {"by": act.by, "at": instant_text(act.at), "on": act.on.isoformat()}


def act_from_json(stored: Mapping[str, Any]) -> Act:
    return Act(by=stored["by"], at=instant_from(stored["at"]), on=date.fromisoformat(stored["on"]))


def _agreement_to_json(agreement: Agreement) -> dict[str, Any]:
    terms = agreement.terms
    return {
        "number": agreement.number,
        "start": terms.period.start.isoformat(),
        "end": _text(terms.period.end),
        "review_date": _text(terms.review_date),
        "coverage": terms.coverage,
        "calls_per_month": terms.calls_per_month,
        "price_per_call_oere": terms.price_per_call_oere,
        "state": agreement.state.value,
        "mandate": agreement.mandate,
        "end_was_set": agreement.end_was_set,
        "reminded": agreement.reminded,
        "evaluations": [_evaluation_to_json(each) for each in agreement.evaluations],
    }


def _agreement_from_json(stored: Mapping[str, Any]) -> Agreement:
    terms = Terms(
        period=Period(start=date.fromisoformat(stored["start"]), end=_day(stored["end"])),
        review_date=_day(stored["review_date"]),
        coverage=stored["coverage"],
        calls_per_month=stored["calls_per_month"],
        price_per_call_oere=stored["price_per_call_oere"],
    )
    return Agreement(
        number=stored["number"],
        terms=terms,
        state=State(stored["state"]),
        mandate=stored["mandate"],
        end_was_set=stored.get("end_was_set", False),  # not in what was stored before it was kept
        reminded=stored["reminded"],
        evaluations=tuple(_evaluation_from_json(each) for each in stored["evaluations"]),
    )


def _evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "party": evaluation.party.value,
        "wants_to_go_on": evaluation.wants_to_go_on,
        "calls_per_month": evaluation.calls_per_month,
        "text": evaluation.text,
        "by": evaluation.by,
        "on": evaluation.on.isoformat(),
    }


def _evaluation_from_json(stored: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        party=Party(stored["party"]),
        wants_to_go_on=stored["wants_to_go_on"],
        calls_per_month=stored["calls_per_month"],
        text=stored["text"],
        by=stored["by"],
        on=date.fromisoformat(stored["on"]),
    )


def _request_to_json(request: ExtensionRequest) -> dict[str, Any]:
    return {
        "key": request.key,
        "until": request.until.isoformat(),
        "calls_per_month": request.calls_per_month,
        "asked_by": request.asked_by,
        "asked_on": request.asked_on.isoformat(),
        "answer": request.answer.value,
    }


def _request_from_json(stored: Mapping[str, Any]) -> ExtensionRequest:
    return ExtensionRequest(
        key=stored["key"],
        until=date.fromisoformat(stored["until"]),
        calls_per_month=stored["calls_per_month"],
        asked_by=stored["asked_by"],
        asked_on=date.fromisoformat(stored["asked_on"]),
        answer=Answer(stored["answer"]),
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
