"""The drawing of forecasts against calls: bars, a stepped line and their scale, in the units of its box. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.partners.forecasts.comparison import WeekLoad
from chalicelib.partners.forecasts.weeks import Week

WIDTH = 400
HEIGHT = 200
_LEFT, _TOP, _BASE = 43, 10, 172
_MOST_TICKS = 4
_MARK_EVERY = 4
_GAP = 4
#: A forecast of no calls is a thin bar: no bar means no forecast.
_THINNEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the scale, with its number of calls."""

    y: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A week's middle, with its number."""

    x: int
    week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The drawing. `line` is the path of the calls, broken where unknown; `today` is where its line stands."""

    forecasts: tuple[Box, ...]
    missing: tuple[Box, ...]
    line: str
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    today: int | None


def drawn(loads: Sequence[WeekLoad], *, today: date) -> Chart | None:
    """Return the drawing of consecutive weeks; None when nothing is known of any."""
    if all(each.is_missing for each in loads):
        return None
    width = (WIDTH - _LEFT) // len(loads)
    step, top = _scale(max(max(each.forecast or 0, each.actual_calls or 0) for each in loads))

    def x(place: int) -> int:
        return _LEFT + width * place

    def y(calls: int) -> int:
        return _BASE - round((_BASE - _TOP) * calls / top)

    placed = list(enumerate(loads))
    return Chart(
        forecasts=tuple(_bar(x(place), y(each.forecast), width) for place, each in placed if each.forecast is not None),
        missing=tuple(
            Box(x=x(place), y=_TOP, width=width, height=_BASE - _TOP) for place, each in placed if each.is_missing
        ),
        line=_stepped(
            [(x(place), None if each.actual_calls is None else y(each.actual_calls)) for place, each in placed], width
        ),
        ticks=tuple(Tick(y=y(calls), calls=calls) for calls in range(0, top + 1, step)),
        marks=tuple(Mark(x=x(place) + width // 2, week=each.week.number) for place, each in placed[::_MARK_EVERY]),
        today=next(
            (
                x(place) + round(width * (today - each.week.first_day).days / 7)
                for place, each in placed
                if each.week == Week.of(today)
            ),
            None,
        ),
    )


def _bar(x: int, y: int, width: int) -> Box:
    top = min(y, _BASE - _THINNEST)
    return Box(x=x + _GAP // 2, y=top, width=width - _GAP, height=_BASE - top)


def _stepped(steps: Sequence[tuple[int, int | None]], width: int) -> str:
    """Return the path of a line that is level within a step, and begins anew after one that isn't known."""
    path: list[str] = []
    is_drawing = False
    for x, y in steps:
        if y is not None:
            path += [f"V{y}" if is_drawing else f"M{x} {y}", f"H{x + width}"]
        is_drawing = y is not None
    return "".join(path)


def _scale(most: int) -> tuple[int, int]:
    """Return a round step of the scale, and its top: the first step at or above `most`, at most four above 0."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * _MOST_TICKS >= most:
                return step, step * max(1, -(-most // step))
        power *= 10
