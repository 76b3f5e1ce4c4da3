"""How looks are chained, so that one that was changed, removed or slipped in can be told. Pure.

A link holds the digest of a content and no content, and is chained to the link before it: when a content is erased
after its time, the links stay, and can still be checked. The salt, erased with the content, keeps anybody from
guessing from a digest what was looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: What the first link is chained to.
START = "0" * 64
_DIGITS = 12


class Kind(StrEnum):
    """What a link is about. An erasure's content says which months' looks were erased on purpose."""

    LOOK = "look"
    ERASURE = "erasure"


class Breach(StrEnum):
    """What was done to the log by something other than the log."""

    CONTENT_CHANGED = "content_changed"
    CONTENT_REMOVED = "content_removed"
    CONTENT_ADDED = "content_added"
    LINK_CHANGED = "link_changed"  # or put in another's place
    LINK_REMOVED = "link_removed"  # one or more, before the place that is named
    LINK_ADDED = "link_added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link as it is stored. `number` is text of 12 digits, from 1 without gaps; `month` that of the content."""

    number: str
    month: str
    kind: str
    digest: str
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a content is: that of a look in its month, an erasure's apart (`month` is "")."""

    kind: str
    month: str
    number: str

    @classmethod
    def of(cls, link: Link) -> Place:
        return cls(kind=link.kind, month=link.month if link.kind == Kind.LOOK else "", number=link.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One thing that is wrong, and at which number: nobody's name, no agent."""

    what: Breach
    number: str


def number_text(number: int) -> str:
    """Return a link's number so that the order of texts is the order of numbers."""
    return f"{number:0{_DIGITS}d}"


def told(content: Mapping[str, Any]) -> str:
    """Return a content in its one form as text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(salt: str, content: str) -> str:
    """Return the digest of a content, in its one form, and its salt."""
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def linked(before: Link | None, *, month: str, kind: Kind, digest: str) -> Link:
    """Return the link that comes after `before`."""
    number = number_text(int(before.number) + 1 if before else 1)
    link = Link(number=number, month=month, kind=kind.value, digest=digest, chain="")
    return Link(
        number=number,
        month=month,
        kind=kind.value,
        digest=digest,
        chain=_chain(before.chain if before else START, link),
    )


def broken_links(links: Sequence[Link]) -> Iterator[Broken]:
    """Yield what is wrong with the links, which stand in the order of their numbers."""
    expected, before = 1, START
    for link in links:
        if not (len(link.number) == _DIGITS and link.number.isdecimal() and int(link.number) >= expected):
            yield Broken(what=Breach.LINK_ADDED, number=link.number)
            continue
        if int(link.number) > expected:
            yield Broken(what=Breach.LINK_REMOVED, number=link.number)
        elif link.chain != _chain(before, link):
            yield Broken(what=Breach.LINK_CHANGED, number=link.number)
        expected, before = int(link.number) + 1, link.chain


def broken_contents(
    links: Sequence[Link], digest_by_place: Mapping[Place, str], *, erased: Collection[str]
) -> Iterator[Broken]:
    """Yield what is wrong with the contents that are found. `erased` are the months that were erased on purpose."""
    for link in links:
        found = digest_by_place.get(Place.of(link))
        if found is None and not (link.kind == Kind.LOOK and link.month in erased):
            yield Broken(what=Breach.CONTENT_REMOVED, number=link.number)
        elif found is not None and found != link.digest:
            yield Broken(what=Breach.CONTENT_CHANGED, number=link.number)
    for place in digest_by_place.keys() - {Place.of(link) for link in links}:
        yield Broken(what=Breach.CONTENT_ADDED, number=place.number)


def _chain(before: str, link: Link) -> str:
    text = "\n".join((before, link.number, link.month, link.kind, link.digest))
    return hashlib.sha256(text.encode()).hexdigest()
