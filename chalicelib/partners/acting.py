"""Who does something now."""

from __future__ import annotations

from chalicelib.common.clock import Clock
from chalicelib.partners.agreements import Act


def act(by: str, clock: Clock) -> Act:
    """Return what is written down of an act: by whom, at which instant, on which business date."""
    return Act(by=by, at=clock.now(), on=clock.today())
