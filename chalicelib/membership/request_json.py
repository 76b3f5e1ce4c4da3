"""Requests and their history as JSON values, as they are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.common.acts import Act
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.members.member import Service
from chalicelib.membership.requests import Agreement, Entry, Event, Request, State, Submission


def request_to_json(request: Request) -> dict[str, Any]:
    asked = request.asked
    return {
        "request_id": request.request_id,
        "municipality_code": asked.municipality_code,
        "services": sorted(asked.services),
        "entry_date": asked.entry_date.isoformat(),
        "contact_role": asked.contact_role,
        "contact_address": asked.contact_address,
        "dispensation_reason": asked.dispensation_reason,
        "submitted_on": request.submitted_on.isoformat(),
        "submitted_at": instant_text(request.submitted_at),
        "state": request.state.value,
        "version": request.version,
        "new_date_needed": request.new_date_needed,
        "decision_id": request.decision_id,
        "agreement": agreement_to_json(request.agreement) if request.agreement else None,
    }


def request_from_json(stored: Mapping[str, Any]) -> Request:
    asked = Submission(
        municipality_code=stored["municipality_code"],
        services=frozenset(Service(service) for service in stored["services"]),
        entry_date=date.fromisoformat(stored["entry_date"]),
        contact_role=stored["contact_role"],
        contact_address=stored["contact_address"],
        dispensation_reason=stored["dispensation_reason"],
    )
    return Request(
        request_id=stored["request_id"],
        asked=asked,
        submitted_on=date.fromisoformat(stored["submitted_on"]),
        submitted_at=instant_from(stored["submitted_at"]),
        state=State(stored["state"]),
        version=stored["version"],
        new_date_needed=stored["new_date_needed"],
        decision_id=stored["decision_id"],
        agreement=agreement_from_json(stored["agreement"]) if stored["agreement"] else None,
    )


def agreement_to_json(agreement: Agreement) -> dict[str, Any]:
    return {
        "version": agreement.version,
        "notice_months": agreement.notice_months,
        "document_url": agreement.document_url,
        "sent_on": agreement.sent_on.isoformat(),
        "signed_on": agreement.signed_on.isoformat() if agreement.signed_on else None,
        "signed_by_role": agreement.signed_by_role,
    }


def agreement_from_json(stored: Mapping[str, Any]) -> Agreement:
    return Agreement(
        version=stored["version"],
        notice_months=stored["notice_months"],
        document_url=stored["document_url"],
        sent_on=date.fromisoformat(stored["sent_on"]),
        signed_on=date.fromisoformat(stored["signed_on"]) if stored["signed_on"] else None,
        signed_by_role=stored["signed_by_role"],
    )


def entry_to_json(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "what": entry.what.value,
        "by": entry.act.by,
        "at": instant_text(entry.act.at),
        "on": entry.act.on.isoformat(),
        "reason": entry.reason,
        "decision_id": entry.decision_id,
    }


def entry_from_json(stored: Mapping[str, Any]) -> Entry:
    what = stored["what"]
    return Entry(
        number=stored["number"],
        what=Event(what) if what in set(Event) else State(what),
        act=Act(by=stored["by"], at=instant_from(stored["at"]), on=date.fromisoformat(stored["on"])),
        reason=stored["reason"],
        decision_id=stored["decision_id"],
    )
