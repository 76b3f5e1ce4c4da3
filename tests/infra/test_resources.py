"""The applier makes what infra/data.yaml says, and refuses what it would otherwise drop silently."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.runtime import clients
from infra.local import resources
from infra.local.resources import UnknownInTemplate
from infra.local.template import DATA_TEMPLATE, load
from tests.conftest import EmulatedAWS


def _queue(**more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "ddh-refused", **more}}


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        ({"Type": "AWS::SNS::Topic", "Properties": {}}, "AWS::SNS::Topic"),
        (_queue(FifoQueue=True), "FifoQueue"),
        (_queue(RedrivePolicy={"deadLetterTargetArn": "arn:aws:sqs:eu-north-1:123456789012:x", "more": 1}), "more"),
        (_queue() | {"Condition": "IsProd"}, "Condition"),
    ],
    ids=["a type", "a property", "a nested property", "an attribute of the resource"],
)
def test_what_the_applier_does_not_know_is_refused_by_name(
    aws: EmulatedAWS, resource: dict[str, Any], named: str
) -> None:
    with pytest.raises(UnknownInTemplate, match=named):
        resources.apply({"Resources": {"It": resource}}, {})


def test_the_tables_are_recoverable_protected_and_encrypted(aws: EmulatedAWS) -> None:
    dynamodb: Any = clients.session().create_client("dynamodb")

    for name in dynamodb.list_tables()["TableNames"]:
        table = dynamodb.describe_table(TableName=name)["Table"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]

        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert table["DeletionProtectionEnabled"]
        assert table["SSEDescription"]["Status"] == "ENABLED"
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_what_access_keeps_for_a_while_is_deleted_some_day(aws: EmulatedAWS) -> None:
    dynamodb: Any = clients.session().create_client("dynamodb")

    expiry = dynamodb.describe_time_to_live(TableName="ddh-local-access")["TimeToLiveDescription"]

    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at_epoch"}


def test_the_bucket_is_versioned_and_closed_to_the_public(aws: EmulatedAWS) -> None:
    s3 = clients.s3()

    block = s3.get_public_access_block(Bucket=aws.files_bucket)["PublicAccessBlockConfiguration"]

    assert s3.get_bucket_versioning(Bucket=aws.files_bucket)["Status"] == "Enabled"
    assert set(block.values()) == {True}
    assert len(s3.get_bucket_lifecycle_configuration(Bucket=aws.files_bucket)["Rules"]) == 2


def test_every_resource_that_keeps_something_outlives_its_stack() -> None:
    # A table is protected from deletion at once, so a creation that is taken back could not let go of it.
    policy_by_type = {
        "AWS::DynamoDB::Table": "Retain",
        "AWS::S3::Bucket": "RetainExceptOnCreate",
        "AWS::SQS::Queue": "RetainExceptOnCreate",
        "AWS::SES::EmailIdentity": "RetainExceptOnCreate",
    }
    kept = [each for each in load(DATA_TEMPLATE)["Resources"].values() if each["Type"] in policy_by_type]

    assert len(kept) == 26
    assert all(each["DeletionPolicy"] == policy_by_type[each["Type"]] for each in kept)
    assert all(each["UpdateReplacePolicy"] == "Retain" for each in kept)


def _may(resource: str, *rules: str) -> dict[str, Any]:
    arns = [{"Fn::GetAtt": [rule, "Arn"]} for rule in rules]
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": [resource, "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": arns if len(arns) > 1 else arns[0]}},
    }


def test_only_its_rule_may_put_into_a_queue_that_a_rule_feeds() -> None:
    template = load(DATA_TEMPLATE)["Resources"]
    allowed = [
        {key: value for key, value in statement.items() if key != "Sid"}
        for each in template.values()
        if each["Type"] == "AWS::SQS::QueuePolicy"
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]

    assert allowed == [
        _may("FailedEvents", "DropsRule", "ReceiptsRule", "DocumentsRule"),
        _may("DropsQueue", "DropsRule"),
        _may("DocumentsQueue", "DocumentsRule"),
        _may("ReceiptsQueue", "ReceiptsRule"),
    ]


def test_each_rule_carries_its_events_to_its_own_queue() -> None:
    resources = load(DATA_TEMPLATE)["Resources"].items()
    rules = {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::Events::Rule"}
    bucket = dict(resources)["FilesBucket"]["Properties"]
    dropped = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
    files = {"name": [{"Ref": "FilesBucket"}]}

    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert {name: rule["EventPattern"] for name, rule in rules.items()} == {
        "DropsRule": {**dropped, "detail": {"bucket": files, "object": {"key": [{"prefix": "drops/"}]}}},
        "DocumentsRule": {**dropped, "detail": {"bucket": files, "object": {"key": [{"prefix": "documents/"}]}}},
        "ReceiptsRule": {
            "source": ["aws.ses"],
            "detail": {"mail": {"tags": {"ses:configuration-set": [{"Ref": "MailConfigurationSet"}]}}},
        },
    }
    for name, rule in rules.items():
        (target,) = rule["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": [name.replace("Rule", "Queue"), "Arn"]}
        assert rule["State"] == "ENABLED"
