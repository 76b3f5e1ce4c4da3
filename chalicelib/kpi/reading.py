"""What staff and the local run read of drops: which came, what became of them, and where their reports lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.common.months import Month
from chalicelib.kpi import drop_store, report
from chalicelib.kpi.drops import Drop, Status
from chalicelib.runtime import clients, settings


def drops_in(month: Month) -> Iterator[Drop]:
    """Yield the drops that arrived in a Danish calendar month, the latest first. May be some seconds old."""
    return drop_store.arrived_in(month)


def drop(drop_id: str) -> Drop | None:
    """Return one drop as it is now; None when there is none."""
    return drop_store.get(drop_id)


def report_page(drop: Drop) -> bytes | None:
    """Return the drop's report as a page of HTML; None when there is none yet, or none any longer."""
    if drop.status is Status.RECEIVED:
        return None
    body = _body(f"{drop.report_key}.html")
    page: bytes | None = body.read() if body is not None else None
    return page


def report_agents(drop: Drop) -> tuple[str, ...]:
    """Return the agents that the page of the drop's report shows; none where an old report doesn't name them."""
    body = _body(f"{drop.report_key}.json")
    if body is None:
        return ()
    first: bytes = next(body.iter_lines(), b"{")
    told: dict[str, Any] = json.loads(first.rstrip(b",}") + b"}")
    return tuple(told.get(report.AGENTS, ()))


def _body(key: str) -> Any:
    """Return the stream of a file; None when there is none."""
    try:
        return clients.s3().get_object(Bucket=settings.files_bucket(), Key=key)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
