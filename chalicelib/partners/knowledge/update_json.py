"""Knowledge updates as JSON values, as they are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chalicelib.partners.agreements import Act
from chalicelib.partners.knowledge.updates import Draft, KnowledgeUpdate, Status


def update_to_json(update: KnowledgeUpdate) -> dict[str, Any]:
    return {
        "partner_id": update.partner_id,
        "partner_name": update.partner_name,
        "update_id": update.update_id,
        "title": update.title,
        "text": update.text,
        "valid_from": update.valid_from.isoformat(),
        "received": _act_to_json(update.received),
        "status": update.status.value,
        "decided": _act_to_json(update.decided) if update.decided else None,
        "reason": update.reason,
    }


def update_from_json(stored: Mapping[str, Any]) -> KnowledgeUpdate:
    return KnowledgeUpdate(
        partner_id=stored["partner_id"],
        partner_name=stored["partner_name"],
        update_id=stored["update_id"],
        draft=Draft(title=stored["title"], text=stored["text"], valid_from=date.fromisoformat(stored["valid_from"])),
        received=_act_from_json(stored["received"]),
        status=Status(stored["status"]),
        decided=_act_from_json(stored["decided"]) if stored["decided"] else None,
        reason=stored["reason"],
    )


def _act_to_json(act: Act) -> dict[str, str]:
    return {"by": act.by, "at": act.at.isoformat(), "on": act.on.isoformat()}


def _act_from_json(stored: Mapping[str, str]) -> Act:
    return Act(by=stored["by"], at=datetime.fromisoformat(stored["at"]), on=date.fromisoformat(stored["on"]))
