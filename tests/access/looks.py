"""What tests ask of the log of looks."""

from __future__ import annotations

from chalicelib.access import look_log
from chalicelib.access.look_log import Look
from chalicelib.common.months import Month
from tests.conftest import SettableClock

#: The month of the tests' clock.
NOW = Month.of(SettableClock().now().date())


def looks_at(agent: str, *, since: Month = NOW, until: Month = NOW) -> tuple[Look, ...]:
    """Return every look at an agent in these months, in whatever scope it was noted."""
    return look_log.of_agent(agent, since=since, until=until)
