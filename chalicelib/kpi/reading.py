"""What staff and the local run read of drops: which came, what became of them, and where their reports lie."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from chalicelib.common.months import Month
from chalicelib.kpi import drop_store
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
    try:
        answer = clients.s3().get_object(Bucket=settings.files_bucket(), Key=f"{drop.report_key}.html")
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    page: bytes = answer["Body"].read()
    return page
