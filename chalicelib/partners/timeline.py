"""The drawing of a partner's periods over time: where each bar and each mark stands, in the units of its box. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.common.months import Month, months_from
from chalicelib.partners.agreements import Agreement, Partnership, State

WIDTH = 720
ROW_HEIGHT = 36
_TOP, _BOTTOM = 8, 28
_MOST_MARKS = 8
_SHOWN = (State.PROPOSED, State.ACTIVE, State.ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One period. An open one fades where the box ends."""

    x: int
    y: int
    width: int
    state: State
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A quarter's first day, with its name."""

    x: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The drawing. `today` is where the line of today stands."""

    height: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    today: int


def drawn(partnership: Partnership, *, today: date) -> Timeline | None:
    """Return the drawing of all periods that are agreed or proposed; None when there is none."""
    shown = sorted(
        (each for each in partnership.agreements if each.state in _SHOWN), key=lambda each: each.period.start
    )
    if not shown:
        return None
    first = Month.of(min(today, shown[0].period.start)).first_day
    last = Month.of(max(today, *(each.settles_on for each in shown))).last_day

    def place(day: date) -> int:
        return round(WIDTH * (day - first).days / ((last - first).days + 1))

    return Timeline(
        height=_TOP + ROW_HEIGHT * len(shown) + _BOTTOM,
        bars=tuple(
            _bar(each, row, place(each.period.start), place(_after(each, last))) for row, each in enumerate(shown)
        ),
        marks=tuple(
            Mark(x=place(month.first_day), name=f"{month.number}/{month.year}") for month in _marked(first, last)
        ),
        today=place(today),
    )


def _bar(agreement: Agreement, row: int, start: int, end: int) -> Bar:
    return Bar(
        x=start,
        y=_TOP + ROW_HEIGHT * row,
        width=max(end - start, 2),
        state=agreement.state,
        is_open=agreement.period.is_open,
    )


def _after(agreement: Agreement, last: date) -> date:
    return (agreement.period.end or last) + timedelta(days=1)


def _marked(first: date, last: date) -> list[Month]:
    """Return the first months of quarters, half-years or years: as close as can be read."""
    months = list(months_from(Month.of(first), Month.of(last)))
    for every in (1, 3, 6, 12):
        marked = [month for month in months if (month.number - 1) % every == 0]
        if len(marked) <= _MOST_MARKS:
            break
    return marked[-_MOST_MARKS:]
