"""Which figures of an agent's month are impossible, by the counts alone.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.kpi.monthly.calls import Impossibility, more_resolved

#: The kind's name, which is the name of its folder.
KIND = "agent-kpi"


class Figures(NamedTuple):
    """The figures of an agent's month, in the order in which they are stored. None is unknown, which is not 0.

    `talk_seconds` is the mean of the answered calls; `satisfaction_hundredths` the mean score (100–900) of the answers.
    """

    answered: int
    resolved: int
    cold: int | None
    warm: int | None
    talk_seconds: int | None
    satisfaction_hundredths: int | None
    satisfaction_answers: int | None


def impossible(figures: Figures) -> Iterator[Impossibility]:
    """Yield everything in the figures that can't be true at once."""
    more = tuple(more_resolved(answered=figures.answered, resolved=figures.resolved))
    yield from more or _transfers(figures)
    if figures.satisfaction_answers is not None:
        if figures.satisfaction_answers > figures.answered:
            yield Impossibility("satisfaction_answers", "er flere end de besvarede opkald")
        if figures.satisfaction_answers == 0 and figures.satisfaction_hundredths is not None:
            yield Impossibility("satisfaction_hundredths", "er opgivet, men der er ingen svar")


def _transfers(figures: Figures) -> Iterator[Impossibility]:
    given = [count for count in (figures.cold, figures.warm) if count is not None]
    unresolved = figures.answered - figures.resolved
    if sum(given) > unresolved or (len(given) == 2 and sum(given) != unresolved):
        field = "cold" if figures.cold is not None else "warm"
        yield Impossibility(field, "passer ikke: kolde og varme omstillinger skal være besvarede minus straksafklarede")
