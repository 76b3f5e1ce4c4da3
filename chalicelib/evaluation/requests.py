"""The message that asks for a municipality's evaluation, and the one way to send it.

Anybody may ask (the monthly start, a correction of figures, an agent who moved), as often as they like: it means
"bring this municipality up to date from this month on". It carries ids only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.common.months import Month
from chalicelib.runtime import queues, settings

#: The run that counts: from the procedure's start on, with mails. Every other run is a dry one.
LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Bring `municipality_code` up to date in `run`, from `from_month` on."""

    run: str
    municipality_code: str
    from_month: Month


def request_from(message: Mapping[str, Any]) -> Request:
    """Return the request of a queue message. Fields that a later version adds are ignored."""
    return Request(
        run=message["run"],
        municipality_code=message["municipality_code"],
        from_month=Month.parse(message["from_month"]),
    )


def ask_for(request: Request) -> None:
    """Put the request on the evaluations queue.

    Raises:
        TryLater: the queue didn't take it.
    """
    message = {
        "run": request.run,
        "municipality_code": request.municipality_code,
        "from_month": str(request.from_month),
    }
    queues.send(settings.evaluations_queue_url(), [message])
