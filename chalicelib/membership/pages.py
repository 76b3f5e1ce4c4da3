"""What the pages of a request show: the facts that templates are filled with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from chalicelib.common import municipalities
from chalicelib.common.acts import Act
from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.danish import listed, long_date
from chalicelib.membership.requests import SYSTEM, Entry, Request, State
from chalicelib.membership.wording import NEXT_FOR_CONTACT, SERVICE_NAMES, STATE_NAMES, WAITS_FOR

_WAY = (
    (State.RECEIVED, "Modtaget"),
    (State.CONFIRMED, "Bekræftet af kontaktpersonen"),
    (State.VALIDATED, "Gennemgået af sekretariatet"),
    (State.APPROVED, "Godkendt af styregruppen"),
    (State.AGREEMENT_SENT, "Samarbejdsaftalen er sendt"),
    (State.SIGNED, "Samarbejdsaftalen er underskrevet"),
    (State.ACTIVE, "Medlem"),
)
_OVER = (State.DECLINED, State.CANCELLED, State.LAPSED, State.WITHDRAWN)
_KIND_BY_STATE = {**dict.fromkeys(_OVER), State.ACTIVE: "success", State.DECLINED: "error"}


def request_facts(request: Request, *, today: date) -> dict[str, Any]:
    """Return what every page of a request says of it."""
    asked = request.asked
    stands = _stands(request, today)
    agreement = request.agreement
    facts = [
        ("Kommune", name_of(request)),
        ("Ydelser", services_of(request)),
        ("Indmeldelsesdato", long_date(request.entry_date)),
        ("Sendt", long_date(request.submitted_on)),
        ("Kontaktperson", f"{asked.contact_role}, {asked.contact_address}"),
    ]
    if asked.dispensation_reason is not None:
        facts.append(("Begrundelse for dispensation", asked.dispensation_reason))
    if request.decision_id is not None:
        facts.append(("Beslutning", request.decision_id))
    if agreement is not None:
        facts.append(("Aftale", f"Version {agreement.version}, sendt {long_date(agreement.sent_on)}"))
    if agreement is not None and agreement.signed_on is not None:
        facts.append(("Underskrevet", f"{long_date(agreement.signed_on)}. Rolle: {agreement.signed_by_role}"))
    return {
        "request_id": request.request_id,
        "name": name_of(request),
        "is_dispensation": asked.dispensation_reason is not None,
        "facts": facts,
        "badge": badge(request, today=today),
        "waits_for": WAITS_FOR.get(stands, ""),
        "next": NEXT_FOR_CONTACT[stands],
        "needs_new_date": stands == "new_date_needed",
        "state": request.state.value,
        "document_url": agreement.document_url if agreement else None,
    }


def row(request: Request, *, today: date) -> dict[str, Any]:
    """Return a request's line in a list."""
    return {
        "request_id": request.request_id,
        "name": name_of(request),
        "services": services_of(request),
        "entry_date": long_date(request.entry_date),
        "submitted_on": long_date(request.submitted_on),
        "is_dispensation": request.asked.dispensation_reason is not None,
        "badge": badge(request, today=today),
        "waits_for": WAITS_FOR.get(_stands(request, today), ""),
    }


def badge(request: Request, *, today: date) -> tuple[str, str | None]:
    """Return the word for where a request stands, and what kind of news that is."""
    if request.is_late_on(today):
        return STATE_NAMES["new_date_needed"], "warning"
    return STATE_NAMES[request.state], _KIND_BY_STATE.get(request.state, "info")


def progress(request: Request, history: Sequence[Entry]) -> list[tuple[str, str, str]]:
    """Return the steps on the way to membership: those taken with their day, the one it waits at, the rest."""
    day_by_state = {entry.what: long_date(entry.act.on) for entry in history}
    steps = []
    is_waiting = True
    for state, title in _WAY:
        if state in day_by_state:
            steps.append(("done", title, day_by_state[state]))
        elif is_waiting:
            steps.append(("stopped" if request.state in _OVER else "current", title, ""))
            is_waiting = False
        else:
            steps.append(("todo", title, ""))
    return steps


def reason_given(request: Request, history: Sequence[Entry]) -> str | None:
    """Return why a request was declined or taken back, in the words that were mailed."""
    return history[-1].reason if request.state in (State.DECLINED, State.CANCELLED) else None


def log(history: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return who did what when, as the secretariat sees it."""
    return [
        {
            "at": when(entry.act),
            "by": "Systemet" if entry.act.by == SYSTEM else entry.act.by,
            "what": STATE_NAMES[entry.what],
            "reason": entry.reason or "",
            "decision_id": entry.decision_id or "",
        }
        for entry in history
    ]


def when(act: Act) -> str:
    """Return `5. februar 2025 kl. 06.00`: the business date, and the hour of the real instant."""
    return f"{long_date(act.on)} kl. {act.at.astimezone(COPENHAGEN):%H.%M}"


def dates(days: Iterable[date]) -> list[tuple[str, str]]:
    """Return days as a form's options."""
    return [(day.isoformat(), long_date(day)) for day in days]


def name_of(request: Request) -> str:
    return municipalities.by_code[request.municipality_code].name


def services_of(request: Request) -> str:
    return service_names(request.asked.services)


def service_names(services: Iterable[str]) -> str:
    """Return `Kontaktcenter og Chatbot`."""
    return listed([SERVICE_NAMES[service] for service in sorted(services, reverse=True)])


def _stands(request: Request, today: date) -> str:
    return "new_date_needed" if request.is_late_on(today) else request.state.value
