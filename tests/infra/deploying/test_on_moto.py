"""The data stack as another's CloudFormation makes it: moto's.

It goes no further: it doesn't tell events by their token (added below), has no exports of a stack that a change set
made, so the application's stack can't import them, knows neither the transform nor policies of queues and buckets, and
refuses at once a change set that changes nothing, where AWS makes one that has failed. The rest of a deployment is held
on the fake beside this (cloudformation.py), what policies say by tests/infra/test_protected.py, and the first start by
tests/infra/test_first_start.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.deploying import change_sets, packages
from infra.deploying.deploy import data_template
from infra.packaging.package import Package
from tests.conftest import EmulatedAWS

_REGION = "eu-west-1"  # apart from the emulated deployment
_STACK, _PACKAGES = "ddh-test-data", "ddh-test-packages-123456789012"
_PARAMETERS = {"Stage": "test", "MailDomain": "ddh.invalid"}


class _WithTokens:
    """moto's CloudFormation, whose events tell by which request they came."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._token_by_event: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def execute_change_set(self, **asked: Any) -> None:
        before = {event["EventId"] for event in self._events(asked["StackName"])}
        self._client.execute_change_set(**asked)
        for event in self._events(asked["StackName"]):
            if event["EventId"] not in before:
                self._token_by_event[event["EventId"]] = asked["ClientRequestToken"]

    def get_paginator(self, operation: str) -> _WithTokens:
        assert operation == "describe_stack_events"
        return self

    def paginate(self, *, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803  # the API's name
        tokens = self._token_by_event
        yield {
            "StackEvents": [
                {**event, "ClientRequestToken": tokens.get(event["EventId"], "")} for event in self._events(StackName)
            ]
        }

    def _events(self, stack: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self._client.describe_stack_events(StackName=stack)["StackEvents"]
        return events


@pytest.fixture
def session(aws: EmulatedAWS) -> Iterator[boto3.session.Session]:
    session = boto3.session.Session(region_name=_REGION)
    yield session
    for name in (_PACKAGES, "ddh-test-files-123456789012"):  # buckets alone are of no region
        bucket = session.resource("s3").Bucket(name)
        bucket.object_versions.delete()
        bucket.delete()


def _never(seconds: float) -> None:
    raise AssertionError("moto is done at once")


@pytest.mark.filterwarnings("ignore:Tried to parse")
def test_the_data_stack_makes_the_tables_the_queues_and_the_bucket_that_the_package_goes_to(
    session: boto3.session.Session, tmp_path: Path
) -> None:
    cloudformation, s3 = _WithTokens(session.client("cloudformation")), session.client("s3")

    change_set = change_sets.prepare(cloudformation, _STACK, data_template(), _PARAMETERS, sleep=_never)
    assert change_set is not None
    change_sets.apply(cloudformation, change_set, sleep=_never)

    assert change_set.is_first
    assert {change.action for change in change_set.changes} == {"Add"}
    assert len(session.client("dynamodb").list_tables()["TableNames"]) == 10
    assert len(session.client("sqs").list_queues()["QueueUrls"]) == 13
    zip_path, template_path = tmp_path / "deployment.zip", tmp_path / "app.yaml"
    zip_path.write_bytes(b"zip")
    template_path.write_text("{Resources: {}, Outputs: {}}", "utf-8")
    kept = packages.keep(s3, _PACKAGES, Package(zip_path=zip_path, template_path=template_path, digest="0" * 64))
    assert packages.template_of(s3, _PACKAGES, kept)["TemplateURL"].startswith(f"https://{_PACKAGES}.s3.{_REGION}.")
    with pytest.raises(ClientError, match="No updates are to be performed"):
        change_sets.prepare(cloudformation, _STACK, data_template(), _PARAMETERS, sleep=_never)
