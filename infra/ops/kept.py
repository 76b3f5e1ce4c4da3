"""Where a command works, too: on what a local run kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import packaged
from infra.local import aws, snapshot
from infra.local.functions import functions_of
from infra.local.pump import Pump
from infra.ops.problems import Refused
from infra.ops.where import Place


@contextmanager
def kept_state(directory: Path) -> Iterator[Place]:
    """Work on what a local run kept with `--state`, and keep what came of it. Not while that run is up.

    Raises:
        Refused: nothing is kept there.
    """
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    os.environ["POWERTOOLS_LOG_LEVEL"] = "ERROR"
    with aws.emulated() as emulated:
        try:
            restored = snapshot.restore(directory)
        except snapshot.UnreadableState as error:
            raise Refused(f"the state in {directory} can't be read: {error}") from error
        if not restored:
            raise Refused(f"no state is kept in {directory}: run `make run ARGS='--once --state {directory}'` first")
        functions = functions_of(packaged.template(aws.STAGE), emulated.references)
        pump = Pump(functions.values())
        yield Place(work=pump.drain, invoke=lambda function: functions[function].call({}))
        snapshot.save(directory)
