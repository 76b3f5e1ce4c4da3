"""Counts what functions consume while they run on the emulated AWS, each function for itself.

Stands where every call to AWS passes (botocore's client) and where every function is called (`Metered`). What is
called outside a function is somebody else's and isn't counted, unless `working_as` says whose it is. The emulator's own
work is not the functions' time.
"""

from __future__ import annotations

import io
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any
from unittest.mock import patch

import botocore.client
from moto.core.botocore_stubber import BotocoreStubber

from chalicelib.runtime.entrypoints import logger
from infra.costing.capacity import Capacity, performed
from infra.local.functions import Function

#: Queues that a rule of the event bus feeds: what arrives there was sent by EventBridge, by a request of its own.
_FED_BY_RULES = ("-drops", "-documents", "-receipts")
_SQS_REQUEST_BYTES = 64 * 1024
_SITE = "app"


class Unit(StrEnum):
    """What is counted. Only the last two differ from one run of the same month to the next."""

    INVOCATIONS = "invocations"
    API_REQUESTS = "API requests"
    BYTES_OUT = "bytes answered"
    READ_UNITS = "read request units"
    WRITE_UNITS = "write request units"
    SQS_REQUESTS = "SQS requests"
    S3_WRITES = "S3 puts, copies, lists"
    S3_READS = "S3 gets"
    S3_EVENTS = "events of the bucket"
    MAILS = "mails, by receiver"
    MAIL_EVENTS = "events of mails"
    CALLS = "calls to AWS"
    CPU_SECONDS = "CPU seconds here"
    LOG_BYTES = "bytes logged"


#: What a function consumed: by its name and the unit.
Counts = Mapping[tuple[str, Unit], float]


