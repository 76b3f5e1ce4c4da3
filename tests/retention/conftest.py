"""The machine that retention's tests start from."""

from __future__ import annotations

import pytest

from chalicelib.common.clock import system_clock
from infra import packaged
from infra.local.functions import functions_of
from tests.conftest import EmulatedAWS, SettableClock
from tests.retention.machine import Machine


@pytest.fixture
def machine(aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The machine before its first month."""
    monkeypatch.setattr(system_clock, "now", clock.now, raising=False)
    monkeypatch.setattr(system_clock, "today", clock.today, raising=False)
    return Machine(functions_of(packaged.template("local"), aws.references), clock)
