"""Which figures of a partner's month are impossible, by the counts alone.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.kpi.monthly.calls import Impossibility, more_resolved

#: The kind's name, which is the name of its folder.
KIND = "partner-kpi"


class Figures(NamedTuple):
    """The figures of a partner's own queue in a month, in the order in which they are stored. None is unknown.

    `talk_seconds` is the mean of the answered calls.
    """

    offered: int
    answered: int
    resolved: int
    talk_seconds: int | None


def impossible(figures: Figures) -> Iterator[Impossibility]:
    """Yield everything in the figures that can't be true at once."""
    if figures.answered > figures.offered:
        yield Impossibility("answered", "er flere end de indkomne opkald")
    yield from more_resolved(answered=figures.answered, resolved=figures.resolved)
    if figures.talk_seconds and not figures.answered:
        yield Impossibility("talk_seconds", "er opgivet, men der er ingen besvarede opkald")
