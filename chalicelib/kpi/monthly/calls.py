"""Numbers of calls and mean talk times of a month, within what can be.

Pure: no clock, no AWS, no environment. Each distinct value is read once: the functions remember.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from chalicelib.kpi.files.sheets import Cell
from chalicelib.kpi.tables import danish_values
from chalicelib.kpi.tables.danish_values import BadValue

#: No row of a month has a million calls: such a number is a slip.
LARGEST_COUNT = 1_000_000
#: [A] Nobody talks two hours on average: such a time is minutes and seconds typed into Excel as hours and minutes.
LONGEST_AVERAGE_TALK_SECONDS = 2 * 3600


class Impossibility(NamedTuple):
    """The field that can't be right, and why, as a Danish predicate about its column."""

    field: str
    reason: str


@lru_cache(maxsize=16384, typed=True)
def average_talk(cell: Cell) -> int:
    """Return the mean talk time in seconds.

    Raises:
        BadValue: not a duration, or longer than any mean can be.
    """
    seconds = danish_values.seconds(cell)
    if seconds > LONGEST_AVERAGE_TALK_SECONDS:
        raise BadValue("er urimeligt lang; er timer og minutter skrevet for minutter og sekunder?")
    return seconds


@lru_cache(maxsize=16384, typed=True)
def call_count(cell: Cell) -> int:
    """Return a number of calls or answers of one row.

    Raises:
        BadValue: not a whole number, negative, or larger than any month's can be.
    """
    count = danish_values.whole_number(cell)
    if count > LARGEST_COUNT:
        raise BadValue("er urimeligt stort")
    return count


def more_resolved(*, answered: int, resolved: int) -> Iterator[Impossibility]:
    """Yield that more calls are resolved than answered, when that is so."""
    if resolved > answered:
        yield Impossibility("resolved", "er flere end de besvarede opkald")
