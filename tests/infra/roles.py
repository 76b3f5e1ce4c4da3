"""Holds functions to their roles: a call to AWS that a function's role doesn't allow is noted, and fails its test."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
Right = tuple[str, str, str, str]  # a function, its role's statement, an action of it, and a resource as a pattern

#: Every right of a role that the tests of this process made use of (tests/conftest.py adds the processes' up).
used: set[Right] = set()

#: What Lambda does with a function's role, and the right without which S3 doesn't tell gone from forbidden.
_NEVER_CALLED_BY_US = frozenset(
    {"WriteLogs", "TakeMessages", "LeaveWhatFailed", "TellGoneFromForbidden", "TellDeletedFromForbidden"}
)
_LEADING_KEYS = ("ForAnyValue:StringLike", "dynamodb:LeadingKeys")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """What a statement allows or denies: actions on a resource, where `keys` is given of these partition keys alone."""

    allows: bool
    sid: str
    actions: frozenset[str]
    resource: re.Pattern[str]
    keys: tuple[re.Pattern[str], ...] | None

    def fits(self, call: Call, key: str | None) -> bool:
        if call[0] not in self.actions or not self.resource.fullmatch(call[1]):
            return False
        return self.keys is None or (key is not None and any(each.fullmatch(key) for each in self.keys))


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
        call_api, statements = client._make_api_call, self._statements(function)

        def noted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            for call, key in _calls(client, operation, parameters):
                self.made.setdefault(function, set()).add(call)
                fitting = [each for each in statements if each.fits(call, key)]
                used.update((function, each.sid, call[0], each.resource.pattern) for each in fitting)
                if not fitting or not all(each.allows for each in fitting):
                    self.refused.add((function, call))
            return call_api(client, operation, parameters)

        client._make_api_call = noted
        try:
            yield
        finally:
            client._make_api_call = call_api

    def unused(self, used: Collection[Right]) -> list[Right]:
        """Return what the roles allow beyond the rights in `used` and those that Lambda itself needs, by function."""
        functions = [name for name, each in _resources().items() if each["Type"] == "AWS::Serverless::Function"]
        allowed = {
            (function, statement.sid, action, statement.resource.pattern)
            for function in functions
            for statement in self._statements(function)
            if statement.allows and statement.sid not in _NEVER_CALLED_BY_US
            for action in statement.actions
        }
        return sorted(allowed - set(used))

    def _statements(self, function: str) -> list[_Statement]:
        return [
            _Statement(
                allows=statement["Effect"] == "Allow",
                sid=statement["Sid"],
                actions=frozenset(_listed(statement["Action"])),
                resource=_pattern(resource),
                keys=_leading_keys(statement),
            )
            for policy in _resources()[f"{function}Role"]["Properties"]["Policies"]
            for statement in resolve(policy["PolicyDocument"]["Statement"], self._references)
            for resource in statement["Resource"]
        ]


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


def _listed(named: str | list[str]) -> list[str]:
    return named if isinstance(named, list) else [named]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*"))


def _leading_keys(statement: Mapping[str, Any]) -> tuple[re.Pattern[str], ...] | None:
    """Return the partition keys that a statement is about; None when it is about all. No other condition is known."""
    if "Condition" not in statement:
        return None
    operator, name = _LEADING_KEYS
    return tuple(_pattern(key) for key in statement["Condition"][operator][name])


def _calls(client: Any, operation: str, parameters: dict[str, Any]) -> Iterator[tuple[Call, str | None]]:
    """Yield what IAM is asked for one API call, with the partition key where one item is written."""
    service = client.meta.service_model.service_name
    if service == "dynamodb":
        table = "arn:aws:dynamodb:eu-north-1:123456789012:table/"
        if operation == "TransactWriteItems":
            for item in parameters["TransactItems"]:
                ((write, target),) = item.items()
                yield (f"dynamodb:{_ACTION_BY_WRITE[write]}", table + target["TableName"]), _partition_key(target)
        elif operation == "BatchGetItem":
            for name in parameters["RequestItems"]:
                yield ("dynamodb:BatchGetItem", table + name), None
        else:
            index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
            yield (f"dynamodb:{operation}", table + parameters["TableName"] + index), _partition_key(parameters)
    elif service == "sqs":
        queue = parameters["QueueUrl"].rpartition("/")[2]
        yield (f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:eu-north-1:123456789012:{queue}"), None
    elif service == "s3":
        if operation == "ListObjectVersions":
            yield ("s3:ListBucketVersions", f"arn:aws:s3:::{parameters['Bucket']}"), None
            return
        action = operation.replace("HeadObject", "GetObject")
        versioned = "Version" if action in ("GetObject", "DeleteObject") and "VersionId" in parameters else ""
        yield (f"s3:{action}{versioned}", f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}"), None
    else:
        yield ("ses:SendEmail", "arn:aws:ses:eu-north-1:123456789012:identity/ddh.example"), None
        configuration_set = parameters["ConfigurationSetName"]
        yield ("ses:SendEmail", f"arn:aws:ses:eu-north-1:123456789012:configuration-set/{configuration_set}"), None


def _partition_key(parameters: Mapping[str, Any]) -> str | None:
    """Return the partition key of the item that a call writes."""
    written: Mapping[str, Any] = parameters.get("Item") or parameters.get("Key") or {}
    return written["pk"]["S"] if "pk" in written else None
