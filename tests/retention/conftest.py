"""The machine that retention's tests start from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from infra import packaged
from infra.local.functions import Function, functions_of
from tests.conftest import EmulatedAWS, SettableClock
from tests.infra.roles import Roles
from tests.retention.machine import Machine


@pytest.fixture
def machine(aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The machine before its first month, each function held to its role."""
    monkeypatch.setattr(system_clock, "now", clock.now, raising=False)
    monkeypatch.setattr(system_clock, "today", clock.today, raising=False)
    roles, call_function = Roles(aws.references), Function.call

    def held(function: Function, event: Any) -> Any:
        with roles.watching(function.name.title().replace("-", "")):
            return call_function(function, event)

    monkeypatch.setattr(Function, "call", held)
    yield Machine(functions_of(packaged.template("local"), aws.references), clock)
    assert not roles.refused
