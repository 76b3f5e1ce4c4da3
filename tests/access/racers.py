"""What racing processes do with one nonce, and with one Idempotency-Key. Imports little, as each imports it anew."""

from __future__ import annotations

from datetime import UTC, date, datetime

from chalicelib.access import idempotency, nonces
from chalicelib.access.idempotency import StillWorking
from chalicelib.access.signatures import NotAuthentic
from chalicelib.runtime.web import Answer

NOW = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)


class _Clock:
    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()


def replay(_number: int) -> bool:
    """Send the one signed call again; True for whose call is taken."""
    try:
        nonces.use("renosyd.00000000", "bWl0LWVuZ2FuZ3NvcmQ", created=NOW, clock=_Clock())
    except NotAuthentic:
        return False
    return True


def repeat(number: int) -> str:
    """Send the one POST again: `acted`, `kept` when another's answer came back, or `busy`."""
    acted: list[int] = []

    def act() -> Answer:
        acted.append(number)
        return Answer(status=201, body=str(number))

    try:
        idempotency.once(
            act, partner_id="renosyd", key="k", method="POST", path="/partner/v1/x", body=b"{}", clock=_Clock()
        )
    except StillWorking:
        return "busy"
    return "acted" if acted else "kept"
