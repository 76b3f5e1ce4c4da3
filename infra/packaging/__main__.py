"""`python -m infra.packaging [STAGE]`: makes what is deployed, and shows what it consists of."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.deploying.problems import CannotDeploy
from infra.deploying.stages import stage_named
from infra.packaging import contents, target
from infra.packaging.package import BILL_NAME, Package, build
from infra.packaging.problems import CannotPackage

_BAR_WIDTH = 24


def main() -> int:
    """Return the exit code: 1 when there is no package, with the reason told."""
    parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=__doc__)
    parser.add_argument("stage", nargs="?", default="test", help="whose template is written (default: test)")
    arguments = parser.parse_args()
    console = Console()
    try:
        stage_named(arguments.stage)
        with console.status("Gathering and compiling"):
            package = build(arguments.stage)
    except (CannotPackage, CannotDeploy) as error:
        print(error, file=sys.stderr)
        return 1
    _show(package, console)
    return 0


def _show(package: Package, console: Console) -> None:
    in_order = sorted(package.sizes.items(), key=lambda each: -each[1][0])
    largest = in_order[0][1][0]
    table = Table(title="What is deployed", title_justify="left")
    table.add_column("package", no_wrap=True)
    table.add_column("zip KB", justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("unpacked KB", justify="right")
    for name, (packed, unpacked) in in_order:
        bar = "█" * round(_BAR_WIDTH * packed / largest)
        table.add_row(name, f"{packed / 1000:,.0f}", f"[cyan]{bar}[/]", f"{unpacked / 1000:,.0f}")
    console.print(table)
    unpacked = sum(unpacked for _, unpacked in package.sizes.values())
    size = f"{package.zip_bytes / 10**6:.1f} MB (most {target.MOST_MEGABYTES}), {unpacked / 10**6:.1f} MB unpacked"
    made_for = f"for {target.RUNTIME} on {target.ARCHITECTURE}"
    console.print(f"{_told(package.zip_path)}: {size}, {made_for}", highlight=False, soft_wrap=True)
    console.print(f"SHA-256 {package.digest}", highlight=False, soft_wrap=True)
    template = _told(package.template_path)
    console.print(f"{template}: the template; {BILL_NAME}: whose code is in the zip", highlight=False, soft_wrap=True)


def _told(path: Path) -> str:
    return str(path.relative_to(contents.PROJECT))


if __name__ == "__main__":
    sys.exit(main())