class Meter:
    """Counts while `running`. `counts` is what was counted so far."""

    def __init__(self) -> None:
        self.counts: defaultdict[tuple[str, Unit], float] = defaultdict(float)
        self._actor: str | None = None
        self._tables: dict[str, Any] = {}
        self._aside = _Aside()
        self._log = _Log()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what happens inside."""
        call_api, stub = botocore.client.BaseClient._make_api_call, BotocoreStubber.__call__

        def counted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if self._actor is None:
                return call_api(client, operation, parameters)
            return self._counted(client, operation, parameters, call_api)

        def emulated(stubber: Any, *arguments: Any, **named: Any) -> Any:
            with self._aside.spending():
                return stub(stubber, *arguments, **named)

        with (
            patch.object(botocore.client.BaseClient, "_make_api_call", counted),
            patch.object(BotocoreStubber, "__call__", emulated),
        ):
            yield

    def quiet(self) -> AbstractContextManager[None]:
        """Keep what is logged inside from being shown. What isn't kept from that isn't counted either."""
        return self._log.listening()

    @contextmanager
    def working_as(self, actor: str) -> Iterator[None]:
        """Count what is called inside as the actor's: a function's, or somebody's beside them."""
        before, self._actor = self._actor, actor
        begun, aside, logged = time.process_time(), self._aside.seconds, self._log.count
        try:
            yield
        finally:
            spent = time.process_time() - begun - (self._aside.seconds - aside)
            self._add(Unit.CPU_SECONDS, spent)
            self._add(Unit.LOG_BYTES, self._log.count - logged)
            self._actor = before

    def invoke(self, function: Function, event: Mapping[str, Any]) -> Any:
        """Call the function, and count the call with what Lambda and API Gateway do about it."""
        with self.working_as(function.name):
            self._add(Unit.INVOCATIONS, 1)
            if function.consumer:
                fed_by_rule = function.consumer.queue.endswith(_FED_BY_RULES)
                # Lambda receives a batch and deletes it; who sends from a function is counted there.
                self._add(Unit.SQS_REQUESTS, 2 + (len(event["Records"]) if fed_by_rule else 0))
            answer = Function.call(function, event)
            if function.name == _SITE:
                self._add(Unit.API_REQUESTS, 1)
                size = len((answer.get("body") or "").encode())
                self._add(Unit.BYTES_OUT, size * 3 // 4 if answer.get("isBase64Encoded") else size)
            return answer

    def _counted(self, client: Any, operation: str, parameters: dict[str, Any], call_api: Callable[..., Any]) -> Any:
        self._add(Unit.CALLS, 1)
        match client.meta.service_model.service_name:
            case "dynamodb":
                return performed(
                    operation,
                    parameters,
                    perform=lambda: call_api(client, operation, parameters),
                    ask=lambda name, asked: self._ask(client, name, asked, call_api),
                    count=self._add_capacity,
                )
            case "sqs":
                bodies = [each["MessageBody"] for each in parameters.get("Entries", [parameters])]
                self._add(Unit.SQS_REQUESTS, max(1, ceil(sum(map(len, bodies)) / _SQS_REQUEST_BYTES)))
            case "s3":
                self._add_s3(operation)
            case "sesv2":
                receivers = sum(len(each) for each in parameters["Destination"].values())
                self._add(Unit.MAILS, receivers)
                self._add(Unit.MAIL_EVENTS, 2)  # taken, and delivered
        return call_api(client, operation, parameters)

    def _ask(self, client: Any, operation: str, parameters: Mapping[str, Any], call_api: Callable[..., Any]) -> Any:
        with self._aside.spending():
            if operation != "DescribeTable":
                return call_api(client, operation, dict(parameters))
            name = parameters["TableName"]
            if name not in self._tables:
                self._tables[name] = call_api(client, operation, dict(parameters))
            return self._tables[name]

    def _add_s3(self, operation: str) -> None:
        if operation.startswith("Delete"):
            self._add(Unit.S3_EVENTS, 1)  # deleting itself is free
        elif operation.startswith(("Get", "Head")):
            self._add(Unit.S3_READS, 1)
        else:
            self._add(Unit.S3_WRITES, 1)
            self._add(Unit.S3_EVENTS, operation.startswith(("Put", "Copy")))

    def _add_capacity(self, capacity: Capacity) -> None:
        self._add(Unit.READ_UNITS, capacity.reads)
        self._add(Unit.WRITE_UNITS, capacity.writes)

    def _add(self, unit: Unit, amount: float) -> None:
        assert self._actor is not None
        self.counts[self._actor, unit] += amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered(Function):
    """A function whose calls are counted."""

    meter: Meter

    @classmethod
    def of(cls, function: Function, meter: Meter) -> Metered:
        return cls(
            name=function.name,
            handler=function.handler,
            timeout_seconds=function.timeout_seconds,
            memory_megabytes=function.memory_megabytes,
            consumer=function.consumer,
            meter=meter,
        )

    def call(self, event: Mapping[str, Any]) -> Any:
        return self.meter.invoke(self, event)


class _Aside:
    """CPU seconds that are not the functions': the emulator's, and what the counting itself takes. May be nested."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._depth = 0

    @contextmanager
    def spending(self) -> Iterator[None]:
        self._depth += 1
        begun = time.process_time()
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.seconds += time.process_time() - begun


class _Log(io.TextIOBase):
    """Counts the bytes of what is logged and printed, and keeps none."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, text: str) -> int:
        self.count += len(text.encode())
        return len(text)

    @contextmanager
    def listening(self) -> Iterator[None]:
        listener = logging.StreamHandler(self)
        ours = logging.getLogger(logger().name)
        formatters = [each.formatter for each in ours.handlers if each.formatter]
        listener.setFormatter(formatters[0])
        streams = [each for each in ours.handlers if isinstance(each, logging.StreamHandler)]
        for each in streams:
            ours.removeHandler(each)
        ours.addHandler(listener)
        try:
            with redirect_stdout(self):
                yield
        finally:
            ours.removeHandler(listener)
            for each in streams:
                ours.addHandler(each)
