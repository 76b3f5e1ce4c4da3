"""What the pages of partners show: the facts that templates are filled with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.access.partner_keys import KeyChange
from chalicelib.access.public_keys import Key
from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.danish import clock_time, counted, decimal_number, long_date, number
from chalicelib.partners.agreements import (
    SYSTEM,
    Agreement,
    Entry,
    Evaluation,
    ExtensionRequest,
    Partnership,
    Stage,
    State,
)
from chalicelib.partners.periods import months_in
from chalicelib.partners.wording import EVENT_NAMES, PARTY_NAMES, STAGE_NAMES, STATE_NAMES, WAITS_FOR

_KIND_BY_STAGE = {Stage.ACTIVE: "success", Stage.COMING: "info", Stage.PROPOSED: "info", Stage.DIALOGUE: "info"}
_KIND_BY_STATE = {State.ACTIVE: "success", State.PROPOSED: "info"}
_WHAT_BY_KEY_CHANGE = {"registered": "Nøgle registreret", "retires": "Nøgle udløber", "revoked": "Nøgle tilbagekaldt"}


def row(partnership: Partnership, *, today: date) -> dict[str, Any]:
    """Return a partner's line in the list."""
    stage = partnership.stage_on(today)
    shown = partnership.in_force_on(today) or partnership.proposal or partnership.latest
    return {
        "partner_id": partnership.partner_id,
        "name": partnership.partner.name,
        "queue": partnership.partner.queue,
        "stage": STAGE_NAMES[stage],
        "period": period(shown) if shown else "–",
        "waits_for": _waits_for(partnership, today=today),
    }


def partner_facts(partnership: Partnership, *, today: date) -> dict[str, Any]:
    """Return what the page says of the partner itself."""
    partner, stage = partnership.partner, partnership.stage_on(today)
    return {
        "partner_id": partner.partner_id,
        "name": partner.name,
        "queue": partner.queue,
        "badge": (STAGE_NAMES[stage], _KIND_BY_STAGE.get(stage)),
        "facts": [
            ("CVR", partner.cvr),
            ("Kø", partner.queue),
            ("Kontakter", ", ".join(partner.contacts)),
        ],
        "contacts": "\n".join(partner.contacts),
    }


def agreement_row(agreement: Agreement, *, today: date) -> dict[str, Any]:
    """Return an agreement's line."""
    terms = agreement.terms
    months = months_in(terms.period)
    return {
        "number": agreement.number,
        "period": period(agreement),
        "months": counted(months, "hel måned", "hele måneder") if months else "–",
        "coverage": terms.coverage,
        "calls": number(terms.calls_per_month),
        "price": kroner(terms.price_per_call_oere) or "–",
        "mandate": agreement.mandate or "–",
        "badge": _badge(agreement, today=today),
        "evaluations": [_evaluation(each) for each in agreement.evaluations],
    }


def request_row(request: ExtensionRequest) -> dict[str, str]:
    """Return a wish to extend."""
    return {
        "until": long_date(request.until),
        "calls": number(request.calls_per_month),
        "asked_on": long_date(request.asked_on),
    }


def log(history: Iterable[Entry], changes: Iterable[KeyChange]) -> list[dict[str, str]]:
    """Return who did what when, of agreements and of keys, in one order of time.

    What was done with an agreement is dated by the business date, as its rules are; a key by the real instant.
    """
    lines = [
        (
            entry.act.at,
            {
                "at": f"{long_date(entry.act.on)} kl. {entry.act.at.astimezone(COPENHAGEN):%H.%M}",
                "by": _name(entry.act.by),
                "what": EVENT_NAMES[entry.what],
                "more": ": ".join(part for part in (entry.decision_id, entry.reason) if part) or "–",
            },
        )
        for entry in history
    ]
    lines += [
        (
            change.at,
            {
                "at": clock_time(change.at),
                "by": change.by,
                "what": _WHAT_BY_KEY_CHANGE[change.what],
                "more": f"{change.key_id}, til {until(change.not_after)}"
                if change.what == "retires"
                else change.key_id,
            },
        )
        for change in changes
    ]
    return [line for _, line in sorted(lines, key=lambda each: each[0])]


def key_row(key: Key, *, now: datetime) -> dict[str, Any]:
    """Return a partner's key. Its fingerprint, which both sides compare, may break after every 8 digits."""
    return {
        "key_id": key.key_id,
        "fingerprint": [key.fingerprint[place : place + 8] for place in range(0, len(key.fingerprint), 8)],
        "registered_at": clock_time(key.registered_at),
        "ends": until(key.revoked_at or key.not_after),
        "badge": ("Gyldig", "success") if key.is_live(now) else ("Tilbagekaldt" if key.revoked_at else "Udløbet", None),
        "is_live": key.is_live(now),
        "choice": (key.key_id, f"{key.key_id}, registreret {clock_time(key.registered_at)}"),
    }


def until(instant: datetime | None) -> str:
    """Return when something ends: `28. februar 2025` when it is with that Danish day, else `… kl. 14.30`."""
    if instant is None:
        return "–"
    local = instant.astimezone(COPENHAGEN)
    return clock_time(instant) if local.time() != time() else long_date(local.date() - timedelta(days=1))


def period(agreement: Agreement) -> str:
    """Return `1. marts 2024 – 30. september 2024`."""
    start, end = agreement.period.start, agreement.period.end
    if end is not None:
        return f"{long_date(start)} – {long_date(end)}"
    assert agreement.terms.review_date is not None
    return f"Fra {long_date(start)}, gennemgås {long_date(agreement.terms.review_date)}"


def kroner(oere: int | None) -> str:
    """Return `25,50`, as a form takes it too."""
    return "" if oere is None else decimal_number(Decimal(oere) / 100, places=2)


def _waits_for(partnership: Partnership, *, today: date) -> str:
    if partnership.open_request:
        return "svar på ønsket om forlængelse"
    if any(each.review_is_overdue_on(today) for each in partnership.granted):
        return "den overskredne gennemgang"
    return WAITS_FOR[partnership.stage_on(today)]


def _badge(agreement: Agreement, *, today: date) -> tuple[str, str | None]:
    """Return how an agreement stands: a period that is still to come says so, and a review that was missed."""
    if agreement.state is State.ACTIVE and agreement.period.start > today:
        return "Begynder senere", "info"
    if agreement.review_is_overdue_on(today):
        return "Gennemgang overskredet", "warning"
    return STATE_NAMES[agreement.state], _KIND_BY_STATE.get(agreement.state)


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "party": PARTY_NAMES[evaluation.party],
        "on": long_date(evaluation.on),
        "goes_on": "Vil fortsætte" if evaluation.wants_to_go_on else "Vil ikke fortsætte",
        "calls": number(evaluation.calls_per_month),
        "text": evaluation.text,
    }


def _name(by: str) -> str:
    if by == SYSTEM:
        return "Systemet"
    if not by.startswith("partner:"):
        return by
    key_id = by.partition("/")[2]
    return f"Partneren med nøglen {key_id}" if key_id else "Partneren"
