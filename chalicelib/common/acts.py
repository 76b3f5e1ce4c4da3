"""Who does something, and when: what every history of ours writes down of an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.common.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, and when: the instant and the business date."""

    by: str
    at: datetime
    on: date


def act(by: str, clock: Clock) -> Act:
    """Return what is written down of an act that is done now."""
    return Act(by=by, at=clock.now(), on=clock.today())
