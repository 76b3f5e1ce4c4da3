"""Nothing that is deployed goes unwatched, and every alarm says what to do."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from chalicelib.runtime.metrics import Metric
from infra import packaged
from infra.local.template import DATA_TEMPLATE, load

OPERATIONS = (packaged.PROJECT / "docs" / "operations.md").read_text("utf-8")


@cache
def _template() -> dict[str, Any]:
    return packaged.template()


def _of_type(kind: str, template: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    resources = (template or _template())["Resources"]
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def _watched_values(dimension: str) -> list[Any]:
    return [
        each["Value"]
        for alarm in _of_type("AWS::CloudWatch::Alarm").values()
        for each in alarm["Dimensions"]
        if each["Name"] == dimension
    ]


def test_every_function_s_failures_ring() -> None:
    functions = _of_type("AWS::Serverless::Function")

    assert len(functions) >= 13
    assert [name for name in functions if {"Ref": name} not in _watched_values("FunctionName")] == []


def test_every_queue_of_dead_letters_rings() -> None:
    queues = _of_type("AWS::SQS::Queue", load(DATA_TEMPLATE))
    dead = {
        each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for each in queues.values()
        if "RedrivePolicy" in each
    }

    names = [queues[name]["QueueName"] for name in [*sorted(dead), "FailedEvents"]]

    assert len(names) >= 6
    assert [name for name in names if name not in _watched_values("QueueName")] == []


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
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        assert f"| {alarm['AlarmDescription'].partition('.')[0]} |" in OPERATIONS, name


def test_the_runbook_names_no_alarm_that_is_not_there() -> None:
    section = OPERATIONS.partition("## Alarms\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| ([A-Z][^|]*?) \|", section, re.MULTILINE))

    assert told == {
        alarm["AlarmDescription"].partition(".")[0] for alarm in _of_type("AWS::CloudWatch::Alarm").values()
    }


def test_the_dashboard_is_json_and_shows_every_metric_of_ours() -> None:
    body = json.loads(_of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"])

    shown = {metric[1] for widget in body["widgets"] for metric in widget["properties"]["metrics"]}

    assert {metric.value for metric in Metric} <= shown
    assert all(f"`{metric.value}`" in OPERATIONS for metric in Metric)


def test_alarms_of_the_site_ask_for_the_name_that_the_api_has() -> None:
    assert _of_type("AWS::Serverless::Api")["RestAPI"]["DefinitionBody"]["info"]["title"] == "ddh"


def test_every_function_s_log_is_kept_for_a_while_and_no_longer() -> None:
    groups = _of_type("AWS::Logs::LogGroup")

    assert len(groups) == len(_of_type("AWS::Serverless::Function"))
    assert all(each["RetentionInDays"] == {"Ref": "LogRetentionDays"} for each in groups.values())


def test_mail_leaves_over_tls_is_answered_for_and_goes_to_no_suppressed_address() -> None:
    data = load(DATA_TEMPLATE)
    (configuration,) = _of_type("AWS::SES::ConfigurationSet", data).values()
    (events,) = _of_type("AWS::SES::ConfigurationSetEventDestination", data).values()

    assert configuration["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert configuration["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert events["EventDestination"]["Enabled"] is True
    assert {"delivery", "bounce", "complaint", "reject"} <= set(events["EventDestination"]["MatchingEventTypes"])


def test_few_mails_leave_at_once() -> None:
    assert _of_type("AWS::Serverless::Function")["DeliverMail"]["ReservedConcurrentExecutions"] == 2
