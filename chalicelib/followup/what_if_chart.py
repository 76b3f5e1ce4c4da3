"""The drawing of notices per municipality under two rules: bars in pairs, in the units of its box. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 400
#: As many municipalities as are seen at a glance; the table has them all.
MOST_BARS = 15
_LEFT, _RIGHT = 132, 340
_PAIR, _TOP, _BAR = 34, 4, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a rule says of a municipality: notices of step 1 and 2, and proposals of a pause."""

    notices: int
    proposals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A municipality under today's rule and under the tried one."""

    name: str
    today: Said
    tried: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of `width` at `y`, and what stands behind its end."""

    y: int
    width: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A municipality's name at the middle `y` of its two bars."""

    name: str
    y: int
    today: Bar
    tried: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The drawing, the municipality with the most first; `left_out` are the others that have something."""

    pairs: tuple[Drawn, ...]
    height: int
    left_out: int


def drawn(pairs: Sequence[Pair]) -> Chart | None:
    """Return the drawing; None when neither rule says anything of anybody."""
    said = [each for each in pairs if _most(each) or each.today.proposals or each.tried.proposals]
    if not said:
        return None
    shown = sorted(said, key=lambda each: (-_most(each), each.name))[:MOST_BARS]
    most = max(1, *map(_most, shown))
    return Chart(
        pairs=tuple(_drawn(each, _TOP + _PAIR * place, most) for place, each in enumerate(shown)),
        height=_TOP + _PAIR * len(shown),
        left_out=len(said) - len(shown),
    )


def _most(pair: Pair) -> int:
    return max(pair.today.notices, pair.tried.notices)


def _drawn(pair: Pair, top: int, most: int) -> Drawn:
    today, tried = (
        Bar(y=top + _BAR * place, width=round((_RIGHT - _LEFT) * said.notices / most), text=_text(said))
        for place, said in enumerate((pair.today, pair.tried))
    )
    return Drawn(name=pair.name, y=top + _BAR, today=today, tried=tried)


def _text(said: Said) -> str:
    return f"{said.notices} / {said.proposals}"
