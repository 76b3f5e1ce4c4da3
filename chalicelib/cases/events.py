"""The entry point of time: once a day."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.cases import daily
from chalicelib.runtime.entrypoints import logger, observed

bp = Blueprint(__name__)


@bp.lambda_function(name="cases-daily")
def cases_daily(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ARG001  # Lambda's signature
    """Let the days begin in which municipalities that were told may answer."""
    return _run(event)


@observed
def _run(event: dict[str, Any]) -> dict[str, int]:  # noqa: ARG001  # the schedule's event says nothing
    done = {"opened": daily.run()}
    logger().info("cases taken further", extra=done)
    return done
