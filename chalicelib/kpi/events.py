"""The entry point of dropped files: S3 tells EventBridge, whose rule puts the event into the drops queue."""

from __future__ import annotations

from chalice.app import Blueprint, SQSEvent

from chalicelib.common.notices import notice_from
from chalicelib.kpi import service
from chalicelib.runtime.entrypoints import BatchResponse, each_message, observed

DROPS_QUEUE = "ddh-drops"

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=DROPS_QUEUE, name="ingest-drop", batch_size=10)
@observed
def ingest_drop(event: SQSEvent) -> BatchResponse:
    """Ingest each dropped file once; report the messages that failed, so that only those return."""
    return each_message(event, lambda drop: service.ingest(notice_from(drop)))
