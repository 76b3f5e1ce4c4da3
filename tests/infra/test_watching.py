"""Nothing that is deployed goes unwatched, and every alarm says what to do."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from chalicelib.runtime import metrics
from chalicelib.runtime.metrics import Metric
from infra import packaged
from infra.local.template import DATA_TEMPLATE, load
from tests.conftest import EmulatedAWS

OPERATIONS = (packaged.PROJECT / "docs" / "operations.md").read_text("utf-8")


@cache
def _template() -> dict[str, Any]:
    return packaged.template()


def _of_type(kind: str, template: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    resources = (template or _template())["Resources"]
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def _rings(name: str) -> dict[str, Any]:
    """Return when an alarm rings: everything but what it is called and whom it tells."""
    alarm = _of_type("AWS::CloudWatch::Alarm")[f"{name}Alarm"]
    return {key: value for key, value in alarm.items() if key not in ("AlarmDescription", "AlarmActions", "OKActions")}


def _when(metric: str, statistic: str, at_least: float, *, minutes: int = 5, **more: Any) -> dict[str, Any]:
    namespace, _, name = metric.rpartition(" ")
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [],
        "Statistic": statistic,
        "Period": 60 * minutes,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": at_least,
        "TreatMissingData": "notBreaching",
        **more,
    }


def test_every_function_s_failures_ring() -> None:
    functions = _of_type("AWS::Serverless::Function")

    assert len(functions) == 15
    for name in functions:
        of_it = [{"Name": "FunctionName", "Value": {"Ref": name}}]
        assert _rings(f"{name}Errors") == _when("AWS/Lambda Errors", "Sum", 1, Dimensions=of_it)


def test_every_queue_of_dead_letters_rings() -> None:
    queues = _of_type("AWS::SQS::Queue", load(DATA_TEMPLATE))
    dead = {
        each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for each in queues.values()
        if "RedrivePolicy" in each
    }

    assert len(dead) == 6
    for name in (*dead, "FailedEvents"):
        of_it = [{"Name": "QueueName", "Value": queues[name]["QueueName"]}]
        visible = _when("AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", 1, Dimensions=of_it)
        assert _rings(name) == visible


_API = {"Fn::Sub": "ddh-${Stage}"}
_OURS = [{"Name": "service", "Value": "ddh"}, {"Name": "stage", "Value": {"Ref": "Stage"}}]


@pytest.mark.parametrize(
    ("name", "when"),
    [
        # A sample every five minutes may miss its period: two of three are enough.
        (
            "OldMail",
            _when("DDH OldestMailMinutes", "Maximum", 30, EvaluationPeriods=3, DatapointsToAlarm=2, Dimensions=_OURS),
        ),
        ("MonthNotEvaluated", _when("DDH MonthsWaiting", "Maximum", 1, minutes=24 * 60, Dimensions=_OURS)),
        ("MailAmbiguous", _when("DDH MailsAmbiguous", "Sum", 1, Dimensions=_OURS)),
        ("MailFailed", _when("DDH MailsFailed", "Sum", 1, Dimensions=_OURS)),
        ("MailBounced", _when("AWS/SES Reputation.BounceRate", "Average", 0.03, minutes=60)),
        ("MailComplained", _when("AWS/SES Reputation.ComplaintRate", "Average", 0.0005, minutes=60)),
        (
            "SiteFails",
            _when("AWS/ApiGateway 5XXError", "Sum", 1, Dimensions=[{"Name": "ApiName", "Value": _API}]),
        ),
        (
            "SchedulesStopped",
            _when(
                "AWS/Lambda Invocations",
                "Sum",
                1,
                Dimensions=[{"Name": "FunctionName", "Value": {"Ref": "SweepOutbox"}}],
                ComparisonOperator="LessThanThreshold",
                EvaluationPeriods=3,
                DatapointsToAlarm=3,
                TreatMissingData="breaching",
            ),
        ),
    ],
)
def test_what_no_function_s_failure_tells_of_rings_too(name: str, when: dict[str, Any]) -> None:
    assert _rings(name) == when


def test_whatever_is_called_without_anybody_waiting_leaves_what_failed_somewhere() -> None:
    failed = {"Fn::ImportValue": {"Fn::Sub": "ddh-${Stage}-FailedEventsArn"}}
    data = load(DATA_TEMPLATE)

    for name, function in _of_type("AWS::Serverless::Function").items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "ScheduleV2":
                assert event["Properties"]["DeadLetterConfig"] == {"Arn": failed}, name
                assert function["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": failed}, name
                (role,) = _of_type("AWS::IAM::Role")[f"{name}Role"]["Policies"]
                allowed = [each for each in role["PolicyDocument"]["Statement"] if each["Action"] == "sqs:SendMessage"]
                assert any(failed in each["Resource"] for each in allowed), name
    for name, rule in _of_type("AWS::Events::Rule", data).items():
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["FailedEvents", "Arn"]}}, name
        assert {"Fn::GetAtt": [name, "Arn"]} in (
            data["Resources"]["FailedEventsPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Condition"][
                "ArnEquals"
            ]["aws:SourceArn"]
        )


def test_every_alarm_is_mailed_and_stands_in_the_runbook() -> None:
    for name, alarm in _of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}], name
        assert f"| {alarm['AlarmDescription'].partition('.')[0]} |" in OPERATIONS, name


def test_alarms_come_by_mail_and_cloudwatch_alone_may_send_them() -> None:
    (topic,) = _of_type("AWS::SNS::Topic").values()
    (policy,) = _of_type("AWS::SNS::TopicPolicy").values()
    (allowed,) = (each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow")

    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": {"Ref": "AlarmAddress"}}]
    assert policy["Topics"] == [{"Ref": "AlarmTopic"}]
    ours = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
    assert {key: value for key, value in allowed.items() if key != "Sid"} == {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": {"Ref": "AlarmTopic"},
        "Condition": {"ArnLike": {"aws:SourceArn": {"Fn::Sub": ours}}},
    }


def test_the_runbook_names_no_alarm_that_is_not_there() -> None:
    section = OPERATIONS.partition("## Alarms\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| ([A-Z][^|]*?) \|", section, re.MULTILINE))

    assert told == {
        alarm["AlarmDescription"].partition(".")[0] for alarm in _of_type("AWS::CloudWatch::Alarm").values()
    }


def test_the_dashboard_is_json_and_shows_every_metric_of_ours() -> None:
    shown = {metric[1] for metric in _curves()}

    assert {metric.value for metric in Metric} <= shown
    assert all(f"`{metric.value}`" in OPERATIONS for metric in Metric)


def test_alarms_and_curves_of_the_site_ask_for_the_name_that_the_api_has() -> None:
    api = _of_type("AWS::Serverless::Api")["RestAPI"]

    assert api["Name"] == api["DefinitionBody"]["info"]["title"] == _API
    asked = [metric[3] for metric in _curves() if metric[0] == "AWS/ApiGateway"]
    assert asked == [_API["Fn::Sub"]] * 3


def test_alarms_and_curves_ask_for_what_the_functions_tell(
    aws: EmulatedAWS, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics.flush()  # what tests before left
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    for metric in Metric:
        metrics.count(metric)
    metrics.flush()
    line = json.loads(capsys.readouterr().out)
    (told,) = line["_aws"]["CloudWatchMetrics"]
    (dimensions,) = told["Dimensions"]
    names = {each["Name"] for each in told["Metrics"]}

    alarms = [each for each in _of_type("AWS::CloudWatch::Alarm").values() if each["Namespace"] == told["Namespace"]]
    curves = [metric for metric in _curves() if metric[0] == told["Namespace"]]

    assert {name for name in names if name in line} == names == {metric[1] for metric in curves}
    assert len(alarms) == 5
    for alarm in alarms:
        asked = {each["Name"]: _in_stage(each["Value"], line["stage"]) for each in alarm["Dimensions"]}
        assert asked == {name: line[name] for name in dimensions}, alarm["MetricName"]
        assert alarm["MetricName"] in names
    for _, _, *pairs in curves:
        asked = dict(zip(pairs[::2], pairs[1::2], strict=True))
        assert {name: _in_stage(value, line["stage"]) for name, value in asked.items()} == {
            name: line[name] for name in dimensions
        }


def _in_stage(value: Any, stage: str) -> Any:
    return stage if value in ({"Ref": "Stage"}, "${Stage}") else value


def _curves() -> list[list[Any]]:
    body = json.loads(_of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"])
    return [metric for widget in body["widgets"] for metric in widget["properties"]["metrics"]]


def test_every_function_s_log_is_kept_for_a_while_and_no_longer() -> None:
    groups = _of_type("AWS::Logs::LogGroup")

    names = [each["LogGroupName"]["Fn::Sub"] for each in groups.values()]
    assert sorted(names) == sorted(f"/aws/lambda/${{{name}}}" for name in _of_type("AWS::Serverless::Function"))
    assert all(each["RetentionInDays"] == {"Ref": "LogRetentionDays"} for each in groups.values())


def test_mail_leaves_over_tls_is_answered_for_and_goes_to_no_suppressed_address() -> None:
    data = load(DATA_TEMPLATE)
    (configuration,) = _of_type("AWS::SES::ConfigurationSet", data).values()
    (events,) = _of_type("AWS::SES::ConfigurationSetEventDestination", data).values()

    assert configuration["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert configuration["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    (identity,) = _of_type("AWS::SES::EmailIdentity", data).values()
    assert identity == {"EmailIdentity": {"Ref": "MailDomain"}}
    assert events["ConfigurationSetName"] == {"Ref": "MailConfigurationSet"}
    destination = events["EventDestination"]
    assert destination["Enabled"] is True
    told = {"send", "delivery", "bounce", "complaint", "reject", "deliveryDelay"}
    assert set(destination["MatchingEventTypes"]) == told
    # ReceiptsRule hears the bus of the account.
    bus = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"
    assert destination["EventBridgeDestination"] == {"EventBusArn": {"Fn::Sub": bus}}


def test_few_mails_leave_at_once() -> None:
    assert _of_type("AWS::Serverless::Function")["DeliverMail"]["ReservedConcurrentExecutions"] == 2
