"""The one way to declare an entry point: `@observed` under Chalice's decorator, `each_message` in a queue's handler.

HTTP's is access.routing.route, whose errors are caught here too, by `answered`.

A blueprint's event handler runs on Lambda without app.py, so nothing here leans on the Chalice app, its middleware
or its log (chalice PR 1537). This is the only place with a broad `except`.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import PurePath
from secrets import token_hex
from typing import Any, ParamSpec, TypedDict, TypeVar

from aws_lambda_powertools import Logger

from chalicelib.common.errors import AppError
from chalicelib.runtime import correlation, metrics
from chalicelib.runtime.metrics import Metric

P = ParamSpec("P")
T = TypeVar("T")


class FailedMessage(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    """What a queue's handler answers: the messages to try again. Needs ReportBatchItemFailures (infra/app.yaml)."""

    batchItemFailures: list[FailedMessage]


@cache
def logger() -> Logger:
    """Return the structured logger. Log ids, counts and codes; never a person's name, address or figure."""
    made = Logger(service="ddh")
    made.addFilter(correlation.Correlated())
    return made


def observed(handler: Callable[P, T]) -> Callable[P, T]:
    """Log the handler's start, end and failure by name; let failures through, so that the event is tried again."""

    @wraps(handler)
    def observing(*arguments: P.args, **named: P.kwargs) -> T:
        with _working(token_hex(8)):
            try:
                answer = handler(*arguments, **named)
            except AppError as error:
                logger().error("entry point refused", extra={"entry_point": handler.__name__, "code": error.code})
                raise
            except Exception as error:
                log_failure("entry point failed", error, entry_point=handler.__name__)
                raise
            logger().info("entry point done", extra={"entry_point": handler.__name__})
            return answer

    return observing


@contextmanager
def _working(correlation_id: str) -> Iterator[None]:
    """Let an entry point work: what it logs goes back to the id, and what it counted is told at its end."""
    with correlation.following(correlation_id):
        try:
            yield
        finally:
            metrics.flush()


def each_message(event: Any, handle: Callable[[Any], object]) -> BatchResponse:
    """Call `handle` with each queue message's JSON body; answer with those that failed, so that only they return.

    `event` is Chalice's SQSEvent. One message's failure never stops the others. What handling it logs goes back to what
    the message says it does, else to the message. Lambda counts none of it as an error, so an error that nobody foresaw
    is counted here.
    """
    failed: list[FailedMessage] = []
    for record in event.to_dict()["Records"]:
        with correlation.following(_cause_of(record["body"]) or record["messageId"]):
            try:
                handle(json.loads(record["body"]))
            except Exception as error:
                log_failure("message failed", error, message_id=record["messageId"])
                if not isinstance(error, AppError):
                    metrics.count(Metric.MESSAGES_FAILED)
                failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _cause_of(body: str) -> str:
    """Return what a message says that it goes back to; empty when it doesn't say, or can't be read."""
    try:
        cause = json.loads(body)["correlation_id"]
    except (ValueError, LookupError, TypeError):
        return ""
    return cause if isinstance(cause, str) else ""


def answered(entry_point: str, call: Callable[[], T], *, refused: Callable[[Exception], T], request_id: str = "") -> T:
    """Call an HTTP entry point; what it raises is logged by its code and becomes the answer that `refused` gives."""
    with _working(request_id):
        try:
            answer = call()
        except AppError as error:
            logger().info("request refused", extra={"entry_point": entry_point, "code": error.code})
            return refused(error)
        except Exception as error:
            log_failure("request failed", error, entry_point=entry_point)
            return refused(error)
        logger().info("request done", extra={"entry_point": entry_point})
        return answer


def log_failure(what: str, error: Exception, **names: str) -> None:
    """Log where it went wrong, but not the error's text: that may quote a row of somebody's figures."""
    code = error.code if isinstance(error, AppError) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    logger().error(what, extra={"code": code, "where": where, **names})
