"""Each function's role allows every call that the function makes in the main job, and reaches no other resource."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.client
import pytest

from chalicelib.members import register
from chalicelib.rulebook import book
from infra import packaged
from infra.local import dropping, seed
from infra.local.functions import Function, functions_of
from infra.local.pump import Pump
from infra.local.template import References, resolve
from tests.conftest import EmulatedAWS

_ACTION_BY_WRITE = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

Call = tuple[str, str]  # an IAM action, and a resource's ARN


def _calls(client: Any, operation: str, parameters: dict[str, Any]) -> Iterator[Call]:
    """Yield what IAM is asked for one API call."""
    service = client.meta.service_model.service_name
    if service == "dynamodb":
        table = "arn:aws:dynamodb:eu-north-1:123456789012:table/"
        if operation == "TransactWriteItems":
            for item in parameters["TransactItems"]:
                ((write, target),) = item.items()
                yield f"dynamodb:{_ACTION_BY_WRITE[write]}", table + target["TableName"]
        elif operation == "BatchGetItem":
            for name in parameters["RequestItems"]:
                yield "dynamodb:BatchGetItem", table + name
        else:
            index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
            yield f"dynamodb:{operation}", table + parameters["TableName"] + index
    elif service == "sqs":
        queue = parameters["QueueUrl"].rpartition("/")[2]
        yield f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:eu-north-1:123456789012:{queue}"
    elif service == "s3":
        versioned = "Version" if operation == "GetObject" and "VersionId" in parameters else ""
        yield f"s3:{operation}{versioned}", f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}"
    else:
        yield "ses:SendEmail", "arn:aws:ses:eu-north-1:123456789012:identity/ddh.example"
        configuration_set = parameters["ConfigurationSetName"]
        yield "ses:SendEmail", f"arn:aws:ses:eu-north-1:123456789012:configuration-set/{configuration_set}"


@pytest.fixture
def made(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, set[Call]]:
    """The calls that each function made while a file was dropped and a month evaluated and mailed."""
    calls_by_function: dict[str, set[Call]] = defaultdict(set)
    running: list[str] = []
    client_class: Any = botocore.client.BaseClient
    call_function, call_api = Function.call, client_class._make_api_call

    def noted_function(function: Function, event: Any) -> Any:
        running.append(function.name)
        try:
            return call_function(function, event)
        finally:
            running.pop()

    def noted_api(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if running:
            calls_by_function[running[-1]].update(_calls(client, operation, parameters))
        return call_api(client, operation, parameters)

    monkeypatch.setattr(Function, "call", noted_function)
    monkeypatch.setattr(client_class, "_make_api_call", noted_api)
    _main_job(aws, tmp_path / "2024-10.csv")
    return calls_by_function


def _main_job(aws: EmulatedAWS, file: Path) -> None:
    """Drop, evaluate and mail the month of two members, one of whose rows is rejected."""
    functions = functions_of(packaged.template("local"), aws.references)
    pump = Pump(functions.values())
    book.seed()
    for code, name in (("741", "Samsø"), ("773", "Morsø")):
        register.put(seed.member(code, name))
    sample = (packaged.PROJECT / "events" / "drops" / "agent-kpi" / "2025-01.csv").read_text("cp1252").splitlines()
    rows = [row for row in sample[1:] if row.startswith(("Samsø;", "Morsø;"))]
    file.write_text("\n".join([sample[0], *rows, "Ukendt;1;1;1"]), "utf-8")
    dropping.put(dropping.Drop(path=file, key=f"drops/agent-kpi/{file.name}"))
    pump.drain()
    functions["start-evaluation"].call({"month": "2024-10"})
    pump.drain()
    functions["evaluation-watchdog"].call({})
    functions["sweep-outbox"].call({})


def _allowed(role: dict[str, Any], references: References) -> Iterator[tuple[str, re.Pattern[str]]]:
    for policy in role["Properties"]["Policies"]:
        for statement in resolve(policy["PolicyDocument"]["Statement"], references):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            for resource in statement["Resource"]:
                pattern = re.compile(re.escape(resource).replace(r"\*", ".*"))
                yield from ((action, pattern) for action in actions)


def test_every_call_of_the_main_job_is_allowed_by_the_function_s_own_role(
    aws: EmulatedAWS, made: dict[str, set[Call]]
) -> None:
    template = packaged.template("local")["Resources"]
    assert len(made) == 7, "every function made some call"

    for function, calls in made.items():
        name = function.title().replace("-", "")
        allowed = list(_allowed(template[f"{name}Role"], aws.references))
        refused = {
            call for call in calls if not any(call[0] == action and each.fullmatch(call[1]) for action, each in allowed)
        }
        assert not refused, (function, refused)
