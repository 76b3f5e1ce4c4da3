"""Knowledge updates as JSON values, as they are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.partners.knowledge.updates import Draft, KnowledgeUpdate, Status
from chalicelib.partners.partner_json import act_from_json, act_to_json


def update_to_json(update: KnowledgeUpdate) -> dict[str, Any]:
    return {
        "partner_id": update.partner_id,
        "partner_name": update.partner_name,
        "update_id": update.update_id,
        "title": update.title,
        "text": update.text,
        "valid_from": update.valid_from.isoformat(),
        "received": act_to_json(update.received),
        "status": update.status.value,
        "decided": act_to_json(update.decided) if update.decided else None,
        "reason": update.reason,
    }


def update_from_json(stored: Mapping[str, Any]) -> KnowledgeUpdate:
    return KnowledgeUpdate(
        partner_id=stored["partner_id"],
        partner_name=stored["partner_name"],
        update_id=stored["update_id"],
        draft=Draft(title=stored["title"], text=stored["text"], valid_from=date.fromisoformat(stored["valid_from"])),
        received=act_from_json(stored["received"]),
        status=Status(stored["status"]),
        decided=act_from_json(stored["decided"]) if stored["decided"] else None,
        reason=stored["reason"],
    )
