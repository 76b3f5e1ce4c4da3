"""How many request units one call to DynamoDB takes: by what it reads, and by what it finds and leaves.

The emulator knows no units, so the items that a call is about are asked for beside it. A failed write costs like one
that succeeds. What each index is told is written there too, once also in a transaction: indexes follow by themselves.

Source: Amazon DynamoDB Developer Guide, "Read and write operations", "Transactions: capacity management", "Global
secondary indexes: write capacity". A condition check is reckoned as a write of its item; no source that we know is
explicit, and the other reading would be cheaper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.costing.sizes import item_bytes, read_units, write_units

Item = Mapping[str, Mapping[str, Any]]
#: Asks DynamoDB beside what is counted: an operation with its parameters.
Ask = Callable[[str, Mapping[str, Any]], Any]

_PROJECTING = ("ProjectionExpression", "FilterExpression", "Select", "AttributesToGet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Request units."""

    reads: float = 0.0
    writes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    table: str
    key: Item
    in_transaction: bool


def performed(
    operation: str,
    parameters: Mapping[str, Any],
    *,
    perform: Callable[[], Any],
    ask: Ask,
    count: Callable[[Capacity], object],
) -> Any:
    """Perform a call, `count` what it took, and answer as it does; what it raises passes through.

    Raises:
        LookupError: the operation is not known here.
    """
    if operation in _READS:
        answer = perform()
        count(Capacity(reads=_READS[operation](parameters, answer, ask)))
        return answer
    writes = [*_writes(operation, parameters, ask)]
    before = [_item(each, ask) for each in writes]
    try:
        return perform()
    finally:
        after = [_item(each, ask) for each in writes]
        units = (_written(*each, ask) for each in zip(writes, before, after, strict=True))
        count(Capacity(writes=sum(units)))


def index_entries(table: Mapping[str, Any], item: Item) -> Iterator[tuple[str, Item]]:
    """Yield what each index of a described table holds of an item: the index's name, and the attributes."""
    for index in table.get("GlobalSecondaryIndexes", ()):
        keys = [each["AttributeName"] for each in index["KeySchema"]]
        if all(name in item for name in keys):
            whole = index["Projection"]["ProjectionType"] == "ALL"
            kept = {*keys, *_key_names(table)}
            yield index["IndexName"], {name: value for name, value in item.items() if whole or name in kept}


def described(name: str, ask: Ask) -> Mapping[str, Any]:
    """Return a table's keys and indexes."""
    table: Mapping[str, Any] = ask("DescribeTable", {"TableName": name})["Table"]
    return table


def _get(parameters: Mapping[str, Any], answer: Any, ask: Ask) -> float:
    if "ProjectionExpression" in parameters:
        answer = ask("GetItem", _whole(parameters))
    return read_units(item_bytes(answer.get("Item", {})), consistent=parameters.get("ConsistentRead", False))


def _batch_get(parameters: Mapping[str, Any], answer: Any, ask: Ask) -> float:
    units = 0.0
    if any("ProjectionExpression" in each for each in parameters["RequestItems"].values()):
        tables = {name: _whole(each) for name, each in parameters["RequestItems"].items()}
        answer = ask("BatchGetItem", {"RequestItems": tables})
    for name, wanted in parameters["RequestItems"].items():
        found, consistent = answer["Responses"].get(name, []), wanted.get("ConsistentRead", False)
        units += sum(read_units(item_bytes(item), consistent=consistent) for item in found)
        units += (len(wanted["Keys"]) - len(found)) * read_units(0, consistent=consistent)
    return units


def _query(parameters: Mapping[str, Any], answer: Any, ask: Ask) -> float:
    if any(name in parameters for name in _PROJECTING):
        answer = ask("Query", _whole(parameters))
    size = sum(item_bytes(item) for item in answer["Items"])
    return read_units(size, consistent=parameters.get("ConsistentRead", False))


_READS: Mapping[str, Callable[[Mapping[str, Any], Any, Ask], float]] = {
    "GetItem": _get,
    "BatchGetItem": _batch_get,
    "Query": _query,
}


def _whole(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a read that finds the same items whole: what is filtered or left out is read and paid for too."""
    left = {name: value for name, value in parameters.items() if name not in _PROJECTING}
    texts = " ".join(value for name, value in left.items() if name.endswith("Expression"))
    for names in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if names in left:
            left[names] = {name: value for name, value in left[names].items() if name in texts}
    return {name: value for name, value in left.items() if value != {}}


def _writes(operation: str, parameters: Mapping[str, Any], ask: Ask) -> Iterator[_Write]:
    if operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            (target,) = item.values()
            yield _write(target["TableName"], target, ask, in_transaction=True)
    elif operation == "BatchWriteItem":
        for name, requests in parameters["RequestItems"].items():
            for request in requests:
                (target,) = request.values()
                yield _write(name, target, ask)
    elif operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield _write(parameters["TableName"], parameters, ask)
    else:
        raise LookupError(f"the units of {operation} are not known here")


def _write(name: str, target: Mapping[str, Any], ask: Ask, *, in_transaction: bool = False) -> _Write:
    item = target.get("Key") or target["Item"]
    key = {each: item[each] for each in _key_names(described(name, ask))}
    return _Write(table=name, key=key, in_transaction=in_transaction)


def _key_names(table: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(each["AttributeName"] for each in table["KeySchema"])


def _item(write: _Write, ask: Ask) -> Item:
    found: Item = ask("GetItem", {"TableName": write.table, "Key": write.key, "ConsistentRead": True}).get("Item", {})
    return found


def _written(write: _Write, before: Item, after: Item, ask: Ask) -> float:
    """Return the units of one item that was written, in its table and in the indexes that it changed."""
    size = max(item_bytes(before), item_bytes(after))
    units = write_units(size, in_transaction=write.in_transaction)
    table = described(write.table, ask)
    entries_before, entries_after = dict(index_entries(table, before)), dict(index_entries(table, after))
    keys_by_index = {
        index["IndexName"]: [each["AttributeName"] for each in index["KeySchema"]]
        for index in table.get("GlobalSecondaryIndexes", ())
    }
    for name in entries_before.keys() | entries_after.keys():
        old, new = entries_before.get(name, {}), entries_after.get(name, {})
        if old == new:
            continue
        if old and new and all(old[key] == new[key] for key in keys_by_index[name]):
            units += write_units(max(item_bytes(old), item_bytes(new)))
        else:  # one entry goes, another comes
            units += sum(write_units(item_bytes(each)) for each in (old, new) if each)
    return units
