"""The drawing of an agent's months against the target: where each mark stands, in the units of its box. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.common.months import Month

WIDTH = 400
HEIGHT = 200
_LEFT, _TOP, _BASE = 43, 10, 172
_SCALE = range(0, 101, 20)
_MOST_NAMED = 6


class Kind(StrEnum):
    """How a month counts, each drawn in a shape of its own."""

    AT_TARGET = "at_target"
    BELOW = "below"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One month: the target in force, and the agent's calls; 0 answered says that there are none to draw."""

    month: Month
    target_percent: int
    kind: Kind
    answered: int
    resolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A month's share."""

    x: int
    y: int
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the scale, with its share in percent."""

    y: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A month's middle, with its name: 10/24."""

    x: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The drawing. `target` and `line` are paths: the target in steps, and the shares, broken where there is none."""

    dots: tuple[Dot, ...]
    target: str
    line: str
    ticks: tuple[Tick, ...]
    names: tuple[Name, ...]


def drawn(points: Sequence[Point]) -> Chart | None:
    """Return the drawing of months running, oldest first; None when no month has calls."""
    if not any(point.answered for point in points):
        return None
    width = (WIDTH - _LEFT) // len(points)
    dots = [
        Dot(x=_middle(place, width), y=_height(point.resolved, point.answered), kind=point.kind)
        if point.answered
        else None
        for place, point in enumerate(points)
    ]
    every = -(-len(points) // _MOST_NAMED)
    return Chart(
        dots=tuple(dot for dot in dots if dot),
        target=_stepped([_height(point.target_percent, 100) for point in points], width),
        line=_joined(dots),
        ticks=tuple(Tick(y=_height(percent, 100), percent=percent) for percent in _SCALE),
        names=tuple(
            Name(x=_middle(place, width), name=f"{point.month.number}/{point.month.year % 100:02d}")
            for place, point in enumerate(points)
            if place % every == 0
        ),
    )


def _middle(place: int, width: int) -> int:
    return _LEFT + width * place + width // 2


def _height(part: int, whole: int) -> int:
    return _BASE - round((_BASE - _TOP) * part / whole)


def _stepped(heights: Sequence[int], width: int) -> str:
    steps = [f"V{y}H{_LEFT + width * (place + 1)}" for place, y in enumerate(heights)]
    return f"M{_LEFT} {heights[0]}" + "".join(steps)


def _joined(dots: Sequence[Dot | None]) -> str:
    """Return the path through the dots, begun anew after a month without one."""
    path: list[str] = []
    is_drawing = False
    for dot in dots:
        if dot is not None:
            path.append(f"{'L' if is_drawing else 'M'}{dot.x} {dot.y}")
        is_drawing = dot is not None
    return "".join(path)
