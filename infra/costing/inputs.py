"""What the reckoning takes as given: list prices and assumptions, each a line of a file beside this."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A list price: `usd` for `per` units of what is bought, in `region` as of `as_of`; `source` says who said so."""

    service: str
    bought: str
    per: float
    usd: float
    region: str
    as_of: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something that can't be counted here."""

    name: str
    value: float
    why: str


def prices() -> tuple[Price, ...]:
    return tuple(
        Price(
            service=row["service"],
            bought=row["bought"],
            per=float(row["per"]),
            usd=float(row["usd"]),
            region=row["region"],
            as_of=row["as_of"],
            source=row["source"],
        )
        for row in _rows("prices.csv")
    )


def assumptions() -> Mapping[str, Assumption]:
    """Return the assumptions by name."""
    return {
        row["name"]: Assumption(name=row["name"], value=float(row["value"]), why=row["why"])
        for row in _rows("assumptions.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
