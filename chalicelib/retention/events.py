"""The entry point of time: once a night."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.retention import daily
from chalicelib.runtime.entrypoints import logger, observed

bp = Blueprint(__name__)


@bp.lambda_function(name="retention-daily")
@observed
def retention_daily(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ARG001  # Lambda's signature
    """Erase what is known of persons and is past the retention period."""
    done = daily.run()
    logger().info("erased", extra=done)
    return done
