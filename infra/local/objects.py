"""What moto's S3 gets wrong: sequencers that never rise, and policies read without their conditions.

Each of its events says sequencer 617f08299329d189, and it swallows what goes wrong on the way to the bus. It reads
"deny when the connection is not TLS" as "deny"; no policy is enforced here, they are checked as templates.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.iam.access_control import PermissionResult
from moto.s3 import notifications
from moto.s3.models import FakeBucket

from chalicelib.common.clock import system_clock
from infra.local.bus import emit


def install() -> None:
    """Put this emulation into moto's S3; once is enough."""
    notifications._send_event_bridge_message = _tell_of_object
    FakeBucket.get_permission = _no_opinion


_last_sequencer = 0


def _next_sequencer() -> str:
    """Return a hexadecimal number higher than any before, in an earlier run too: it starts from the real time."""
    global _last_sequencer
    _last_sequencer = max(_last_sequencer + 1, int(system_clock.now().timestamp() * 1_000_000))
    return f"{_last_sequencer:018X}"


def _tell_of_object(account_id: str, bucket: Any, event_name: str, key: Any) -> None:
    """Emit the event of an object that came or went.

    Source: Amazon S3 User Guide, "EventBridge event message structure".
    """
    is_creation = "ObjectCreated" in event_name
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": {
            "key": key.name,
            "size": key.size,
            "etag": key.etag.strip('"'),
            "version-id": key.version_id,
            "sequencer": _next_sequencer(),
        },
        "request-id": uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject" if is_creation else "DeleteObject",
    }
    detail_type = "Object Created" if is_creation else "Object Deleted"
    emit("aws.s3", detail_type, detail, account=account_id, region=bucket.region_name, resources=[bucket.arn])


def _no_opinion(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    return PermissionResult.NEUTRAL
