"""Seeds the emulated tables: the 37 demonstration members with their leaders' addresses, and the rulebook."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from chalicelib.members import register
from chalicelib.members.register import Member, Service
from chalicelib.rulebook import book

_MUNICIPALITIES = Path(__file__).with_name("municipalities.csv")
_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
#: The demonstration members have taken part since the cooperation began.
_SINCE = date(2012, 1, 1)


def seed() -> None:
    """Store the members and rules that are not stored yet."""
    book.seed()
    with _MUNICIPALITIES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if register.get(row["code"]) is None:
                register.put(member(row["code"], row["name"]))


def member(code: str, name: str) -> Member:
    """Return a demonstration member, with one leader's address."""
    slug = name.casefold().translate(_ASCII)
    return Member(
        municipality_code=code,
        name=name,
        leaders=(f"leder.{slug}@{slug}.example",),
        services=frozenset(Service),
        active_from=_SINCE,
    )
