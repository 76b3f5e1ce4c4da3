"""What moto's DynamoDB does too slowly: it copies whole tables before each transaction, to put them back when it fails.

Here only the items that a transaction names are copied. A month's evaluations take seconds so, not minutes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_moto_transact_write_items = DynamoDBBackend.transact_write_items


def install() -> None:
    """Put this emulation into moto's DynamoDB; once is enough."""
    DynamoDBBackend.transact_write_items = _transact_write_items
    # The copy that moto would put back is the table itself: what is put back is done below.
    Table.__deepcopy__ = lambda table, _: table


def _transact_write_items(backend: Any, transact_items: Sequence[Mapping[str, Any]]) -> None:
    before = [(*place, copy.deepcopy(_item_at(*place))) for place in _places(backend, transact_items)]
    try:
        _moto_transact_write_items(backend, transact_items)
    except BaseException:
        for table, partition, sort, item in before:
            if item is None:
                table.items[partition].pop(sort, None)
            else:
                table.items[partition][sort] = item
        raise


def _places(backend: Any, transact_items: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, DynamoType, DynamoType]]:
    """Yield the table and key of each item that the transaction names."""
    for (operation,) in (each.values() for each in transact_items):
        table = backend.tables.get(operation["TableName"])
        if table is not None:
            key = operation.get("Key") or operation["Item"]
            yield table, DynamoType(key[table.hash_key_attr]), DynamoType(key[table.range_key_attr])


def _item_at(table: Any, partition: DynamoType, sort: DynamoType) -> Any:
    return table.items[partition].get(sort) if partition in table.items else None
