"""Entry points of the outbox: a nudge asks for a delivery, SES's events are receipts, and a schedule sweeps."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.mail import service
from chalicelib.runtime.entrypoints import BatchResponse, each_message, observed

OUTBOX_QUEUE = "ddh-outbox"
RECEIPTS_QUEUE = "ddh-receipts"

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=OUTBOX_QUEUE, name="deliver-mail", batch_size=10)
@observed
def deliver_mail(event: SQSEvent) -> BatchResponse:
    """Deliver each mail that was nudged."""
    return each_message(event, lambda body: service.deliver(body["mail_id"]))


@bp.on_sqs_message(queue=RECEIPTS_QUEUE, name="settle-receipts", batch_size=10)
@observed
def settle_receipts(event: SQSEvent) -> BatchResponse:
    """Enter what SES tells about each mail; the body is EventBridge's envelope."""
    return each_message(event, service.settle)


@bp.lambda_function(name="sweep-outbox")
@observed
def sweep_outbox(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001  # Lambda's signature
    """Pick up what was left behind. Scheduled every five minutes."""
    service.sweep()
