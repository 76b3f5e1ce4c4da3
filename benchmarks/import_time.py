"""What each function's imports cost on a cold start, against the floor: pynamodb with one client, in the same run.

Each measure is CPU time in a fresh interpreter, from its first import to a made DynamoDB client; the interpreter's own
start is left out. Measures take turns, so that a slow moment of the machine hits all alike. Run it by `make bench`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from rich.console import Console
from rich.table import Table

from infra import packaged

ROUNDS = 9
_ENVIRONMENT = {"PATH": os.defpath, "AWS_DEFAULT_REGION": "eu-north-1", "PYTHONPATH": str(packaged.PROJECT)}
_FLOOR = "import pynamodb.models, botocore.session; botocore.session.get_session().create_client('dynamodb')"
_FUNCTION = "import {module}; from chalicelib.runtime.tables import connection; connection().client"
_MEASURED = "import time; begun = time.process_time(); {work}; print(time.process_time() - begun)"


def main() -> None:
    """Measure and print a table."""
    modules = modules_by_function()
    works = {"": _FLOOR, **{module: _FUNCTION.format(module=module) for module in modules.values()}}
    seconds: dict[str, list[float]] = {module: [] for module in works}
    console = Console()
    with console.status("Measuring in fresh interpreters"):
        for _ in range(ROUNDS):
            for module, work in works.items():
                seconds[module].append(cpu_seconds(work))
    floor = statistics.median(seconds[""])
    table = Table(title=f"CPU time of imports and one client, median of {ROUNDS}", title_justify="left")
    table.add_column("function")
    table.add_column("ms", justify="right")
    table.add_column("times the floor", justify="right")
    table.add_row("(the floor: pynamodb and one client)", f"{floor * 1000:.0f}", "1.00")
    for function, module in sorted(modules.items()):
        median = statistics.median(seconds[module])
        table.add_row(function, f"{median * 1000:.0f}", f"{median / floor:.2f}")
    console.print(table)


def modules_by_function() -> dict[str, str]:
    """Return the module of each packaged function's handler."""
    resources = packaged.template()["Resources"].values()
    handlers = [each["Properties"]["Handler"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
    return {
        function.replace("_", "-"): module for module, _, function in (handler.rpartition(".") for handler in handlers)
    }


def cpu_seconds(work: str) -> float:
    """Return the CPU seconds that `work` takes in a fresh interpreter, with its modules compiled before."""
    program = _MEASURED.format(work=work)
    done = subprocess.run([sys.executable, "-c", program], env=_ENVIRONMENT, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
