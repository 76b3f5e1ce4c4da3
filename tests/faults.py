"""Faults at the border to AWS, for tests on the emulator in this process: crashes, lost answers, calls not sent.

Every call passes moto's stubber, those of pynamodb too, so a fault is put around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from unittest.mock import patch

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber


class Crash(BaseException):
    """The process ends here. No `except Exception` may stop it."""


class Calls:
    """The calls that were made, by operation name, in order."""

    def __init__(self) -> None:
        self.operations: list[str] = []


@contextmanager
def counted() -> Iterator[Calls]:
    """Count the calls to AWS."""
    with _around(lambda number, send: send()) as calls:
        yield calls


@contextmanager
def crash_at(number: int, when: Literal["before", "after"]) -> Iterator[Calls]:
    """Crash before or after the effect of call `number`, counted from 1."""

    def fault(current: int, send: Callable[[], Any]) -> Any:
        if current == number and when == "before":
            raise Crash
        answer = send()
        if current == number:
            raise Crash
        return answer

    with _around(fault) as calls:
        yield calls


@contextmanager
def answer_lost_at(number: int) -> Iterator[Calls]:
    """Let call `number` take effect and lose its answer, as a read timeout does. The client may retry."""

    def fault(current: int, send: Callable[[], Any]) -> Any:
        answer = send()
        if current == number:
            raise ReadTimeoutError(endpoint_url="https://lost.example")
        return answer

    with _around(fault) as calls:
        yield calls


@contextmanager
def not_sent_at(*numbers: int) -> Iterator[Calls]:
    """Let the calls `numbers` fail before they reach AWS, as without a connection. The client may retry."""

    def fault(current: int, send: Callable[[], Any]) -> Any:
        if current in numbers:
            raise EndpointConnectionError(endpoint_url="https://lost.example")
        return send()

    with _around(fault) as calls:
        yield calls


@contextmanager
def _around(fault: Callable[[int, Callable[[], Any]], Any]) -> Iterator[Calls]:
    calls = Calls()
    send = BotocoreStubber.__call__

    def stubbed(stubber: Any, event_name: str, request: Any, **rest: Any) -> Any:
        calls.operations.append(event_name.rpartition(".")[2])
        return fault(len(calls.operations), lambda: send(stubber, event_name, request, **rest))

    # The client's pauses between its attempts are left out.
    with patch.object(BotocoreStubber, "__call__", stubbed), patch("botocore.endpoint.time.sleep"):
        yield calls
