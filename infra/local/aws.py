"""The emulated AWS: moto with its gaps mended, holding the resources of infra/data.yaml.

moto under threads is no database: it loses updates. So it answers one request at a time, whichever way it is asked:
in this process, as the local run and most tests do, or over HTTP, as tests with racing processes do. Over HTTP a
request takes nearly twice the time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock, Thread
from typing import Any

from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb import dynamodb_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3 import s3_backends
from moto.sqs import sqs_backends
from werkzeug.serving import make_server

from chalicelib.runtime import clients
from chalicelib.runtime.tables import forget_connection
from infra.local import answers, mailbox, objects, resources, transactions
from infra.local.resources import ACCOUNT_ID, PSEUDO_PARAMETERS, REGION
from infra.local.template import APP_TEMPLATE, DATA_TEMPLATE, References, load, resolve

STAGE = "local"
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class QuietRequestHandler(MotoRequestHandler):  # type: ignore[misc]  # moto is read untyped
    """Serves without a line per request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulated:
    """The emulated AWS, up. `environment` is what a function runs with; `references` resolve infra/app.yaml."""

    environment: Mapping[str, str]
    references: References


@contextmanager
def emulated(parameters: Mapping[str, str] | None = None) -> Iterator[Emulated]:
    """Emulate AWS in this process, with the resources made, and with the environment that a function runs in.

    `parameters` are those of infra/app.yaml that shall differ from their defaults.
    """
    objects.install()
    mailbox.install()
    transactions.install()
    answers.install()
    BotocoreStubber.__call__ = _one_at_a_time
    with _environment(_CREDENTIALS), mock_aws():
        clients.session.cache_clear()  # one that was made before moto was imported would go past it
        forget_connection()
        exports = resources.apply(load(DATA_TEMPLATE), {"Stage": STAGE})
        template = load(APP_TEMPLATE)
        references = _references(template, {**(parameters or {}), "Stage": STAGE}, exports)
        environment = resolve(template["Globals"]["Function"]["Environment"]["Variables"], references)
        with _environment(environment):
            yield Emulated(environment=environment, references=references)
        forget_connection()


_asking = RLock()
_moto_answers = BotocoreStubber.__call__


def _one_at_a_time(stubber: Any, *arguments: Any, **named: Any) -> Any:
    with _asking:
        return _moto_answers(stubber, *arguments, **named)


@contextmanager
def served() -> Iterator[str]:
    """Serve the emulated AWS on loopback, one request at a time, and point AWS_ENDPOINT_URL at it; yield its address.

    Lasts inside `emulated`: it is the same AWS, reachable from other processes.
    """
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=False, request_handler=QuietRequestHandler)
    thread = Thread(target=server.serve_forever, name="emulated-aws", daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        with _environment({"AWS_ENDPOINT_URL": address}):
            forget_connection()
            yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        forget_connection()


def empty() -> None:
    """Forget every item, object, message and mail; the resources stay."""
    for table in dynamodb_backends[ACCOUNT_ID][REGION].tables.values():
        table.items.clear()
    for bucket in s3_backends[ACCOUNT_ID]["aws"].buckets.values():
        bucket.keys.clear()
    for queue in sqs_backends[ACCOUNT_ID][REGION].queues.values():
        queue._messages = []
        queue._pending_messages = set()
        queue.deleted_messages = set()
    mailbox.empty()


def take_messages(queue_name: str) -> list[Any]:
    """Return and remove the JSON bodies that wait in a queue, in the order of sending."""
    sqs = clients.sqs()
    url = sqs.get_queue_url(QueueName=queue_name)["QueueUrl"]
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def stage_queue_name(queue: str) -> str:
    """Return the real name of the queue that a Chalice decorator calls `ddh-drops`: `ddh-local-drops`."""
    return queue.replace("ddh-", f"ddh-{STAGE}-", 1)


def _references(template: Mapping[str, Any], parameters: Mapping[str, str], exports: Mapping[str, str]) -> References:
    """Return what the application's template refers to: its parameters, and what the data template exports."""
    own = {"AWS::StackName": f"ddh-{STAGE}"}
    defaults = {name: each.get("Default", "") for name, each in template["Parameters"].items()}
    return References(
        ref={**PSEUDO_PARAMETERS, **own, **defaults, **parameters}.__getitem__,
        attribute=_no_attribute,
        exported=exports.__getitem__,
    )


def _no_attribute(name: str, attribute: str) -> str:
    raise LookupError(f"{name}.{attribute} in infra/app.yaml's environment")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
