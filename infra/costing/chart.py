"""Draws what a month costs by the number of agents: one bar for each count, its services stacked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from infra.packaged import PROJECT

PATH = PROJECT / "docs" / "pictures" / "cost.svg"
_WIDTH, _HEIGHT = 760, 380
_LEFT, _TOP, _BASE = 60, 40, 320
_RIGHT = 540
_NAMED = 4  # services with a colour of their own; the rest are one
_COLOURS = ("#1f4e79", "#c55a11", "#548235", "#7030a0", "#7f7f7f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A month: how many agents, and US dollars by service."""

    agents: int
    usd_by_service: Mapping[str, float]

    @property
    def usd(self) -> float:
        return sum(self.usd_by_service.values())


def drawn(points: Sequence[Point]) -> str:
    """Return the picture as SVG, with its numbers as text."""
    named = sorted(points[-1].usd_by_service, key=lambda name: -points[-1].usd_by_service[name])[:_NAMED]
    top = max(2, ceil(max(point.usd for point in points) / 2) * 2)
    scale = (_BASE - _TOP) / top
    step = (_RIGHT - _LEFT) / len(points)
    parts = [_text(_LEFT, 22, "US dollars a month at list prices, by agents", size=16)]
    for line in range(0, top + 1, max(1, top // 8)):
        y = _BASE - line * scale
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(_LEFT - 8, y + 4, str(line), anchor="end"))
    for place, point in enumerate(points):
        x, y = _LEFT + step * (place + 0.2), float(_BASE)
        for colour, (_, usd) in zip(_COLOURS, _stack(point, named), strict=False):
            y -= usd * scale
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{step * 0.6:.1f}" height="{usd * scale:.1f}" fill="{colour}"/>'
            )
        middle = x + step * 0.3
        parts.append(_text(middle, y - 6, f"{point.usd:.2f}", anchor="middle"))
        parts.append(_text(middle, _BASE + 20, f"{point.agents} agents", anchor="middle"))
    for place, (name, _) in enumerate(reversed(_stack(points[-1], named))):
        y = _TOP + 20 + place * 24
        colour = _COLOURS[len(named) - place]
        parts.append(f'<rect x="{_RIGHT + 20}" y="{y - 11}" width="14" height="14" fill="{colour}"/>')
        parts.append(_text(_RIGHT + 42, y, name))
    title = "What a month costs by the number of agents; the numbers stand in the table beside"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="sans-serif"><title>{title}</title>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _stack(point: Point, named: Sequence[str]) -> list[tuple[str, float]]:
    """Return what a bar is made of, from below."""
    rest = sum(usd for name, usd in point.usd_by_service.items() if name not in named)
    return [*((name, point.usd_by_service[name]) for name in named), ("all others", rest)]


def _text(x: float, y: float, text: str, *, size: int = 13, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="#222">{escape(text)}</text>'
