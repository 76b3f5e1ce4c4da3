"""F33: whatever lies in a table or waits in a queue when a version is deployed is understood by it."""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import chalicelib
from chalicelib.access import grants, staff
from chalicelib.cases import store as cases
from chalicelib.common.months import Month
from chalicelib.evaluation import home_store, run_store
from chalicelib.evaluation import store as evaluation
from chalicelib.kpi import drop_store, figure_store
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.membership import store as membership
from chalicelib.partners import store as partners
from chalicelib.partners.knowledge import store as knowledge
from chalicelib.rulebook import book
from chalicelib.runtime import settings, tables
from chalicelib.runtime.tables import Table
from chalicelib.webhooks import endpoint_store
from chalicelib.webhooks import outbox as webhooks
from infra import packaged
from infra.local.functions import functions_of
from tests.conftest import EmulatedAWS
from tests.stored.capture import FOLDER, SOMEBODY, kind_of

_ITEMS = sorted((FOLDER / "items").glob("*.json"))
_MESSAGES = sorted((FOLDER / "messages").glob("*.json"))

Keys = tuple[str, ...]

#: Kinds that are looked for, counted up or read as another class, and never read back as themselves.
NEVER_READ = {"kpi.drop_store._ArrivalsRow"}

#: How an item is read by whoever uses it: `keys` are the parts of its partition key, and its sort key.
READ_BY_KIND: dict[str, Callable[[Keys, str], object]] = {
    "access.grants._Row": lambda keys, sk: grants.of(SOMEBODY),
    "access.staff._Row": lambda keys, sk: staff.everybody(),
    "access.staff._Logged": lambda keys, sk: staff.log(),
    "cases.store._DossierRow": lambda keys, sk: cases.get(keys[1]).version,
    "cases.store._EntryRow": lambda keys, sk: cases.history(keys[1]),
    "evaluation.home_store._NewcomerRow": lambda keys, sk: home_store.newcomers(keys[1], Month.parse(sk[:7])),
    "evaluation.run_store._DueRow": lambda keys, sk: run_store.due_months(keys[1]),
    "evaluation.store._HeadRow": lambda keys, sk: evaluation.heads(keys[1], [keys[2]])[keys[2]].version,
    "evaluation.store._RevisionRow": lambda keys, sk: evaluation.every_revision(keys[1], keys[2]),
    "evaluation.run_store._RunRow": lambda keys, sk: run_store.runs(),
    "kpi.drop_store._DropRow": lambda keys, sk: drop_store.get(keys[1]),
    "kpi.figure_store._AppliedRow": lambda keys, sk: figure_store.applied(keys[1], Month.parse(sk.partition("#")[2])),
    "mail.store._Row": lambda keys, sk: outbox.state_of(keys[1]),
    "members.register._Row": lambda keys, sk: register.all_members(),
    "membership.store._RequestRow": lambda keys, sk: membership.get(keys[1]),
    "membership.store._EntryRow": lambda keys, sk: membership.history(keys[1]),
    "partners.store._PartnerRow": lambda keys, sk: partners.get(sk),
    "partners.knowledge.store._UpdateRow": lambda keys, sk: knowledge.get(keys[1], sk),
    "webhooks.endpoint_store._Row": lambda keys, sk: endpoint_store.get(keys[1]).url,
    "webhooks.store._Row": lambda keys, sk: webhooks.state_of(keys[1]),
}


def _rows() -> dict[str, type[Table]]:
    """Return every row class of the application by its kind, but those that only see a part of others' items."""
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        import_module(module.name)
    rows = (row for row in Table.__subclasses__() if row.__module__.startswith("chalicelib."))
    return {kind_of(row): row for row in rows if not row.__module__.endswith("erasure_store")}


def _kind(path: Path) -> str:
    return re.sub(r"(\.\d+)?\.json$", "", path.name)


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_every_kind_of_item_has_a_file() -> None:
    assert sorted(set(_rows()) - {_kind(path) for path in _ITEMS} - NEVER_READ) == []


def test_every_function_that_nobody_waits_for_has_its_message(aws: EmulatedAWS) -> None:
    functions = functions_of(packaged.template("local"), aws.references)

    assert set(functions) - {_kind(path) for path in _MESSAGES} == {"app"}


@pytest.mark.parametrize("path", _ITEMS, ids=lambda path: path.stem)
def test_a_stored_item_has_all_that_its_class_must_have_and_nothing_that_it_would_lose(path: Path) -> None:
    row, item = _rows()[_kind(path)], _read(path)

    read = row.from_raw_data(item)

    missing = [name for name, each in row.get_attributes().items() if not each.null and getattr(read, name) is None]
    assert missing == []
    assert set(item) - {each.attr_name for each in row.get_attributes().values()} == set()


@pytest.mark.parametrize("path", [path for path in _ITEMS if _kind(path) in READ_BY_KIND], ids=lambda path: path.stem)
def test_a_stored_item_is_read_by_its_store(aws: EmulatedAWS, path: Path) -> None:
    row, item = _rows()[_kind(path)], _read(path)
    book.seed()
    client: Any = tables.connection().client
    client.put_item(TableName=settings.table_name(row.feature), Item=item)

    assert READ_BY_KIND[_kind(path)](tuple(item["pk"]["S"].split("#")), item["sk"]["S"])


@pytest.mark.parametrize("path", _MESSAGES, ids=lambda path: path.stem)
def test_a_waiting_message_is_taken(aws: EmulatedAWS, path: Path) -> None:
    book.seed()
    function = functions_of(packaged.template("local"), aws.references)[_kind(path)]
    body = _read(path)
    if function.consumer is None:
        function.call(body)
        return

    answer = function.call({"Records": [{"messageId": "m1", "body": json.dumps(body)}]})

    assert answer == {"batchItemFailures": []}


def test_nobody_stands_in_the_files() -> None:
    text = "".join(path.read_text("utf-8") for path in (*_ITEMS, *_MESSAGES))

    assert set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)) == {SOMEBODY}
