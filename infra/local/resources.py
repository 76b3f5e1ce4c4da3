"""Applies infra/data.yaml to the emulated AWS through its API.

moto's own CloudFormation drops what it doesn't know (recovery, notifications …) and says CREATE_COMPLETE. This knows
a few types and properties and refuses every other: what the local run and the tests stand on is what the file says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.runtime import clients
from infra.local.template import References, resolve

ACCOUNT_ID = "123456789012"
REGION = "eu-north-1"
PSEUDO_PARAMETERS = {"AWS::AccountId": ACCOUNT_ID, "AWS::Region": REGION, "AWS::Partition": "aws"}
#: What a resource may say beside its type and properties: it concerns deletion, and nothing is deleted here.
_IGNORED_ATTRIBUTES = {"Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy"}

Physical = dict[str, str]  # a resource's attributes by name; "Ref" is what !Ref gives


class UnknownInTemplate(LookupError):
    """Raised when a template holds a type, property or value that the local run does not honour."""


def apply(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """Make every resource of the template; return the exported outputs by export name.

    Raises:
        UnknownInTemplate: the template holds something that would be dropped silently.
    """
    stack = _Stack(template, parameters)
    for name in template["Resources"]:
        stack.make(name)
    outputs = resolve(template.get("Outputs", {}), stack.references)
    return {output["Export"]["Name"]: output["Value"] for output in outputs.values()}


class _Stack:
    """Makes resources in the order of their references."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._resources = template["Resources"]
        defaults = {name: each.get("Default") for name, each in template.get("Parameters", {}).items()}
        self._parameters = {**PSEUDO_PARAMETERS, **defaults, **parameters}
        self._made: dict[str, Physical] = {}
        self.references = References(ref=self._ref, attribute=self._attribute, exported=_no_imports)

    def make(self, name: str) -> Physical:
        if name not in self._made:
            resource = self._resources[name]
            if unknown := set(resource) - _IGNORED_ATTRIBUTES:
                raise UnknownInTemplate(f"{name}: {', '.join(sorted(unknown))}")
            if resource["Type"] not in _MAKERS:
                raise UnknownInTemplate(f"{name}: type {resource['Type']}")
            properties = _Properties(name, resolve(resource["Properties"], self.references))
            self._made[name] = _MAKERS[resource["Type"]](properties)
            properties.check_all_taken()
        return self._made[name]

    def _ref(self, name: str) -> str:
        return self._parameters[name] if name in self._parameters else self.make(name)["Ref"]

    def _attribute(self, name: str, attribute: str) -> str:
        return self.make(name)[attribute]


def _no_imports(name: str) -> str:
    raise UnknownInTemplate(f"import of {name}: the data template stands alone")


class _Properties:
    """A resource's resolved properties; each is taken once, and what nobody took is unknown."""

    def __init__(self, of: str, left: dict[str, Any]) -> None:
        self._of = of
        self._left = left

    def take(self, name: str) -> Any:
        return self._left.pop(name, None)

    def take_all(self, *names: str) -> dict[str, Any]:
        """Return those of `names` that are there, under the same names: for properties that the API names alike."""
        return {name: self._left.pop(name) for name in names if name in self._left}

    def check_all_taken(self) -> None:
        if self._left:
            raise UnknownInTemplate(f"{self._of}: {', '.join(sorted(self._left))}")

    def only(self, value: Mapping[str, Any] | None, *known: str) -> Any:
        """Return a nested property after checking that it holds nothing but `known`."""
        if unknown := set(value or ()) - set(known):
            raise UnknownInTemplate(f"{self._of}: {', '.join(sorted(unknown))}")
        return value


def _client(service: str) -> Any:
    return clients.session().create_client(service)


def _table(properties: _Properties) -> Physical:
    dynamodb = _client("dynamodb")
    sse = properties.only(properties.take("SSESpecification"), "SSEEnabled")
    recovery = properties.only(properties.take("PointInTimeRecoverySpecification"), "PointInTimeRecoveryEnabled")
    named = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    table = dynamodb.create_table(
        **properties.take_all(*named, "DeletionProtectionEnabled"),
        SSESpecification={"Enabled": bool(sse and sse["SSEEnabled"])},
    )["TableDescription"]
    if expiry := properties.only(properties.take("TimeToLiveSpecification"), "AttributeName", "Enabled"):
        dynamodb.update_time_to_live(TableName=table["TableName"], TimeToLiveSpecification=expiry)
    if recovery:
        dynamodb.update_continuous_backups(TableName=table["TableName"], PointInTimeRecoverySpecification=recovery)
    return {"Ref": table["TableName"], "Arn": table["TableArn"]}


