"""The evaluation's entry points: the monthly start, the daily watchdog, and the queue of municipalities."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.common.months import Month
from chalicelib.evaluation import following, service
from chalicelib.evaluation.requests import request_from
from chalicelib.runtime import metrics
from chalicelib.runtime.entrypoints import BatchResponse, each_message, logger, observed
from chalicelib.runtime.metrics import Metric

EVALUATIONS_QUEUE = "ddh-evaluations"

bp = Blueprint(__name__)


@bp.lambda_function(name="start-evaluation")
@observed
def start_evaluation(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001  # Lambda's signature
    """Start the month before, or the event's: `{"month": "2024-10", "without_missing": true}`.

    A month before the procedure's start is a dry run by itself, and any month is with `"dry_run": true`; `last_month`
    makes it longer.
    """
    if "month" not in event:
        return _answer(service.start_latest())
    month, last = Month.parse(event["month"]), Month.parse(event.get("last_month", event["month"]))
    begins = service.procedure_start()
    asked_for = event.get("dry_run") is True
    if not asked_for and month >= begins:
        return _answer(service.start_month(month, without_missing=event.get("without_missing") is True))
    if not asked_for and last >= begins:
        raise service.NotADryRun(month, last)
    return {"dry_run": service.start_dry_run(month, last)}


@bp.lambda_function(name="evaluation-watchdog")
@observed
def evaluation_watchdog(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001  # Lambda's signature
    """Try again what should be evaluated and isn't: a month that waited, a start that never came, a lost message."""
    answer = _answer(service.start_latest())
    metrics.count(Metric.MONTHS_WAITING, 1 if answer["waiting_for"] else 0)
    if answer["waiting_for"]:
        logger().warning("month not evaluated", extra=answer)
    return answer


@bp.on_sqs_message(queue=EVALUATIONS_QUEUE, name="evaluate-municipality", batch_size=1)
@observed
def evaluate_municipality(event: SQSEvent) -> BatchResponse:
    """Bring each message's municipality up to date; report the messages that failed, so that only those return."""
    return each_message(event, lambda message: following.bring_up_to_date(request_from(message)))


def _answer(started: service.Started) -> dict[str, Any]:
    return {
        "started": [str(month) for month in started.started],
        "waiting_for": None if started.waiting_for is None else str(started.waiting_for),
        "missing": list(started.missing),
    }
