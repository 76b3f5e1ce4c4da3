"""The emulated event bus, as AWS services see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from moto.events import events_backends

from chalicelib.common.clock import system_clock


def emit(
    source: str, detail_type: str, detail: Mapping[str, Any], *, account: str, region: str, resources: Iterable[str]
) -> None:
    """Put an AWS service's event before every rule. Unlike PutEvents this takes sources under `aws.`."""
    event = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": system_clock.now().timestamp(),
        "region": region,
        "resources": list(resources),
        "detail": dict(detail),
    }
    for bus in events_backends[account][region].event_buses.values():
        for rule in bus.rules.values():
            rule.send_to_targets(event, transform_input=False)