def _bucket(properties: _Properties) -> Physical:
    s3, bucket = _client("s3"), properties.take("BucketName")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioning := properties.take("VersioningConfiguration"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
    if block := properties.take("PublicAccessBlockConfiguration"):
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    if ownership := properties.take("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
    if encryption := properties.only(properties.take("BucketEncryption"), "ServerSideEncryptionConfiguration"):
        rules = encryption["ServerSideEncryptionConfiguration"]
        by_default = [properties.only(rule, "ServerSideEncryptionByDefault") for rule in rules]
        s3.put_bucket_encryption(
            Bucket=bucket,
            ServerSideEncryptionConfiguration={
                "Rules": [
                    {"ApplyServerSideEncryptionByDefault": each["ServerSideEncryptionByDefault"]} for each in by_default
                ]
            },
        )
    if lifecycle := properties.only(properties.take("LifecycleConfiguration"), "Rules"):
        # The API names a rule's Id `ID` and wants to be told that it is for every key.
        rules = [{"ID": rule["Id"], "Filter": {"Prefix": ""}, **_without(rule, "Id")} for rule in lifecycle["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    if notification := properties.only(properties.take("NotificationConfiguration"), "EventBridgeConfiguration"):
        if notification["EventBridgeConfiguration"] != {"EventBridgeEnabled": True}:
            raise UnknownInTemplate(f"{bucket}: EventBridgeConfiguration")
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    return {"Ref": bucket, "Arn": f"arn:aws:s3:::{bucket}"}


def _bucket_policy(properties: _Properties) -> Physical:
    bucket, policy = properties.take("Bucket"), properties.take("PolicyDocument")
    _client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return {"Ref": bucket}


def _queue(properties: _Properties) -> Physical:
    sqs, name = _client("sqs"), properties.take("QueueName")
    simple = properties.take_all("VisibilityTimeout", "MessageRetentionPeriod", "SqsManagedSseEnabled")
    attributes = {key: json.dumps(value) for key, value in simple.items()}
    if redrive := properties.only(properties.take("RedrivePolicy"), "deadLetterTargetArn", "maxReceiveCount"):
        attributes["RedrivePolicy"] = json.dumps(redrive)
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return {"Ref": url, "QueueName": name, "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"}


def _queue_policy(properties: _Properties) -> Physical:
    queues, policy = properties.take("Queues"), properties.take("PolicyDocument")
    for url in queues:
        _client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    return {"Ref": "policy"}


def _rule(properties: _Properties) -> Physical:
    events, pattern = _client("events"), properties.take("EventPattern")
    rule = properties.take_all("Name", "Description", "State")
    arn = events.put_rule(EventPattern=json.dumps(pattern), **rule)["RuleArn"]
    targets = [properties.only(target, "Id", "Arn", "DeadLetterConfig") for target in properties.take("Targets")]
    events.put_targets(Rule=rule["Name"], Targets=targets)
    return {"Ref": rule["Name"], "Arn": arn}


def _mail_identity(properties: _Properties) -> Physical:
    identity = properties.take("EmailIdentity")
    _client("sesv2").create_email_identity(EmailIdentity=identity)
    return {"Ref": identity}


def _mail_configuration_set(properties: _Properties) -> Physical:
    name = properties.take("Name")
    options = properties.take_all("DeliveryOptions", "SuppressionOptions")
    _client("sesv2").create_configuration_set(ConfigurationSetName=name, **options)
    return {"Ref": name}


def _mail_event_destination(properties: _Properties) -> Physical:
    configuration_set, destination = properties.take("ConfigurationSetName"), properties.take("EventDestination")
    known = ("Name", "Enabled", "MatchingEventTypes", "EventBridgeDestination")
    destination = dict(properties.only(destination, *known))
    name = destination.pop("Name")
    # `deliveryDelay` in a template is `DELIVERY_DELAY` in the API.
    types = [re.sub(r"(?=[A-Z])", "_", each).upper() for each in destination["MatchingEventTypes"]]
    destination["MatchingEventTypes"] = types
    _client("sesv2").create_configuration_set_event_destination(
        ConfigurationSetName=configuration_set, EventDestinationName=name, EventDestination=destination
    )
    return {"Ref": name}


def _without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


_MAKERS: dict[str, Callable[[_Properties], Physical]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::Events::Rule": _rule,
    "AWS::SES::EmailIdentity": _mail_identity,
    "AWS::SES::ConfigurationSet": _mail_configuration_set,
    "AWS::SES::ConfigurationSetEventDestination": _mail_event_destination,
}
