"""The entry point of time: once a day."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.membership import daily
from chalicelib.runtime.entrypoints import logger, observed

bp = Blueprint(__name__)


@bp.lambda_function(name="membership-daily")
@observed
def membership_daily(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ARG001  # Lambda's signature
    """Let memberships begin and end, ask for new dates, and remind of tasks: everything due until today."""
    done = daily.run()
    logger().info("memberships taken further", extra=done)
    return done
