"""The one way to declare a table: pynamodb models that share one connection and learn their table's name on first use.

pynamodb makes a botocore session and client per model class (pynamodb issue 1245), which costs most of a cold start;
and it wants the name at import, when no environment may be needed yet. `Table` cures both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from botocore.config import Config
from pynamodb.attributes import Attribute
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.connection.table import TableConnection
from pynamodb.constants import NUMBER, STRING
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.common.errors import Conflict
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.common.months import Month
from chalicelib.runtime import clients, settings

_CONFIG = Config(
    parameter_validation=False,
    connect_timeout=3,
    read_timeout=20,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 5},
)


class _SharedConnection(Connection):
    """pynamodb's connection over the session that all clients share."""

    @property
    def session(self) -> Any:
        return clients.session()

    @property
    def client(self) -> Any:
        if self._client is None:
            self._client = self.session.create_client("dynamodb", config=_CONFIG)
        return self._client


_shared: _SharedConnection | None = None


def connection() -> Connection:
    """Return the one connection to DynamoDB."""
    global _shared
    if _shared is None:
        _shared = _SharedConnection()
    return _shared


class Table(Model):
    """Base of every stored row. A subclass names its feature: `class _Row(Table): feature = "kpi"`.

    Rows are private to their store module; what leaves a store is a value.
    """

    feature: ClassVar[str]

    class Meta:
        table_name = "named-on-first-use"

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if cls._connection is None or cls._connection.connection is not _shared:
            cls.Meta = type("Meta", (cls.Meta,), {"table_name": settings.table_name(cls.feature)})  # type: ignore[misc, assignment]  # pynamodb reads a nested Meta class; ours is made when the name is known
            cls._connection = None
            made = super()._get_connection()
            shared = connection()
            _tell_of_table(shared, made.get_meta_table())
            made.connection = shared
        assert cls._connection is not None
        return cls._connection


def _tell_of_table(shared: Connection, row: MetaTable) -> None:
    """Tell the connection of a row class's table. Classes that share a table bring their indexes together."""
    known = shared._tables.get(row.table_name)
    if known is None:
        shared.add_meta_table(row)
        return
    for part, name in (("GlobalSecondaryIndexes", "IndexName"), ("AttributeDefinitions", "AttributeName")):
        names = {each[name] for each in known.data[part]}
        known.data[part] = [*known.data[part], *(each for each in row.data[part] if each[name] not in names)]


def forget_connection() -> None:
    """Drop the shared connection, for tests and the local run, whose endpoint changes."""
    global _shared
    _shared = None
    clients.forget_clients()


class IntegerAttribute(Attribute[int]):
    """A whole number. pynamodb's NumberAttribute is a float in disguise: 0.1 and 2**60 come back changed."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        if type(value) is not int:
            raise TypeError(f"not a whole number: {type(value).__name__}")
        return str(value)

    def deserialize(self, value: str) -> int:
        return int(value)


class MonthAttribute(Attribute[Month]):
    """A month, stored as `2024-10`."""

    attr_type = STRING

    def serialize(self, value: Month) -> str:
        return str(value)

    def deserialize(self, value: str) -> Month:
        return Month.parse(value)


class InstantAttribute(Attribute[datetime]):
    """An instant, aware, stored as text whose order is the order of time: it may be a range key, and be compared."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return instant_text(value)

    def deserialize(self, value: str) -> datetime:
        return instant_from(value)


class JSONTextAttribute(Attribute[Any]):
    """A JSON value as compact text, keys sorted, so that equal values are equal text."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def deserialize(self, value: str) -> Any:
        return json.loads(value)


def transaction() -> TransactWrite:
    """Begin an all-or-nothing write: `with transaction() as t: t.save(…); t.update(…)`; at most 100 items, 4 MB."""
    return TransactWrite(connection=connection())


@contextmanager
def conflict_means(sentence: str) -> Iterator[None]:
    """Turn a failed condition into `Conflict(sentence)`; every other error passes through.

    Raises:
        Conflict: the condition of the write inside did not hold, or another transaction held the item.
    """
    try:
        yield
    except (PutError, UpdateError, DeleteError) as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise Conflict(sentence) from error
        raise
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
        if codes & {"ConditionalCheckFailed", "TransactionConflict"}:
            raise Conflict(sentence) from error
        raise
