"""What staff and the local run read of drops: which came, what became of them, and their reports."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.common.months import Month
from chalicelib.kpi import drop_store
from chalicelib.kpi.drops import Drop
from chalicelib.runtime import clients, settings


def drops_in(month: Month) -> Iterator[Drop]:
    """Yield the drops that arrived in a Danish calendar month, the latest first. May be some seconds old."""
    return drop_store.arrived_in(month)


def drop(drop_id: str) -> Drop | None:
    """Return one drop as it is now; None when there is none."""
    return drop_store.get(drop_id)


def report_page(found: Drop) -> str:
    """Return the report of a drop that has ended, as a page."""
    answer = clients.s3().get_object(Bucket=settings.files_bucket(), Key=f"{found.report_key}.html")
    return str(answer["Body"].read().decode())
