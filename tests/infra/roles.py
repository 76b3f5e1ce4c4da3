"""Holds functions to their roles, in both directions, over the whole run of tests.

Whatever a test calls a function for, each call to AWS that its role doesn't allow fails the test (tests/conftest.py).
And what the roles allow that no test of the run makes use of fails a run with `--unused-rights`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, wraps
from importlib import import_module
from inspect import signature
from typing import Any
from unittest.mock import patch

import botocore.client
import botocore.signers

from chalicelib.runtime.chalice_app import BackOffice
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
Refusal = tuple[str, Call]  # a function, and what its role doesn't allow it
Right = tuple[str, str, str, str]  # a function, its role's statement, an action of it, and a resource as a pattern

#: Every right of a role that the tests of this process made use of (tests/conftest.py adds the processes' up).
used: set[Right] = set()
#: What functions were refused in the test that runs.
refused: set[Refusal] = set()

_OPERATION_OF_METHOD = {"get_object": "GetObject", "put_object": "PutObject"}

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


@contextmanager
def watched(references: References) -> Iterator[None]:
    """Note what each function of the template asks of AWS inside, whoever calls the function."""
    client: Any = botocore.client.BaseClient
    call_api = client._make_api_call

    def noting(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if at_work := _at_work.get():
            at_work.note(_calls(client, operation, parameters), references)
        return call_api(client, operation, parameters)

    with ExitStack() as patches:
        patches.enter_context(patch.object(client, "_make_api_call", noting))
        for name in ("generate_presigned_url", "generate_presigned_post"):
            patches.enter_context(patch.object(botocore.signers, name, _noting_what_is_signed(name, references)))
        for function, each in _functions().items():
            module, _, attribute = each["Properties"]["Handler"].rpartition(".")
            handlers = import_module(module)
            # Chalice calls the site's handler by its class.
            owner, attribute = (BackOffice, "__call__") if attribute == "app" else (handlers, attribute)
            patches.enter_context(patch.object(owner, attribute, _at_work_in(function, getattr(owner, attribute))))
        yield


@contextmanager
def unwatched() -> Iterator[None]:
    """Hold nobody to a role inside: somebody calls AWS there as it were a function, to find out about its calls."""
    token = _is_watching.set(False)
    try:
        yield
    finally:
        _is_watching.reset(token)


@contextmanager
def acting_as(function: str) -> Iterator[set[Refusal]]:
    """Call AWS inside as a function would: "IngestDrop". Give what its role refuses, which fails no test by itself."""
    of_its_own: set[Refusal] = set()
    token = _at_work.set(_AtWork(function=function, refused=of_its_own))
    try:
        yield of_its_own
    finally:
        _at_work.reset(token)


def unused(used: Collection[Right], references: References) -> list[Right]:
    """Return what the roles allow beyond the rights in `used` and those that Lambda itself needs, by function."""
    allowed = {
        (function, statement.sid, action, statement.resource.pattern)
        for function in _functions()
        for statement in _statements(function, references)
        if statement.allows and statement.sid not in _NEVER_CALLED_BY_US
        for action in statement.actions
    }
    return sorted(allowed - set(used))


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtWork:
    """The function that is at work, and where to note what its role refuses it."""

    function: str
    refused: set[Refusal]

    def note(self, calls: Iterable[tuple[Call, str | None]], references: References) -> None:
        if not _is_watching.get():
            return
        for call, key in calls:
            fitting = [each for each in _statements(self.function, references) if each.fits(call, key)]
            used.update((self.function, each.sid, call[0], each.resource.pattern) for each in fitting)
            if not fitting or not all(each.allows for each in fitting):
                self.refused.add((self.function, call))


_at_work: ContextVar[_AtWork | None] = ContextVar("_at_work", default=None)
_is_watching: ContextVar[bool] = ContextVar("_is_watching", default=True)


def _at_work_in(function: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(handler)
    def working(*arguments: Any, **named: Any) -> Any:
        token = _at_work.set(_AtWork(function=function, refused=refused))
        try:
            return handler(*arguments, **named)
        finally:
            _at_work.reset(token)

    return working


def _noting_what_is_signed(name: str, references: References) -> Callable[..., Any]:
    """Return botocore's signer of links or forms: what it signs is done later by somebody else, with this role."""
    sign = getattr(botocore.signers, name)

    def signing(client: Any, *arguments: Any, **named: Any) -> Any:
        if at_work := _at_work.get():
            given = signature(sign).bind(client, *arguments, **named).arguments
            operation = _OPERATION_OF_METHOD[given.get("ClientMethod", "put_object")]
            at_work.note(_calls(client, operation, given.get("Params", given)), references)
        return sign(client, *arguments, **named)

    return signing


@cache
def _statements(function: str, references: References) -> tuple[_Statement, ...]:
    return tuple(
        _Statement(
            allows=statement["Effect"] == "Allow",
            sid=statement["Sid"],
            actions=frozenset(_listed(statement["Action"])),
            resource=_pattern(resource),
            keys=_leading_keys(statement),
        )
        for policy in _resources()[f"{function}Role"]["Properties"]["Policies"]
        for statement in resolve(policy["PolicyDocument"]["Statement"], references)
        for resource in statement["Resource"]
    )


def _functions() -> dict[str, Any]:
    return {name: each for name, each in _resources().items() if each["Type"] == "AWS::Serverless::Function"}


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
