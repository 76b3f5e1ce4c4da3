"""The only module that reads time. It has two readings, and every rule names the one it means.

- The *instant* (`now`): the real moment, aware UTC. For leases, links, signatures, log lines.
- The *business date* (`today`): the Danish calendar date that rules go by. It is the instant's date in
  Copenhagen, unless a test or the local run sets it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class Clock(Protocol):
    """What code that needs the time asks for."""

    def now(self) -> datetime:
        """Return the real instant, aware UTC."""
        ...

    def today(self) -> date:
        """Return the business date."""
        ...


class SystemClock:
    """The machine's clock. `business_date` overrides the business date alone, never the instant."""

    def __init__(self) -> None:
        self.business_date: date | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.business_date or self.now().astimezone(COPENHAGEN).date()


system_clock = SystemClock()
