"""The entry points: time, once a day, and files that leaders sent to the bucket."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.cases import attaching, daily
from chalicelib.common.notices import notice_from
from chalicelib.runtime.entrypoints import BatchResponse, each_message, logger, observed

DOCUMENTS_QUEUE = "ddh-documents"

bp = Blueprint(__name__)


@bp.lambda_function(name="cases-daily")
@observed
def cases_daily(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ARG001  # Lambda's signature
    """Let the days begin in which municipalities that were told may answer."""
    done = {"opened": daily.run()}
    logger().info("cases taken further", extra=done)
    return done


@bp.on_sqs_message(queue=DOCUMENTS_QUEUE, name="attach-document", batch_size=10)
@observed
def attach_document(event: SQSEvent) -> BatchResponse:
    """Let each file that was sent stand at its proof; report the messages that failed, so that only those return."""
    return each_message(event, lambda file: attaching.take(notice_from(file)))
