"""Writes what was counted into docs/cost.md, between its markers; the words around them are people's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from infra.costing.bill import Basis, amounts, gb_seconds, usd, usd_by_service
from infra.costing.inputs import Assumption
from infra.costing.meter import Unit
from infra.costing.month import Counted, by_unit
from infra.packaged import PROJECT

PATH = PROJECT / "docs" / "cost.md"
#: What comes out the same each time that the same month is counted, with or without the design system's files.
EXACT = tuple(unit for unit in Unit if unit not in (Unit.BYTES_OUT, Unit.CPU_SECONDS, Unit.LOG_BYTES))


def with_part(text: str, name: str, table: str) -> str:
    """Return the document with what stands between a part's markers replaced.

    Raises:
        LookupError: the document has no such part.
    """
    pattern = re.compile(rf"(<!-- counted: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise LookupError(f"{PATH.name} has no part {name!r}")
    return pattern.sub(lambda match: f"{match[1]}\n{table}\n{match[2]}", text)


def part(text: str, name: str) -> str:
    """Return what stands between a part's markers."""
    match = re.search(rf"<!-- counted: {re.escape(name)} -->\n\n(.*?)\n<!-- end -->", text, re.DOTALL)
    if match is None:
        raise LookupError(f"{PATH.name} has no part {name!r}")
    return match[1]


def bill(months: Sequence[Counted], basis: Basis) -> list[list[str]]:
    """Return the bill's rows: what is bought, its price, and for each month its amount and what it comes to."""
    bought = [amounts(each, basis) for each in months]
    rows = [
        [
            price.service,
            price.bought,
            f"{price.usd:g} / {price.per:,.0f}",
            *(cell for each in bought for cell in (_amount(each[price.bought]), _usd(usd(price, each[price.bought])))),
        ]
        for price in basis.prices
    ]
    sums = [sum(usd_by_service(each, basis).values()) for each in months]
    return [*rows, ["**All**", "", "", *(cell for each in sums for cell in ("", f"**{_usd(each)}**"))]]


def bill_heading(months: Sequence[Counted]) -> list[str]:
    heads = [(f"{each.municipalities} municipalities", "USD") for each in months]
    return ["service", "bought", "USD / for", *(cell for each in heads for cell in each)]


def functions(counted: Counted, *, given: Mapping[str, Assumption]) -> list[list[str]]:
    """Return a row for each function: calls, units, measured CPU, and GB-seconds."""
    names = sorted(counted.memory_by_function)
    counts = counted.counts
    return [
        [
            name,
            f"{counted.memory_by_function[name]}",
            *(
                _amount(counts.get((name, unit), 0.0))
                for unit in (Unit.INVOCATIONS, Unit.CALLS, Unit.READ_UNITS, Unit.WRITE_UNITS, Unit.SQS_REQUESTS)
            ),
            _milliseconds(counts.get((name, Unit.CPU_SECONDS), 0.0), counts.get((name, Unit.INVOCATIONS), 0.0)),
            _amount(gb_seconds(counted, name, given=given)),
        ]
        for name in names
    ]


FUNCTIONS_HEADING = [
    "function",
    "MB",
    "invocations",
    "calls to AWS",
    "reads",
    "writes",
    "SQS",
    "ms of CPU a call, here",
    "GB-seconds",
]


def growth(months: Iterable[Counted], basis: Basis) -> list[list[str]]:
    """Return a row for each month: how many take part, for how long, and what that came to."""
    rows = []
    for each in months:
        units, bought = by_unit(each.counts), amounts(each, basis)
        rows.append(
            [
                f"{each.municipalities}",
                f"{each.agents}",
                f"{each.months_kept}",
                *(_amount(units[unit]) for unit in (Unit.WRITE_UNITS, Unit.READ_UNITS, Unit.MAILS)),
                _amount(bought["GB-seconds"]),
                _amount(each.table_bytes / 1024**2),
                _amount(each.grown_bytes / 1024**2),
                _usd(sum(usd_by_service(each, basis).values())),
            ]
        )
    return rows


GROWTH_HEADING = [
    "municipalities",
    "agents",
    "months kept",
    "writes",
    "reads",
    "mails",
    "GB-seconds",
    "MB in tables",
    "MB a month more",
    "USD a month",
]


def units(counted: Counted) -> list[list[str]]:
    """Return a row for each unit that is exact."""
    together = by_unit(counted.counts)
    return [[unit.value, f"{together.get(unit, 0.0):.1f}"] for unit in EXACT]


def prices(basis: Basis) -> str:
    """Return the price list as a table."""
    rows = [
        [each.service, each.bought, f"{each.usd:g}", f"{each.per:,.0f}", each.region, each.as_of, each.source]
        for each in basis.prices
    ]
    return table(["service", "bought", "USD", "for", "region", "as of", "source"], rows, words=7)


def assumptions(basis: Basis) -> str:
    """Return the assumptions as a table."""
    rows = [[each.name, f"{each.value:g}", each.why] for each in basis.given.values()]
    return table(["assumption", "value", "why"], rows, words=3)


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """Return a table in Markdown; all columns but the first `words` are numbers."""
    lines = [heading, ["---" if place < words else "--:" for place in range(len(heading))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _amount(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:.3g}"


def _usd(amount: float) -> str:
    return f"{amount:.2f}"


def _milliseconds(seconds: float, calls: float) -> str:
    return f"{seconds / calls * 1000:.1f}" if calls else "—"
