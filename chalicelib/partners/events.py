"""The entry point of time: once a day."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.partners import daily
from chalicelib.runtime.entrypoints import logger, observed

bp = Blueprint(__name__)


@bp.lambda_function(name="partners-daily")
@observed
def partners_daily(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ARG001  # Lambda's signature
    """Let agreements end, and remind of those that must be settled: everything due until today."""
    done = daily.run()
    logger().info("agreements taken further", extra=done)
    return done
