"""`python -m infra.costing`: count months on the local run, show them, and write docs/cost.md and its picture."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.table import Table

from infra import packaged
from infra.costing import chart, document, inputs, month
from infra.costing.bill import Basis, usd_by_service

SMALL = 2  # municipalities of the month that a test counts again
_KEPT = 3  # the third month has proposals


def main() -> int:
    """Count and write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.costing", description=__doc__)
    parser.add_argument(
        "--municipalities", metavar="N", type=int, nargs="+", default=[40, 98], help="for each a bill (default: 40 98)"
    )
    parser.add_argument(
        "--between", metavar="N", type=int, nargs="*", default=[10, 70], help="more points of growth (default: 10 70)"
    )
    parser.add_argument(
        "--months", metavar="N", type=int, nargs="*", default=[12, 36], help="months kept, at the first N of all"
    )
    parser.add_argument("--show", action="store_true", help="write nothing")
    wanted = parser.parse_args()
    console, given, prices = Console(), inputs.assumptions(), inputs.prices()
    basis = Basis(prices=prices, given=given, template=packaged.template())

    def counted(municipalities: int, months_kept: int) -> month.Counted:
        with console.status(f"Counting a month of {municipalities} municipalities, {months_kept} months kept"):
            return month.count(municipalities, months_kept=months_kept, given=given)

    bills = [counted(number, _KEPT) for number in wanted.municipalities]
    rows = document.bill(bills, basis)
    shown = Table(*document.bill_heading(bills), title="A month, at list prices", title_justify="left")
    for row in rows:
        shown.add_row(*(cell.replace("*", "") for cell in row))
    console.print(shown)
    wider = sorted(
        [*bills, *(counted(number, _KEPT) for number in wanted.between)], key=lambda each: each.municipalities
    )
    longer = [bills[0], *(counted(bills[0].municipalities, number) for number in wanted.months)]
    small = counted(SMALL, 1)
    if wanted.show:
        return 0
    text = document.PATH.read_text(encoding="utf-8")
    parts = {
        "bill": document.table(document.bill_heading(bills), rows, words=2),
        "functions": document.table(document.FUNCTIONS_HEADING, document.functions(bills[0], given=given)),
        "agents": document.table(document.GROWTH_HEADING, document.growth(wider, basis)),
        "years": document.table(document.GROWTH_HEADING, document.growth(longer, basis)),
        "small": document.table(["unit", "counted"], document.units(small)),
        "prices": document.table(
            ["service", "bought", "USD", "for", "region", "as of", "source"],
            [
                [each.service, each.bought, f"{each.usd:g}", f"{each.per:,.0f}", each.region, each.as_of, each.source]
                for each in prices
            ],
            words=7,
        ),
        "assumptions": document.table(
            ["assumption", "value", "why"],
            [[each.name, f"{each.value:g}", each.why] for each in given.values()],
            words=3,
        ),
    }
    for name, part in parts.items():
        text = document.with_part(text, name, part)
    document.PATH.write_text(text, encoding="utf-8")
    points = [chart.Point(agents=each.agents, usd_by_service=usd_by_service(each, basis)) for each in wider]
    chart.PATH.write_text(chart.drawn(points), encoding="utf-8")
    console.print(f"Written: {document.PATH.name}, {chart.PATH.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
