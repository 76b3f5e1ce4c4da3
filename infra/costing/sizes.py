"""How many bytes a DynamoDB item has, and how many request units reading or writing them takes. Pure.

Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats", "DynamoDB on-demand capacity mode".
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

READ_BYTES = 4096
WRITE_BYTES = 1024
#: What DynamoDB stores beside each item, in a table and in each index that the item is in.
OVERHEAD_BYTES = 100


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the size of an item as the API writes it: `{"pk": {"S": "a"}}` has 3 bytes."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def read_units(size: int, *, consistent: bool) -> float:
    """Return the read request units of `size` bytes that are read together; nothing found costs as much as little."""
    units = max(1, ceil(size / READ_BYTES))
    return float(units) if consistent else units / 2


def write_units(size: int, *, in_transaction: bool = False) -> float:
    """Return the write request units of one item of `size` bytes; a transaction writes it twice."""
    return max(1, ceil(size / WRITE_BYTES)) * (2.0 if in_transaction else 1.0)


def _value_bytes(value: Mapping[str, Any]) -> int:
    kind: str
    content: Any
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            digits = content.lstrip("-").replace(".", "").strip("0")
            return ceil(len(digits) / 2) + 1 + int(content.startswith("-"))
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "M":
            return 3 + len(content) + item_bytes(content)
        case "L":
            return 3 + sum(1 + _value_bytes(each) for each in content)
        case _:  # sets
            return sum(_value_bytes({kind[0]: each}) for each in content)
