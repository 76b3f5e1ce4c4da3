"""What a template would change in a stack, and changing it. CloudFormation is asked until it is done."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.deploying.problems import ChangeSetFailed, NotApplied, StackStuck

#: How CloudFormation says that a change set changes nothing: as a failure with one of these reasons.
_EMPTY = ("didn't contain changes", "No updates are to be performed")
#: Rows, files, messages that wait, and the keys that DNS names.
_HOLDS_DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SES::EmailIdentity"}
_SECONDS_BETWEEN = 3
#: A template by its place in S3 or as text.
Template = dict[str, str]
Sleep = Callable[[float], None]
#: Told how many resources are done.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one resource. `replacement` is "True", "False", "Conditional", or empty."""

    action: str
    logical_id: str
    type: str
    replacement: str

    @property
    def is_replaced_or_removed(self) -> bool:
        return self.action == "Remove" or self.replacement in ("True", "Conditional")

    @property
    def loses_data(self) -> bool:
        """Say whether something with data might go: it would be retained, but the stack would use a new, empty one."""
        return self.type in _HOLDS_DATA and self.is_replaced_or_removed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set that can be applied. It may change outputs alone: then `changes` is empty."""

    arn: str
    stack: str
    is_first: bool
    changes: tuple[Change, ...]


def prepare(
    cloudformation: Any, stack: str, template: Template, parameters: Mapping[str, str], *, sleep: Sleep = time.sleep
) -> ChangeSet | None:
    """Return what a template would change, or None when it would change nothing.

    Raises:
        StackStuck: the stack takes no changes.
        ChangeSetFailed: CloudFormation doesn't take the template or a parameter.
    """
    status = _status(cloudformation, stack)
    is_first = status in (None, "REVIEW_IN_PROGRESS")
    if status is not None and not is_first and not _takes_changes(status):
        raise StackStuck(stack, status)
    arn = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"deploy-{uuid.uuid4().hex}",
        ChangeSetType="CREATE" if is_first else "UPDATE",
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(parameters.items())],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        **template,
    )["Id"]
    while (described := cloudformation.describe_change_set(ChangeSetName=arn, StackName=stack))["Status"] in (
        "CREATE_PENDING",
        "CREATE_IN_PROGRESS",
    ):
        sleep(_SECONDS_BETWEEN)
    if described["Status"] == "FAILED":
        cloudformation.delete_change_set(ChangeSetName=arn, StackName=stack)
        reason = described.get("StatusReason", "")
        if any(each in reason for each in _EMPTY):
            return None
        raise ChangeSetFailed(stack, reason)
    changes = tuple(_changes(cloudformation, arn, stack, described))
    return ChangeSet(arn=arn, stack=stack, is_first=is_first, changes=changes)


def drop(cloudformation: Any, change_set: ChangeSet) -> None:
    """Forget a change set that isn't to be applied."""
    cloudformation.delete_change_set(ChangeSetName=change_set.arn, StackName=change_set.stack)


def apply(
    cloudformation: Any, change_set: ChangeSet, *, progress: Progress = lambda _: None, sleep: Sleep = time.sleep
) -> None:
    """Apply a change set, and wait for its end.

    Raises:
        NotApplied: CloudFormation gave up; names the resources that failed, and why.
    """
    token = uuid.uuid4().hex
    cloudformation.execute_change_set(
        ChangeSetName=change_set.arn, StackName=change_set.stack, ClientRequestToken=token
    )
    # By events, not by the stack's status: that may still be the one from before.
    while not (status := _end(events := _events(cloudformation, change_set.stack, token), change_set.stack)):
        progress(sum(event["ResourceStatus"].endswith("_COMPLETE") for event in events))
        sleep(_SECONDS_BETWEEN)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
        told = [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'no reason given')}" for each in failed
        ]
        raise NotApplied(change_set.stack, status, told)


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Return a stack's outputs by name; none of a stack that isn't there."""
    described = _described(cloudformation, stack) or {}
    return {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}


def parameters_of(cloudformation: Any, template: Template) -> dict[str, bool]:
    """Return which parameters a template has, and of each whether it must be given."""
    summary = cloudformation.get_template_summary(**template)
    return {each["ParameterKey"]: "DefaultValue" not in each for each in summary["Parameters"]}


def indexes_lost(cloudformation: Any, stack: str, template: Template) -> dict[str, str]:
    """Return what a template in a call takes away from the tables that stay, by logical id.

    A change set doesn't say it: to CloudFormation the table is modified, whichever index comes or goes.
    """
    if "TemplateBody" not in template or _status(cloudformation, stack) in (None, "REVIEW_IN_PROGRESS"):
        return {}
    before = _indexes(cloudformation.get_template(StackName=stack)["TemplateBody"])
    after = _indexes(json.loads(template["TemplateBody"]))
    return {
        table: f"would lose its index {', '.join(gone)}"
        for table, indexes in before.items()
        if table in after and (gone := sorted(indexes - after[table]))
    }


def _indexes(template: Mapping[str, Any]) -> dict[str, set[str]]:
    return {
        name: {index["IndexName"] for index in each["Properties"].get("GlobalSecondaryIndexes", [])}
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::DynamoDB::Table"
    }


def _changes(cloudformation: Any, arn: str, stack: str, described: dict[str, Any]) -> Iterator[Change]:
    while True:
        for each in described.get("Changes", []):
            change = each["ResourceChange"]
            yield Change(
                action=change["Action"],
                logical_id=change["LogicalResourceId"],
                type=change["ResourceType"],
                replacement=change.get("Replacement", ""),
            )
        if not (token := described.get("NextToken")):
            return
        described = cloudformation.describe_change_set(ChangeSetName=arn, StackName=stack, NextToken=token)


def _takes_changes(status: str) -> bool:
    return status.endswith("_COMPLETE") and status not in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE")


def _status(cloudformation: Any, stack: str) -> str | None:
    described = _described(cloudformation, stack)
    return described["StackStatus"] if described else None


def _described(cloudformation: Any, stack: str) -> dict[str, Any] | None:
    try:
        described: dict[str, Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    return described


def _events(cloudformation: Any, stack: str, token: str) -> list[dict[str, Any]]:
    """Return what happened by the operation with this token, latest first."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    return [event for page in pages for event in page["StackEvents"] if event.get("ClientRequestToken") == token]


def _end(events: list[dict[str, Any]], stack: str) -> str:
    """Return the status that the stack itself came to rest in; empty while it hasn't."""
    own = [event["ResourceStatus"] for event in events if event["LogicalResourceId"] == stack]
    return own[0] if own and own[0].endswith(("_COMPLETE", "_FAILED")) else ""
