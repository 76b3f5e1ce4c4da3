"""The functions of the packaged template, called as Lambda does: by handler string, with an event and a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from time import monotonic
from typing import Any
from uuid import uuid4

from infra.local.resources import ACCOUNT_ID, REGION
from infra.local.template import References, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A queue that calls a function. Without `partial_batches` Lambda ignores which messages the answer names."""

    queue: str  # its real name
    batch_size: int
    partial_batches: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One Lambda function. `name` is Chalice's: "ingest-drop"."""

    name: str
    handler: str
    timeout_seconds: int
    memory_megabytes: int
    consumer: Consumer | None

    def call(self, event: Mapping[str, Any]) -> Any:
        """Call the handler with an event. What it raises passes through."""
        module, _, attribute = self.handler.rpartition(".")
        handler: Callable[[Mapping[str, Any], LambdaContext], Any] = getattr(import_module(module), attribute)
        return handler(event, LambdaContext(self))


class LambdaContext:
    """What a handler learns of its call. Source: AWS Lambda Developer Guide, "Lambda context object in Python"."""

    def __init__(self, function: Function) -> None:
        self.function_name = f"ddh-{function.name}"
        self.function_version = "$LATEST"
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{self.function_name}"
        self.memory_limit_in_mb = str(function.memory_megabytes)
        self.aws_request_id = str(uuid4())
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = "local"
        self._ends_at = monotonic() + function.timeout_seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._ends_at - monotonic()) * 1000))


def functions_of(template: Mapping[str, Any], references: References) -> dict[str, Function]:
    """Return the template's functions by name."""
    functions = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            name = properties["Handler"].rpartition(".")[2].replace("_", "-")
            functions[name] = Function(
                name=name,
                handler=properties["Handler"],
                timeout_seconds=properties["Timeout"],
                memory_megabytes=properties["MemorySize"],
                consumer=_consumer(properties.get("Events", {}), references),
            )
    return functions


def _consumer(events: Mapping[str, Any], references: References) -> Consumer | None:
    for event in events.values():
        if event["Type"] == "SQS":
            properties = event["Properties"]
            return Consumer(
                queue=resolve(properties["Queue"], references).rpartition(":")[2],
                batch_size=properties["BatchSize"],
                partial_batches="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ()),
            )
    return None
