"""A job that ends anywhere is made good by the next one."""

from __future__ import annotations

from typing import Literal

import pytest

from chalicelib.retention import daily
from tests import faults
from tests.conftest import SettableClock
from tests.retention.machine import ERASED_ON, Machine, aggregates, hits, stored, stored_again

_WRITES = frozenset({"UpdateItem", "DeleteItem", "PutItem", "TransactWriteItems", "DeleteObject"})
_SAMPLES = 8


def _stored() -> dict[str, list[str]]:
    """Return what is stored, but the log of looks, whose chain says how often it was erased."""
    return {name: sorted(map(repr, items)) for name, items in stored().items() if name != "ddh-local-access"}


@pytest.mark.campaign
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_a_write_is_made_good_by_the_next_run(
    machine: Machine, clock: SettableClock, when: Literal["before", "after"]
) -> None:
    machine.live()
    backup, before = stored(), aggregates()
    machine.at(ERASED_ON)
    daily.run(clock=clock)
    expected = _stored()
    stored_again(backup)
    with faults.counted() as calls:
        daily.run(clock=clock)
    writes = [number for number, name in enumerate(calls.operations, 1) if name in _WRITES]
    assert len(writes) > _SAMPLES

    for number in writes[:: len(writes) // _SAMPLES]:
        stored_again(backup)
        with pytest.raises(faults.Crash), faults.crash_at(number, when):
            daily.run(clock=clock)
        daily.run(clock=clock)

        assert hits() == [], number
        assert aggregates() == before, number
        assert _stored() == expected, number
