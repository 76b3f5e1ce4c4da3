"""What each packaged function costs on a cold start, against the floor: a bare botocore client, from the same package.

The package is unpacked as Lambda does it; each measure is CPU time in a fresh interpreter of the machine that sees the
package alone, from its first import to a made DynamoDB client; beside it the same without the package's bytecode.
Run by `make bench`, after `make package`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

from rich.console import Console
from rich.table import Table

from benchmarks.import_time import modules_by_function
from infra.packaging.package import FOLDER, ZIP_NAME

ROUNDS = 5
_FLOOR = "import botocore.session; botocore.session.get_session().create_client('dynamodb')"
_FUNCTION = "import {module}; from chalicelib.runtime.tables import connection; connection().client"
_MEASURED = (
    "import sys, time; begun = time.process_time(); sys.path.insert(0, {root!r}); {work}; "
    "print(time.process_time() - begun)"
)


def main() -> None:
    """Measure and print a table."""
    modules = modules_by_function()
    works = {"": _FLOOR, **{module: _FUNCTION.format(module=module) for module in modules.values()}}
    console = Console()
    with tempfile.TemporaryDirectory() as folder, console.status("Measuring in fresh interpreters"):
        packaged, plain = Path(folder, "packaged"), Path(folder, "plain")
        _unpack(packaged, bytecode=True)
        _unpack(plain, bytecode=False)
        seconds: dict[tuple[Path, str], list[float]] = {}
        for _ in range(ROUNDS):
            for root in (packaged, plain):
                for module, work in works.items():
                    seconds.setdefault((root, module), []).append(_cpu_seconds(root, work))
    median = {each: statistics.median(measured) for each, measured in seconds.items()}
    floor = median[packaged, ""]
    table = Table(title=f"CPU time of a cold start from the package, median of {ROUNDS}", title_justify="left")
    for name in ("function", "ms", "times the floor", "times the floor without bytecode"):
        table.add_column(name, justify="left" if name == "function" else "right")
    for function, module in [("(the floor: a bare botocore client)", ""), *sorted(modules.items())]:
        measured = median[packaged, module]
        without = median[plain, module] / floor
        table.add_row(function, f"{measured * 1000:.0f}", f"{measured / floor:.2f}", f"{without:.2f}")
    console.print(table)


def _unpack(folder: Path, *, bytecode: bool) -> None:
    with ZipFile(FOLDER / ZIP_NAME) as package:
        package.extractall(folder, [name for name in package.namelist() if bytecode or not name.endswith(".pyc")])


def _cpu_seconds(root: Path, work: str) -> float:
    """Return the CPU seconds that `work` takes in a fresh interpreter that can't write bytecode, as on Lambda."""
    python = str(Path(sys.executable).resolve())  # not the .venv's, which has every package
    command = [python, "-I", "-S", "-B", "-c", _MEASURED.format(root=str(root), work=work)]
    environment = {"AWS_DEFAULT_REGION": "eu-north-1"}
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main()
