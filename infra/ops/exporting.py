"""Everything that a deployment holds, as files that need no program of ours: one JSON line an item, by table.

It reads whole tables, which no function of ours ever does: it is for a move or an audit, and costs accordingly. The
files hold personal data; they go by the same retention as the tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from chalicelib.runtime import clients, settings


def export(directory: Path, *, tell: Callable[[str, int], object]) -> int:
    """Write each table's items to `<table>.jsonl`; return how many items. `tell` is told of each table when it is done.

    Raises:
        FileExistsError: an earlier export lies there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    dynamodb = clients.session().create_client("dynamodb")
    prefix = f"ddh-{settings.stage()}-"
    tables = [name for page in dynamodb.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    exported = 0
    for table in sorted(name for name in tables if name.startswith(prefix)):
        count = 0
        with (directory / f"{table}.jsonl").open("x", encoding="utf-8") as file:
            for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                for item in page["Items"]:
                    file.write(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n")
                    count += 1
        tell(table, count)
        exported += count
    return exported
