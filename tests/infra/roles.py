"""Holds functions to their roles: a call to AWS that a function's role doesn't allow is noted, and fails its test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import botocore.client

from infra import packaged
from infra.local import aws
from infra.local.template import References, resolve

_ACTION_BY_WRITE = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

Call = tuple[str, str]  # an IAM action, and a resource's ARN


class Roles:
    """The roles of the merged template. `made` and `refused` are the calls of each function so far."""

    def __init__(self, references: References) -> None:
        self._references = references
        self.made: dict[str, set[Call]] = {}
        self.refused: set[tuple[str, Call]] = set()

    @contextmanager
    def watching(self, function: str) -> Iterator[None]:
        """Note what is called inside as the function's calls. `function` is the template's name: "IngestDrop"."""
        client: Any = botocore.client.BaseClient
        call_api, allowed = client._make_api_call, self._allowed(function)

        def noted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            for call in _calls(client, operation, parameters):
                self.made.setdefault(function, set()).add(call)
                if not any(call[0] == action and resource.fullmatch(call[1]) for action, resource in allowed):
                    self.refused.add((function, call))
            return call_api(client, operation, parameters)

        client._make_api_call = noted
        try:
            yield
        finally:
            client._make_api_call = call_api

    def _allowed(self, function: str) -> list[tuple[str, re.Pattern[str]]]:
        found: list[tuple[str, re.Pattern[str]]] = []
        for policy in _resources()[f"{function}Role"]["Properties"]["Policies"]:
            for statement in resolve(policy["PolicyDocument"]["Statement"], self._references):
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                for resource in statement["Resource"]:
                    pattern = re.compile(re.escape(resource).replace(r"\*", ".*"))
                    found.extend((action, pattern) for action in actions)
        return found


def held_to_role(
    function: str, call: Callable[[Mapping[str, Any]], Any], references: References
) -> Callable[[Mapping[str, Any]], Any]:
    """Return `call`, which fails at once when it asks AWS for what the function's role doesn't allow."""
    roles = Roles(references)

    def held(event: Mapping[str, Any]) -> Any:
        with roles.watching(function):
            answer = call(event)
        assert not roles.refused, roles.refused
        return answer

    return held


@cache
def _resources() -> dict[str, Any]:
    resources: dict[str, Any] = packaged.template(aws.STAGE)["Resources"]
    return resources


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
