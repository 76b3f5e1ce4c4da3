"""Whatever keeps something is encrypted, spoken to over TLS alone, closed to the public, and can be brought back."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.template import APP_TEMPLATE, DATA_TEMPLATE, load

Resources = dict[str, dict[str, Any]]

_DATA: Resources = load(DATA_TEMPLATE)["Resources"]
_APP: Resources = load(APP_TEMPLATE)["Resources"]


def _of_type(kind: str, resources: Resources = _DATA) -> Resources:
    return {name: each["Properties"] for name, each in resources.items() if each.get("Type") == kind}


_TABLES, _BUCKETS, _QUEUES = (_of_type(kind) for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"))
_TOPICS = _of_type("AWS::SNS::Topic", _APP)


def _denied(kind: str, names: str, name: str, resources: Resources = _DATA) -> dict[str, Any]:
    """Return what the policies of a bucket, queue or topic deny, without its id."""
    policies = [each for each in _of_type(kind, resources).values() if {"Ref": name} in _listed(each[names])]
    # SQS, S3 and SNS keep one policy each: a second resource of that type would take the first one's place.
    (policy,) = policies
    (denied,) = (each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny")
    return {key: value for key, value in denied.items() if key != "Sid"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _without_tls(action: str, resource: Any) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_all_that_keeps_something_is_looked_at_here() -> None:
    assert (len(_TABLES), len(_BUCKETS), len(_QUEUES), len(_TOPICS)) == (10, 2, 13, 1)
    assert not any(_of_type(kind, _APP) for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"))
    assert not _of_type("AWS::SNS::Topic")


@pytest.mark.parametrize("name", _TABLES)
def test_a_table_can_be_brought_back_is_not_deleted_by_mistake_and_is_encrypted(name: str) -> None:
    table = _TABLES[name]

    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize("name", _BUCKETS)
def test_a_bucket_is_closed_encrypted_and_versioned_and_forgets_what_is_no_longer_needed(name: str) -> None:
    bucket = _BUCKETS[name]

    closed = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    assert bucket["PublicAccessBlockConfiguration"] == closed
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    encrypted = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert bucket["BucketEncryption"] == {"ServerSideEncryptionConfiguration": [encrypted]}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert {each["Status"] for each in rules} == {"Enabled"}
    assert {"DaysAfterInitiation": 7} in [each.get("AbortIncompleteMultipartUpload") for each in rules]


def test_an_old_version_of_a_file_stays_as_long_as_its_figures_may() -> None:
    rules = _BUCKETS["FilesBucket"]["LifecycleConfiguration"]["Rules"]

    assert {"NoncurrentDays": 1096} in [each.get("NoncurrentVersionExpiration") for each in rules]


@pytest.mark.parametrize("name", _BUCKETS)
def test_a_bucket_is_spoken_to_over_tls_alone(name: str) -> None:
    arn = {"Fn::GetAtt": [name, "Arn"]}

    denied = _denied("AWS::S3::BucketPolicy", "Bucket", name)

    assert denied == _without_tls("s3:*", [arn, {"Fn::Sub": f"${{{name}.Arn}}/*"}])


@pytest.mark.parametrize("name", _QUEUES)
def test_a_queue_is_spoken_to_over_tls_alone(name: str) -> None:
    denied = _denied("AWS::SQS::QueuePolicy", "Queues", name)

    assert denied == _without_tls("sqs:*", {"Fn::GetAtt": [name, "Arn"]})


@pytest.mark.parametrize("name", _TOPICS)
def test_a_topic_is_spoken_to_over_tls_alone(name: str) -> None:
    denied = _denied("AWS::SNS::TopicPolicy", "Topics", name, _APP)

    assert denied == _without_tls("sns:Publish", {"Ref": name})


@pytest.mark.parametrize("name", _QUEUES)
def test_a_queue_is_encrypted_and_keeps_a_message_for_two_weeks(name: str) -> None:
    assert _QUEUES[name]["SqsManagedSseEnabled"] is True
    assert _QUEUES[name]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_a_queue_whose_messages_may_fail_leaves_them_in_dead_letters_of_its_own() -> None:
    redrives = {name: queue["RedrivePolicy"] for name, queue in _QUEUES.items() if "RedrivePolicy" in queue}

    assert redrives == {
        f"{name}Queue": {
            "deadLetterTargetArn": {"Fn::GetAtt": [f"{name}DeadLetters", "Arn"]},
            "maxReceiveCount": 5,
        }
        for name in ("Drops", "Documents", "Evaluations", "Outbox", "Receipts", "Webhooks")
    }
    assert _QUEUES.keys() - redrives.keys() == {
        "FailedEvents",
        *(each["deadLetterTargetArn"]["Fn::GetAtt"][0] for each in redrives.values()),
    }
