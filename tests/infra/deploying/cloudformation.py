"""A CloudFormation with state, for deployments.

moto's would do for making stacks, but it names no replacements, knows no transform, and forgets what it doesn't know.
This one answers as AWS's documentation says; each request is held to botocore's description of the API.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator


@dataclass(slots=True)
class _Stack:
    status: str
    made_of: str = ""
    template: dict[str, Any] = field(default_factory=lambda: {"Resources": {}})
    events: list[dict[str, str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)


class FakeCloudFormation:
    """`changes` is what the next change set holds; `fails_with` why the next execution fails; `applied` what was.

    `parameters` says of a template's parameters whether each must be given, `given` what each stack was last given.
    """

    def __init__(self) -> None:
        self.stacks: dict[str, _Stack] = {}
        self.applied: list[str] = []
        self.changes: list[dict[str, str]] = [_change("Add", "KpiTable", "AWS::DynamoDB::Table")]
        self.parameters = {"Stage": False}
        self.given: dict[str, dict[str, str]] = {}
        self.refuses_with = ""
        self.fails_with = ""
        self.waiting = 1
        self._sets: dict[str, dict[str, Any]] = {}
        model = boto3.session.Session(region_name="eu-north-1").client("cloudformation").meta.service_model
        self._operations = {name: model.operation_model(name).input_shape for name in model.operation_names}

    def create_change_set(self, **asked: Any) -> dict[str, str]:
        self._check("CreateChangeSet", asked)
        name, made_of = (
            asked["StackName"],
            json.dumps([asked.get("TemplateBody"), asked.get("TemplateURL"), asked["Parameters"]]),
        )
        self.given[name] = {each["ParameterKey"]: each["ParameterValue"] for each in asked["Parameters"]}
        stack = self.stacks.get(name)
        is_first = stack is None or stack.status == "REVIEW_IN_PROGRESS"
        assert asked["ChangeSetType"] == ("CREATE" if is_first else "UPDATE")
        if stack is None:
            stack = self.stacks[name] = _Stack("REVIEW_IN_PROGRESS")
        arn = f"arn:aws:cloudformation:eu-north-1:123456789012:changeSet/{asked['ChangeSetName']}/1"
        reason = (
            "The submitted information didn't contain changes. Submit different information to create a change set."
        )
        if self.refuses_with or stack.made_of == made_of:
            answer = {"Status": "FAILED", "StatusReason": self.refuses_with or reason}
        else:
            answer = {"Status": "CREATE_COMPLETE"}
        self._sets[arn] = {
            **answer,
            "left": self.waiting,
            "made_of": made_of,
            "body": asked.get("TemplateBody"),
            "Changes": list(self.changes),
        }
        return {"Id": arn}

    def describe_change_set(self, **asked: Any) -> dict[str, Any]:
        self._check("DescribeChangeSet", asked)
        described = self._sets[asked["ChangeSetName"]]
        if described["left"]:
            described["left"] -= 1
            return {"Status": "CREATE_IN_PROGRESS"}
        at = int(asked.get("NextToken", 0))
        rest = {"NextToken": str(at + 1)} if at + 1 < len(described["Changes"]) else {}
        page = [{"Type": "Resource", "ResourceChange": each} for each in described["Changes"][at : at + 1]]
        return {
            "Status": described["Status"],
            "StatusReason": described.get("StatusReason", ""),
            "Changes": page,
            **rest,
        }

    def delete_change_set(self, **asked: Any) -> None:
        self._check("DeleteChangeSet", asked)
        del self._sets[asked["ChangeSetName"]]

    def execute_change_set(self, **asked: Any) -> None:
        self._check("ExecuteChangeSet", asked)
        name, stack = asked["StackName"], self.stacks[asked["StackName"]]
        described = self._sets.pop(asked["ChangeSetName"])
        verb = "CREATE" if stack.status == "REVIEW_IN_PROGRESS" else "UPDATE"
        told = [("KpiTable", f"{verb}_COMPLETE", "")]
        ended = f"{verb}_COMPLETE"
        if self.fails_with:
            told = [("KpiTable", f"{verb}_FAILED", self.fails_with)]
            ended = "ROLLBACK_COMPLETE" if verb == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        else:
            stack.made_of = described["made_of"]
            stack.template = json.loads(described["body"] or "{}")
            self.applied.append(name)
        token = asked["ClientRequestToken"]
        for resource, status, reason in [(name, f"{verb}_IN_PROGRESS", ""), *told, (name, ended, "")]:
            event = {"LogicalResourceId": resource, "ResourceStatus": status, "ClientRequestToken": token}
            stack.events.insert(0, {**event, **({"ResourceStatusReason": reason} if reason else {})})
        stack.status = ended

    def describe_stacks(self, **asked: Any) -> dict[str, Any]:
        self._check("DescribeStacks", asked)
        if (stack := self.stacks.get(asked["StackName"])) is None:
            error = {"Code": "ValidationError", "Message": f"Stack with id {asked['StackName']} does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in stack.outputs.items()]
        return {"Stacks": [{"StackStatus": stack.status, "Outputs": outputs}]}

    def get_template(self, **asked: Any) -> dict[str, Any]:
        self._check("GetTemplate", asked)
        return {"TemplateBody": self.stacks[asked["StackName"]].template}

    def get_template_summary(self, **asked: Any) -> dict[str, Any]:
        self._check("GetTemplateSummary", asked)
        described = [
            {"ParameterKey": name, **({} if must else {"DefaultValue": ""})} for name, must in self.parameters.items()
        ]
        return {"Parameters": described}

    def get_paginator(self, operation: str) -> FakeCloudFormation:
        assert operation == "describe_stack_events"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self._check("DescribeStackEvents", asked)
        yield {"StackEvents": self.stacks[asked["StackName"]].events[:1]}
        yield {"StackEvents": self.stacks[asked["StackName"]].events[1:]}

    def will(self, action: str, logical_id: str, type_: str, replacement: str = "") -> None:
        """Let the next change set hold this one change."""
        self.changes = [_change(action, logical_id, type_, replacement)]

    def _check(self, operation: str, asked: dict[str, Any]) -> None:
        report = ParamValidator().validate(asked, self._operations[operation])
        assert not report.has_errors(), report.generate_report()


def _change(action: str, logical_id: str, type_: str, replacement: str = "") -> dict[str, str]:
    change = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": type_}
    return {**change, "Replacement": replacement} if replacement else change
