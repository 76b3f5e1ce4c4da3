"""What the pages of knowledge updates show: the facts that templates are filled with."""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.access.people import Role
from chalicelib.common.acts import Act
from chalicelib.common.danish import clock_time, long_date
from chalicelib.partners.knowledge.updates import KnowledgeUpdate, Status

_NAME_BY_STATUS = {Status.RECEIVED: "Venter", Status.PUBLISHED: "Udgivet", Status.DECLINED: "Afvist"}
_KIND_BY_STATUS = {Status.RECEIVED: "info", Status.PUBLISHED: "success"}


def published(update: KnowledgeUpdate, *, today: date) -> dict[str, Any]:
    """Return what somebody reads of an update that agents know."""
    assert update.decided is not None
    return {
        "update_id": update.update_id,
        "address": _address(update),
        "title": update.title,
        "text": update.text,
        "partner": update.partner_name,
        "published_on": long_date(update.decided.on),
        "holds": _holds(update, today=today),
    }


def waiting(update: KnowledgeUpdate, *, today: date) -> dict[str, Any]:
    """Return the line of an update that waits for the secretariat."""
    return {
        "address": _address(update),
        "title": update.title,
        "partner": update.partner_name,
        "holds": _holds(update, today=today),
        "received_on": long_date(update.received.on),
    }


def declined(update: KnowledgeUpdate) -> dict[str, Any]:
    """Return the line of an update that the secretariat declined."""
    assert update.decided is not None
    return {
        "address": _address(update),
        "title": update.title,
        "partner": update.partner_name,
        "declined_on": long_date(update.decided.on),
    }


def whole(update: KnowledgeUpdate, *, role: Role) -> dict[str, Any]:
    """Return everything of one update, and whether it is this role's to decide on."""
    facts = [
        ("Fra", update.partner_name),
        ("Gælder fra", long_date(update.valid_from)),
        ("Modtaget", _when(update.received)),
    ]
    if update.decided is not None:
        facts.append((_NAME_BY_STATUS[update.status], f"{_when(update.decided)} af {update.decided.by}"))
    return {
        "address": _address(update),
        "title": update.title,
        "text": update.text,
        "reason": update.reason,
        "partner": update.partner_name,
        "badge": (_NAME_BY_STATUS[update.status], _KIND_BY_STATUS.get(update.status)),
        "facts": facts,
        "can_decide": role is Role.SECRETARIAT and update.status is Status.RECEIVED,
    }


def _holds(update: KnowledgeUpdate, *, today: date) -> tuple[str, str]:
    """Return from when it holds, as a badge: another word and colour until it does."""
    day = long_date(update.valid_from)
    return (f"Gælder fra {day}", "success") if update.valid_from <= today else (f"Gælder først fra {day}", "info")


def _when(act: Act) -> str:
    return clock_time(act.at)


def _address(update: KnowledgeUpdate) -> str:
    return f"/viden/{update.partner_id}/{update.update_id}"
