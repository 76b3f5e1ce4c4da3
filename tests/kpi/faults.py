"""Breaks calls to the emulated AWS: a crash before or after a call, or a response that gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber


class Crash(BaseException):
    """The process is gone. Nothing in the application may catch it."""


class Fault(StrEnum):
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    NOT_SENT = "not sent"  # the client retries
    RESPONSE_LOST = "response lost"  # the effect is there; the client retries


class Wire:
    """Sees every attempt of every call; `calls` are their operations, in order."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fault: Fault | None = None
        self.at = -1

    def breaks(self, at: int, fault: Fault) -> None:
        """Let the call with this number (from 0, counted from now) fail, once."""
        self.calls.clear()
        self.at, self.fault = at, fault

    def send(self, deliver: Any, event_name: str, request: Any, **more: Any) -> Any:
        number = len(self.calls)
        self.calls.append(event_name.removeprefix("before-send."))
        fault = self.fault if number == self.at else None
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        if fault is Fault.NOT_SENT:
            raise EndpointConnectionError(endpoint_url=request.url)
        response = deliver(event_name, request, **more)
        if fault is Fault.CRASH_AFTER:
            raise Crash
        if fault is Fault.RESPONSE_LOST:
            raise ReadTimeoutError(endpoint_url=request.url)
        return response


@contextmanager
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Put a wire between botocore and the emulator; the client's pauses between attempts are left out."""
    made = Wire()
    deliver = BotocoreStubber.__call__
    with monkeypatch.context() as patch:
        patch.setattr(
            BotocoreStubber,
            "__call__",
            lambda self, event_name, request, **more: made.send(deliver.__get__(self), event_name, request, **more),
        )
        patch.setattr("botocore.endpoint.time.sleep", lambda _: None)
        yield made
