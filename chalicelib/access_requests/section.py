"""A part of what is held about an agent, and the words that all parts share. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chalicelib.common import municipalities
from chalicelib.common.danish import number, percent

#: The role in which an address acted, about something of a municipality.
RoleOf = Callable[[str, str | None], str]

#: In a cell of which nothing is known.
UNKNOWN = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the record. Each row has a cell for each heading; a line break in a cell is one on the page."""

    heading: str
    caption: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    empty: str
    notes: Sequence[str] = field(default_factory=tuple)


def solved(answered: int, resolved: int) -> str:
    """Return how many calls were resolved, in numbers and as a share."""
    return f"{number(resolved)} af {number(answered)}\n{percent(resolved, answered)}"


def name_of(municipality_code: str) -> str:
    """Return a municipality's name."""
    return municipalities.by_code[municipality_code].name


def capital(text: str) -> str:
    """Return the text with a capital first letter, as a cell begins."""
    return text[:1].upper() + text[1:]
