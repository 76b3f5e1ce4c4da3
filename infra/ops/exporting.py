"""Every table of a deployment, as files that need no program of ours: one JSON line an item. Not the bucket's files.

It reads whole tables, which no function of ours ever does: it is for a move or an audit, and costs accordingly. The
files hold personal data; they go by the same retention as the tables. It is a look at everybody, and noted as one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from chalicelib.access import look_log
from chalicelib.cases import lists
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.months import Month
from chalicelib.kpi import figures
from chalicelib.runtime import clients, settings
from infra.ops.problems import Refused

#: The retention rule's longest, and a month more.
_MOST_MONTHS = 121


def export(
    directory: Path,
    *,
    who: str,
    purpose: str,
    tell: Callable[[str, int], object],
    clock: Clock = system_clock,
) -> int:
    """Note the look; then write each table's items to `<table>.jsonl`; return how many items.

    `purpose` is Danish: the agents may ask to see it. `tell` is told of each table when it is done. Nobody but the
    machine's user may read the files.

    Raises:
        Refused: something lies there already, or nothing can be written there. Then nobody was looked at.
    """
    try:
        directory.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise Refused(f"{directory} is there already: name a folder that isn't") from error
    except OSError as error:
        raise Refused(f"{directory} can't be made ({error.strerror}): name another folder") from error
    look_log.note(who=who, purpose=purpose, municipality_code=None, agents=sorted(_everybody(clock)), clock=clock)
    dynamodb = clients.session().create_client("dynamodb")
    prefix = f"ddh-{settings.stage()}-"
    tables = [name for page in dynamodb.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    exported = 0
    for table in sorted(name for name in tables if name.startswith(prefix)):
        count = 0
        path = directory / f"{table}.jsonl"
        path.touch(mode=0o600, exist_ok=False)
        with path.open("w", encoding="utf-8") as file:
            for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                for item in page["Items"]:
                    file.write(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n")
                    count += 1
        tell(table, count)
        exported += count
    return exported


def _everybody(clock: Clock) -> set[str]:
    """Return every agent of whom there are figures or a dossier."""
    this = Month.of(clock.today())
    months = figures.stored_months(this.plus(-_MOST_MONTHS), this)
    return {figure.agent for found in months.values() for figure in found}.union(lists.every_agent())
