"""Which mails left since a moment, so that a mail table that was restored to it doesn't send them again.

The table no longer knows, but the functions' log does: each move of a mail stands there, by id alone, for 90 days.
What it tells is entered the way in which SES's own events are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.mail import outbox
from chalicelib.mail.outbox import State
from chalicelib.mail.service import settle
from chalicelib.runtime import clients, settings

#: The functions that move mails, and the line that they log of it (chalicelib/mail/service.py).
_FUNCTIONS = ("deliver-mail", "settle-receipts", "sweep-outbox")
_LINE = "mail came further"
#: How SES calls what a state says. A mail that came to none of these may not have left.
_EVENT_BY_STATE: Mapping[State, str] = {
    State.SENT: "Send",
    State.DELIVERED: "Delivery",
    State.COMPLAINED: "Complaint",
    State.BOUNCED: "Bounce",
}
_NOT_DONE = (State.PENDING, State.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A mail that was on its way since a moment: the state that it came to last, and when."""

    mail_id: str
    state: State
    at: datetime

    @property
    def has_left(self) -> bool:
        """Whether SES certainly took it."""
        return self.state in _EVENT_BY_STATE


def from_logs(since: datetime) -> list[Sent]:
    """Return the mails that a deployment's functions moved since then, by when they moved last.

    That one left outweighs whatever the log says later: restored tables don't know it, and a sweep that runs
    over them puts off what they hold for overdue.
    """
    logs = clients.session().create_client("logs")
    moves = []
    for function in _FUNCTIONS:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/ddh-{settings.stage()}-{function}",
            startTime=int(since.timestamp() * 1000),
            filterPattern=f'{{ $.message = "{_LINE}" }}',
        )
        moves += [move for page in pages for event in page["events"] if (move := _move(event))]
    last = {move.mail_id: move for move in sorted(moves, key=lambda each: (each.has_left, each.at))}
    return sorted(last.values(), key=lambda each: each.at)


def from_mailbox(since: datetime) -> list[Sent]:
    """Return the mails that a local run's SES took since then."""
    from infra.local import mailbox

    return [
        Sent(mail_id=mail.tags["mail_id"], state=State.DELIVERED, at=mail.sent_at)
        for mail in mailbox.sent
        if mail.sent_at >= since and "mail_id" in mail.tags
    ]


def settled(sent: list[Sent]) -> Iterator[tuple[Sent, str]]:
    """Enter of each what became of it; yield it with what that came to.

    "settled": the record didn't know, so it would have been sent again, or a bounce would have been forgotten. "known":
    the record knew. "not recorded": what caused it isn't done again yet, or was a person's act that is lost.
    "uncertain": whether it left isn't known; it is sent when mails are.
    """
    for each in sent:
        record = outbox.state_of(each.mail_id)
        if record is None:
            yield each, "not recorded"
        elif not each.has_left:
            yield each, "uncertain" if record.state in _NOT_DONE else "known"
        else:
            settle(_envelope(each, attempt=record.delivery.attempts[-1].number if record.delivery.attempts else 1))
            now = outbox.state_of(each.mail_id)
            yield each, "known" if now is not None and now.state is record.state else "settled"


def _move(event: Mapping[str, Any]) -> Sent | None:
    try:
        line = json.loads(event["message"])
    except ValueError:  # Lambda's own lines
        return None
    if not isinstance(line, dict) or line.get("message") != _LINE:
        return None
    at = datetime.fromtimestamp(event["timestamp"] / 1000, tz=UTC)
    return Sent(mail_id=line["mail_id"], state=State(line["state"]), at=at)


def _envelope(sent: Sent, *, attempt: int) -> dict[str, Any]:
    """Return what SES would have told. Of a bounce only the permanent kind is logged apart; staff see it either way."""
    return {
        "source": "aws.ses",
        "detail": {
            "eventType": _EVENT_BY_STATE[sent.state],
            "mail": {"timestamp": sent.at.isoformat(), "tags": {"mail_id": [sent.mail_id], "attempt": [str(attempt)]}},
            "bounce": {"bounceType": "Permanent"},
        },
    }
