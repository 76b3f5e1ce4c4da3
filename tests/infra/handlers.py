"""Handlers of queues for the tests of the pump: one that fails on demand, one that crashes, one that answers oddly."""

from __future__ import annotations

from typing import Any

#: The bodies that were handled, in order.
handled: list[str] = []
#: The events that `answering` was called with.
events: list[dict[str, Any]] = []
#: What `answering` answers.
answer: Any = None


def failing_on_bad(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle each message but those with the body "bad", which it names."""
    failed = []
    for record in event["Records"]:
        if record["body"] == "bad":
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            handled.append(record["body"])
    return {"batchItemFailures": failed}


def crashing_on_bad(event: dict[str, Any], context: Any) -> None:
    """Handle messages until one has the body "bad"; then raise."""
    for record in event["Records"]:
        if record["body"] == "bad":
            raise RuntimeError
        handled.append(record["body"])


def answering(event: dict[str, Any], context: Any) -> Any:
    """Handle everything and answer what the test wants."""
    events.append(event)
    handled.extend(record["body"] for record in event["Records"])
    return answer
