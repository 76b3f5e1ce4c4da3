"""An event as its cause records it: what happened to a partner, which its systems are told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from chalicelib.common.errors import Refused
from chalicelib.webhooks.delivery import Delivery, State

#: The mails about an event and the header webhook-id are made of its id, hence its letters and length.
_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
#: Standard Webhooks asks for small payloads, "under 20 KB".
MOST_DATA_BYTES = 20_000


class EventType(StrEnum):
    """What partners are told of. The value stands in the webhook's body and never changes."""

    AGREEMENT_EXTENDED = "agreement.extended"
    AGREEMENT_ENDED = "agreement.ended"
    KNOWLEDGE_UPDATE_PUBLISHED = "knowledge-update.published"


class EventRefused(Refused):
    """Raised when an event can't be recorded as it is: its id or its data break a limit."""

    code = "event_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a partner's system is told. `data` are JSON values.

    `event_id` is a natural key, made of what happened ("extended_renosyd_3"): whoever records the same event again
    meets the first. The partner sees it as `webhook-id`, the same on every attempt. `partner_name` is for the
    secretariat, which is told what isn't taken; this feature knows partners by their ids alone.
    """

    partner_id: str
    partner_name: str
    event_id: str
    type: EventType
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventState:
    """A recorded event and what became of telling it. `correlation_id`: what recording it went back to."""

    event: Event
    delivery: Delivery
    correlation_id: str = ""

    @property
    def state(self) -> State:
        return self.delivery.state


def checked(event: Event) -> Event:
    """Return the event when it may be recorded.

    Raises:
        EventRefused: a limit is broken.
    """
    if not _EVENT_ID.fullmatch(event.event_id):
        raise EventRefused("Hændelsens id må kun have bogstaver a-z, cifre, - og _ og højst 100 tegn.")
    try:
        size = len(_json(event.data).encode())
    except (TypeError, ValueError) as error:
        raise EventRefused("Hændelsens oplysninger kan ikke gemmes: de skal være JSON.") from error
    if size > MOST_DATA_BYTES:
        raise EventRefused(f"Hændelsens oplysninger fylder mere end {MOST_DATA_BYTES // 1000} KB. Send færre.")
    return event


def body_of(event: Event, *, recorded_at: datetime) -> str:
    """Return the webhook's body: the same text on every attempt. Source: Standard Webhooks, "Payload structure"."""
    timestamp = recorded_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return _json({"type": event.type.value, "timestamp": timestamp, "data": dict(event.data)})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
