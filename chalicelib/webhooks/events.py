"""Entry points of webhooks: a nudge asks for a delivery, and a schedule sweeps."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.runtime.entrypoints import BatchResponse, each_message, observed
from chalicelib.webhooks import service

WEBHOOKS_QUEUE = "ddh-webhooks"

bp = Blueprint(__name__)


# One event a call: each may take its ten seconds, and a slow partner holds no other up.
@bp.on_sqs_message(queue=WEBHOOKS_QUEUE, name="deliver-webhook", batch_size=1)
@observed
def deliver_webhook(event: SQSEvent) -> BatchResponse:
    """Tell the partner of each event that was nudged."""
    return each_message(event, lambda body: service.deliver(body["event_id"]))


@bp.lambda_function(name="sweep-webhooks")
@observed
def sweep_webhooks(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001  # Lambda's signature
    """Nudge what is due, and pick up what was left behind. Scheduled every five minutes."""
    service.sweep()
