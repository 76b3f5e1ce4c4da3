"""The wire between botocore and the emulated AWS, in this process: tests count its requests and put faults into it.

It sits where a request is sent, so botocore's own retries and parsing are the real ones. moto answers requests in its
stubber; a fault there is a fault of the network or of AWS (THREATS, head).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber

#: What happens to one request: given how to pass it on, answer or raise.
Fault = Callable[[Callable[[], Any]], Any]


class Crash(BaseException):
    """The process dies here."""


class Network:
    """Every request in `operations`; the faults that wait for the next ones of an operation."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.operations: list[str] = []
        self._faults: dict[int, Fault] = {}
        self._faults_of: dict[str, list[Fault]] = {}
        send = BotocoreStubber.__call__

        def sending(stubber: Any, event_name: str, request: Any, **more: Any) -> Any:
            return self._request(event_name.rpartition(".")[2], lambda: send(stubber, event_name, request, **more))

        monkeypatch.setattr(BotocoreStubber, "__call__", sending)

    def at(self, number: int, fault: Fault) -> None:
        """Let the fault happen to the request with this number, counted from now and from 0."""
        self._faults = {len(self.operations) + number: fault}

    def next(self, operation: str, *faults: Fault) -> None:
        """Let the faults happen to the next requests of an operation, one each."""
        self._faults_of[operation] = list(faults)

    def count(self, operation: str) -> int:
        return self.operations.count(operation)

    def _request(self, operation: str, pass_on: Callable[[], Any]) -> Any:
        number = len(self.operations)
        self.operations.append(operation)
        if number in self._faults:
            return self._faults.pop(number)(pass_on)
        if self._faults_of.get(operation):
            return self._faults_of[operation].pop(0)(pass_on)
        return pass_on()


def crash_before(pass_on: Callable[[], Any]) -> Any:
    raise Crash


def crash_after(pass_on: Callable[[], Any]) -> Any:
    pass_on()
    raise Crash


def answer_lost(pass_on: Callable[[], Any]) -> Any:
    pass_on()
    raise ReadTimeoutError(endpoint_url="https://aws")


def failing(error: Exception) -> Fault:
    """Return the fault of a request that never leaves us."""

    def fault(pass_on: Callable[[], Any]) -> Any:
        raise error

    return fault


def answering(status: int, code: str) -> Fault:
    """Return the fault of AWS answering with an error, and nothing done."""

    class Body:
        def stream(self, **_: object) -> Iterator[bytes]:
            yield f'{{"__type": "{code}", "message": ""}}'.encode()

    return lambda pass_on: AWSResponse("https://aws", status, HTTPHeaders.from_dict({"x-amzn-ErrorType": code}), Body())
