"""RenoSyd's events, recorded and told on the emulated AWS to a receiver on this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.runtime.tables import transaction
from chalicelib.webhooks import endpoints, outbox, service
from chalicelib.webhooks.outbox import Event, EventState, EventType
from tests.conftest import SettableClock
from tests.webhooks.receiver import Receiver

EVENT_ID = "extended_renosyd_3"
STAFF = "s@ddh.example"


class Telling:
    """Takes an event as far as a test needs it. `secret` is the partner's first."""

    def __init__(self, clock: SettableClock, receiver: Receiver) -> None:
        self.clock, self.receiver = clock, receiver
        kept = endpoints.put_url("renosyd", receiver.url, by=STAFF, clock=clock)
        assert kept.new_secret is not None
        self.secret: str = kept.new_secret

    def record(self, event_id: str = EVENT_ID) -> str:
        event = Event(
            partner_id="renosyd",
            partner_name="RenoSyd",
            event_id=event_id,
            type=EventType.AGREEMENT_EXTENDED,
            data={"agreement": 3},
        )
        with transaction() as writes:
            outbox.record(writes, event, clock=self.clock)
        return event_id

    def deliver(self, **named: Any) -> None:
        service.deliver(EVENT_ID, clock=self.clock, jitter=lambda: 0.0, **named)

    def sweep(self) -> list[str]:
        """Sweep; return what was nudged."""
        nudged: list[str] = []
        service.sweep(clock=self.clock, nudge=lambda ids, after_seconds=0: nudged.extend(ids), jitter=lambda: 0.0)
        return nudged

    def later(self, **by: float) -> None:
        self.clock.set(instant=self.clock.now() + timedelta(**by))

    def now(self) -> EventState:
        found = outbox.state_of(EVENT_ID)
        assert found is not None
        return found

    @property
    def ids_got(self) -> list[str]:
        """The webhook-ids that the receiver got, in their order."""
        return [got.headers["webhook-id"] for got in self.receiver.got]
