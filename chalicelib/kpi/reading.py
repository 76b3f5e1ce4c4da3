"""What staff and the local run read of drops: which came, what became of them, and where their reports lie."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.common.months import Month
from chalicelib.kpi import drop_store
from chalicelib.kpi.drops import Drop


def drops_in(month: Month) -> Iterator[Drop]:
    """Yield the drops that arrived in a Danish calendar month, the latest first. May be some seconds old."""
    return drop_store.arrived_in(month)


def drop(drop_id: str) -> Drop | None:
    """Return one drop as it is now; None when there is none."""
    return drop_store.get(drop_id)
