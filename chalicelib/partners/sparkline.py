"""The drawing of a count by day: a small bar a day, the newest last, in the units of its box. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 300
HEIGHT = 48
_GAP = 2
#: A day with few of many is seen all the same.
_LOWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day's bar, which stands on the floor of the box."""

    x: int
    y: int
    width: int
    height: int


def drawn(counts: Sequence[int]) -> tuple[Bar, ...]:
    """Return a bar for each count but those of 0, of which the highest fills the box."""
    most, width = max(counts, default=0), WIDTH // max(len(counts), 1)
    return tuple(
        Bar(x=width * place, y=HEIGHT - height, width=width - _GAP, height=height)
        for place, count in enumerate(counts)
        if count and (height := max(round(HEIGHT * count / most), _LOWEST))
    )
