"""The drops as the viewer lists them, and their reports as they lie in the bucket."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from chalicelib.common.clock import COPENHAGEN, system_clock
from chalicelib.common.months import Month
from chalicelib.kpi import reading
from chalicelib.kpi.drops import Drop
from chalicelib.runtime import clients, settings

#: How many months back drops are listed: a kept state may be that old.
_MONTHS_LISTED = 12


def drops() -> Iterator[Drop]:
    """Yield the drops of the last months, the latest first."""
    # By the real arrival, which `--today` does not move.
    this_month = Month.of(system_clock.now().astimezone(COPENHAGEN).date())
    for back in range(_MONTHS_LISTED):
        yield from reading.drops_in(this_month.plus(-back))


def drop_of(key: str, version_id: str) -> Drop | None:
    """Return the drop of one version of a file; None when it isn't registered."""
    return next((drop for drop in drops() if (drop.key, drop.version_id) == (key, version_id)), None)


def body(key: str) -> bytes | None:
    """Return a report by its key; None when there is none."""
    if not key.startswith("reports/"):
        return None
    try:
        answer = clients.s3().get_object(Bucket=settings.files_bucket(), Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    content: bytes = answer["Body"].read()
    return content
