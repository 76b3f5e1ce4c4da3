"""Erases dropped files with figures of persons, and their reports, once all that they say is past its time.

A file goes by its own youngest month; one that no month is known of (it was refused, or lies in a wrong place) goes by
the month in which it came, as does one of a kind that nothing reads yet: it may name anybody. Only files of kinds that
are read, and have no persons, stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.months import Month
from chalicelib.common.notices import natural_key
from chalicelib.kpi import drop_store, erasure_store
from chalicelib.kpi.drops import Status
from chalicelib.kpi.kinds import KIND_BY_NAME
from chalicelib.runtime import clients, settings

_DROPS, _REPORTS = "drops/", "reports/"
_WITHOUT_PERSONS = frozenset(kind.name for kind in KIND_BY_NAME.values() if not kind.is_of_persons)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of a file or a report, and the drop that it belongs to."""

    key: str
    version_id: str
    put_at: datetime
    drop_id: str


def erase_until(last: Month) -> int:
    """Delete what is older than `last` or of it; return how many versions of files and reports were deleted."""
    may_go = cache(lambda drop_id, put_in: _may_go(drop_id, put_in=put_in, last=last))
    deleted = 0
    for version in _versions():
        if may_go(version.drop_id, _month_of(version.put_at)):
            clients.s3().delete_object(Bucket=settings.files_bucket(), Key=version.key, VersionId=version.version_id)
            deleted += 1
    return deleted


def _may_go(drop_id: str, *, put_in: Month, last: Month) -> bool:
    drop = drop_store.get(drop_id)
    came_in = put_in if drop is None else _month_of(drop.arrived_at)
    if came_in <= last:
        return True
    months = erasure_store.months_of_drop(drop_id)
    is_read = drop is not None and drop.status is not Status.RECEIVED
    return is_read and bool(months) and max(months) <= last


def _versions() -> Iterator[_Version]:
    for root in (_DROPS, _REPORTS):
        pages = clients.s3().get_paginator("list_object_versions").paginate(Bucket=settings.files_bucket(), Prefix=root)
        for page in pages:
            for told in page.get("Versions", ()):
                key, version_id = told["Key"], told["VersionId"]
                if key.split("/")[1] in _WITHOUT_PERSONS:
                    continue
                drop_id = natural_key(key, version_id) if root == _DROPS else _reported(key)
                yield _Version(key=key, version_id=version_id, put_at=told["LastModified"], drop_id=drop_id)


def _reported(key: str) -> str:
    """Return the drop that a report is about, by its key `reports/…/<drop>.html`."""
    return key.rpartition("/")[2].partition(".")[0]


def _month_of(instant: datetime) -> Month:
    return Month.of(instant.astimezone(COPENHAGEN).date())
