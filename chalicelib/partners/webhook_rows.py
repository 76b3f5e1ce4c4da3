"""What the page of a partner's webhooks shows: the facts that its template is filled with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.common.danish import clock_time, counted
from chalicelib.webhooks.endpoints import SYSTEM, Change, Endpoint, What
from chalicelib.webhooks.outbox import EventState, EventType, State

_NAME_BY_TYPE: Mapping[EventType, str] = {
    EventType.AGREEMENT_EXTENDED: "Aftalen er forlænget",
    EventType.AGREEMENT_ENDED: "Aftalen er ophørt",
    EventType.KNOWLEDGE_UPDATE_PUBLISHED: "Viden er udgivet",
}
_BADGE_BY_STATE: Mapping[State, tuple[str, str | None]] = {
    State.WAITING: ("Venter", "info"),
    State.CALLING: ("Sendes", "info"),
    State.DELIVERED: ("Leveret", "success"),
    State.GIVEN_UP: ("Opgivet", "error"),
    State.UNADDRESSED: ("Ingen adresse", None),
}
_NAME_BY_CHANGE: Mapping[What, str] = {
    What.REGISTERED: "Adresse registreret",
    What.URL_CHANGED: "Adresse ændret eller slået til igen",
    What.ROTATED: "Ny hemmelighed",
    What.SWITCHED_OFF: "Slået fra: partnerens system svarede 410",
    What.REMOVED: "Adresse fjernet",
}
_SENTENCE_BY_TROUBLE: Mapping[str, str] = {
    "certificate": "Certifikatet er ikke gyldigt for domænenavnet",
    "lease_over": "Kaldet nåede ikke at begynde",
    "no_address": "Partneren havde ingen adresse",
    "no_connection": "Ingen forbindelse til adressen",
    "not_public": "Domænenavnet fører ikke til en offentlig adresse",
    "timeout": "Intet svar inden for tiden",
    "unknown_name": "Domænenavnet findes ikke",
}
_TRIED_AGAIN = (State.GIVEN_UP, State.UNADDRESSED)


def endpoint_facts(endpoint: Endpoint, *, now: datetime) -> dict[str, Any]:
    """Return what the page says of where the partner is told. Never a secret, only how many sign and until when."""
    signing = endpoint.signing(now)
    until = [clock_time(secret.ends_at) for secret in signing if secret.ends_at is not None]
    secrets = counted(len(signing), "hemmelighed", "hemmeligheder")
    return {
        "url": endpoint.url or "",
        "exists": endpoint.url is not None,
        "is_off": endpoint.off_since is not None,
        "facts": [
            ("Adresse", endpoint.url or "Ingen"),
            ("Underskrives med", f"{secrets}; den ældste til {until[-1]}" if until else secrets),
            *([("Slået fra", clock_time(endpoint.off_since))] if endpoint.off_since else []),
        ],
    }


def breakable(secret: str) -> list[str]:
    """Return a secret in the pieces between which a line may break; copied, it is one word."""
    return [secret[place : place + 8] for place in range(0, len(secret), 8)]


def event_row(told: EventState) -> dict[str, Any]:
    """Return an event's line, with what became of telling it."""
    event, delivery = told.event, told.delivery
    return {
        "event_id": event.event_id,
        "recorded_at": clock_time(delivery.recorded_at),
        "what": _NAME_BY_TYPE[event.type],
        "badge": _BADGE_BY_STATE[told.state],
        "attempts": delivery.attempts[-1].number if delivery.attempts else 0,
        "more": _more(told),
        "may_try_again": told.state in _TRIED_AGAIN,
    }


def change_row(change: Change) -> dict[str, str]:
    """Return one line of the endpoint's history."""
    by = "Systemet" if change.by == SYSTEM else change.by
    return {"at": clock_time(change.at), "what": _NAME_BY_CHANGE[change.what], "by": by}


def _more(told: EventState) -> str:
    delivery = told.delivery
    if told.state is State.DELIVERED:
        return clock_time(delivery.due_at)
    parts = [_trouble(delivery.trouble)] if delivery.trouble else []
    if told.state is State.WAITING and delivery.attempts:
        parts.append(f"prøves igen {clock_time(delivery.due_at)}")
    return "; ".join(parts) or "–"


def _trouble(code: str) -> str:
    return _SENTENCE_BY_TROUBLE.get(code) or f"Partnerens system svarede {code.removeprefix('status_')}"
