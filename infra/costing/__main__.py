"""`python -m infra.costing`: count months on the local run, show them, and write docs/cost.md and its picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from infra import packaged
from infra.costing import chart, document, inputs, month
from infra.costing.bill import Basis, usd_by_service
from infra.costing.month import Counted
from infra.local import aws

SMALL = 2  # municipalities of the month that a test counts again
_KEPT = 3  # the third month has proposals


def main() -> int:
    """Count and write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.costing", description=__doc__)
    parser.add_argument(
        "--municipalities", metavar="N", type=int, nargs="+", default=[40, 98], help="for each a bill (default: 40 98)"
    )
    parser.add_argument(
        "--fewer", metavar="N", type=int, default=10, help="municipalities of a small cooperation, followed on (10)"
    )
    parser.add_argument(
        "--months",
        metavar="N",
        type=int,
        nargs="*",
        default=[12, 24, 36],
        help="months the small one has kept (12 24 36)",
    )
    parser.add_argument("--show", action="store_true", help="write nothing")
    wanted = parser.parse_args()
    console, given, prices = Console(), inputs.assumptions(), inputs.prices()
    basis = Basis(prices=prices, given=given, template=packaged.template())

    def counted(municipalities: int, months_kept: int) -> Counted:
        with (
            console.status(f"Counting a month of {municipalities} municipalities, {months_kept} months kept"),
            aws.emulated() as emulated,
        ):
            return month.count(emulated, municipalities, months_kept=months_kept, given=given)

    bills = [counted(number, _KEPT) for number in wanted.municipalities]
    rows = document.bill(bills, basis)
    shown = Table(*document.bill_heading(bills), title="A month, at list prices", title_justify="left")
    for row in rows:
        shown.add_row(*(cell.replace("*", "") for cell in row))
    console.print(shown)
    fewer = counted(wanted.fewer, _KEPT)
    longer = [fewer, *(counted(wanted.fewer, number) for number in wanted.months)]
    small = counted(SMALL, 1)
    if not wanted.show:
        write(bills, wider=[fewer, *bills], longer=longer, small=small, basis=basis)
        console.print(f"Written: {document.PATH.name}, {chart.PATH.name}")
    return 0


def write(
    bills: Sequence[Counted],
    *,
    wider: Sequence[Counted],
    longer: Sequence[Counted],
    small: Counted,
    basis: Basis,
) -> None:
    """Write the tables and the picture: bills, growth by municipalities, growth by months kept, what a test counts."""
    text = document.PATH.read_text(encoding="utf-8")
    parts = {
        "bill": document.table(document.bill_heading(bills), document.bill(bills, basis), words=2),
        "functions": document.table(document.FUNCTIONS_HEADING, document.functions(bills[0], given=basis.given)),
        "agents": document.table(document.GROWTH_HEADING, document.growth(wider, basis), words=0),
        "years": document.table(document.GROWTH_HEADING, document.growth(longer, basis), words=0),
        "small": document.table(["unit", "counted"], document.units(small)),
        "prices": document.prices(basis),
        "assumptions": document.assumptions(basis),
    }
    for name, part in parts.items():
        text = document.with_part(text, name, part)
    document.PATH.write_text(text, encoding="utf-8")
    points = [chart.Point(agents=each.agents, usd_by_service=usd_by_service(each, basis)) for each in wider]
    chart.PATH.write_text(chart.drawn(points), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
