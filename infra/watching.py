"""What watches a deployment: alarms that mail the operator, and one page of curves.

Made from the templates themselves, so that a function or a queue of dead letters that is added later is watched too.
docs/operations.md says of each alarm what it means and what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime.metrics import NAMESPACE, Metric

_HOUR, _DAY = 3600, 86400
_SITE = {"ApiName": {"Fn::Sub": "ddh-${Stage}"}}
_OURS = {"service": "ddh", "stage": {"Ref": "Stage"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm: it rings when the metric's statistic of a period is at least (or `below`) the threshold.

    `what` is its name in docs/operations.md. `silence_rings` says that no data is bad news too. `of_periods` bad ones
    suffice, if it is given: a sample that comes a moment late leaves its period empty.
    """

    what: str
    namespace: str
    metric: str
    dimensions: Mapping[str, Any]
    statistic: str
    at_least: float | None = None
    below: float | None = None
    period_seconds: int = 300
    periods: int = 1
    of_periods: int | None = None
    silence_rings: bool = False


def watched(template: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the merged template with its alarms and the dashboard. `data` is infra/data.yaml's template."""
    functions = [
        name for name, each in template["Resources"].items() if each.get("Type") == "AWS::Serverless::Function"
    ]
    queues = {
        name: each["Properties"]["QueueName"]["Fn::Sub"]
        for name, each in data["Resources"].items()
        if each["Type"] == "AWS::SQS::Queue"
    }
    alarms = dict(_alarms(functions, queues))
    resources = {f"{name}Alarm": _alarm(alarm) for name, alarm in alarms.items()}
    dashboard = {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Fn::Sub": "ddh-${Stage}"},
            "DashboardBody": {"Fn::Sub": json.dumps({"widgets": _widgets(functions, queues)})},
        },
    }
    return {**template, "Resources": {**template["Resources"], **resources, "Dashboard": dashboard}}


def _alarms(functions: list[str], queues: Mapping[str, str]) -> Iterator[tuple[str, Alarm]]:
    for name in functions:
        yield (
            f"{name}Errors",
            Alarm(
                what="A function fails",
                namespace="AWS/Lambda",
                metric="Errors",
                dimensions={"FunctionName": {"Ref": name}},
                statistic="Sum",
                at_least=1,
            ),
        )
    for name, queue in queues.items():
        if _holds_dead_letters(name):
            yield (
                name,
                Alarm(
                    what="Dead letters",
                    namespace="AWS/SQS",
                    metric="ApproximateNumberOfMessagesVisible",
                    dimensions={"QueueName": {"Fn::Sub": queue}},
                    statistic="Maximum",
                    at_least=1,
                ),
            )
    yield from _ALARM_BY_NAME.items()


def _ours(what: str, metric: Metric, **more: Any) -> Alarm:
    return Alarm(what=what, namespace=NAMESPACE, metric=metric.value, dimensions=_OURS, **more)


_ALARM_BY_NAME: Mapping[str, Alarm] = {
    "MessagesFailed": _ours("A message fails", Metric.MESSAGES_FAILED, statistic="Sum", at_least=1),
    "MonthNotEvaluated": _ours(
        "A month is not evaluated", Metric.MONTHS_WAITING, statistic="Maximum", at_least=1, period_seconds=_DAY
    ),
    "OldMail": _ours(
        "A mail waits too long",
        Metric.OLDEST_MAIL_MINUTES,
        statistic="Maximum",
        at_least=30,
        periods=3,
        of_periods=2,
    ),
    "MailAmbiguous": _ours("A mail is uncertain", Metric.MAILS_AMBIGUOUS, statistic="Sum", at_least=1),
    "MailFailed": _ours("A mail failed", Metric.MAILS_FAILED, statistic="Sum", at_least=1),
    "MailBounced": Alarm(
        what="Mails bounce",
        namespace="AWS/SES",
        metric="Reputation.BounceRate",
        dimensions={},
        statistic="Average",
        at_least=0.03,  # SES looks at an account from 5 % on, and stops it from 10 %
        period_seconds=_HOUR,
    ),
    "MailComplained": Alarm(
        what="Mails are called spam",
        namespace="AWS/SES",
        metric="Reputation.ComplaintRate",
        dimensions={},
        statistic="Average",
        at_least=0.0005,  # SES looks at an account from 0.1 % on
        period_seconds=_HOUR,
    ),
    "SiteFails": Alarm(
        what="The site fails",
        namespace="AWS/ApiGateway",
        metric="5XXError",
        dimensions=_SITE,
        statistic="Sum",
        at_least=1,
    ),
    "SchedulesStopped": Alarm(
        what="Schedules have stopped",
        namespace="AWS/Lambda",
        metric="Invocations",
        dimensions={"FunctionName": {"Ref": "SweepOutbox"}},
        statistic="Sum",
        below=1,
        periods=3,
        silence_rings=True,
    ),
}


def _alarm(alarm: Alarm) -> dict[str, Any]:
    rings_below = alarm.below is not None
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": f"{alarm.what}. What to do: docs/operations.md, Alarms.",
            "Namespace": alarm.namespace,
            "MetricName": alarm.metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
            "Statistic": alarm.statistic,
            "Period": alarm.period_seconds,
            "EvaluationPeriods": alarm.periods,
            "DatapointsToAlarm": alarm.of_periods or alarm.periods,
            "ComparisonOperator": "LessThanThreshold" if rings_below else "GreaterThanOrEqualToThreshold",
            "Threshold": alarm.below if rings_below else alarm.at_least,
            "TreatMissingData": "breaching" if alarm.silence_rings else "notBreaching",
            "AlarmActions": [{"Ref": "AlarmTopic"}],
            "OKActions": [{"Ref": "AlarmTopic"}],
        },
    }


def _widgets(functions: list[str], queues: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the dashboard's curves, two in a row. They name things by `${…}`, which Fn::Sub fills in."""
    ours = ["service", "ddh", "stage", "${Stage}"]
    mails = [metric for metric in Metric if metric.value.startswith("Mails")]
    webhooks = [metric for metric in Metric if metric.value.startswith("Webhooks")]
    drops = (Metric.DROPS, Metric.ROWS_ACCEPTED, Metric.ROWS_REJECTED)
    evaluated = (Metric.MUNICIPALITY_MONTHS_EVALUATED, Metric.MONTHS_WAITING)
    curves: list[tuple[str, str, list[list[Any]]]] = [
        ("Files and rows", "Sum", [[NAMESPACE, metric.value, *ours] for metric in drops]),
        ("Evaluation", "Maximum", [[NAMESPACE, metric.value, *ours] for metric in evaluated]),
        ("Mails", "Sum", [[NAMESPACE, metric.value, *ours] for metric in mails]),
        ("Minutes that the oldest mail has waited", "Maximum", [[NAMESPACE, Metric.OLDEST_MAIL_MINUTES.value, *ours]]),
        ("Events told to partners", "Sum", [[NAMESPACE, metric.value, *ours] for metric in webhooks]),
        (
            "Failures by function, and of messages",
            "Sum",
            [
                [NAMESPACE, Metric.MESSAGES_FAILED.value, *ours],
                *(["AWS/Lambda", "Errors", "FunctionName", f"${{{each}}}"] for each in functions),
            ],
        ),
        (
            "Time by function, the slowest of a hundred",
            "p99",
            [["AWS/Lambda", "Duration", "FunctionName", f"${{{each}}}"] for each in functions],
        ),
        (
            "Messages that wait",
            "Maximum",
            [
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]
                for name, queue in queues.items()
                if not _holds_dead_letters(name)
            ],
        ),
        (
            "Dead letters",
            "Maximum",
            [
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]
                for name, queue in queues.items()
                if _holds_dead_letters(name)
            ],
        ),
        (
            "The site",
            "Sum",
            [
                ["AWS/ApiGateway", metric, "ApiName", _SITE["ApiName"]["Fn::Sub"]]
                for metric in ("Count", "4XXError", "5XXError")
            ],
        ),
    ]
    return [
        {
            "type": "metric",
            "x": 12 * (place % 2),
            "y": 6 * (place // 2),
            "width": 12,
            "height": 6,
            "properties": {
                "title": title,
                "stat": statistic,
                "period": 300,
                "region": "${AWS::Region}",
                "view": "timeSeries",
                "metrics": metrics,
            },
        }
        for place, (title, statistic, metrics) in enumerate(curves)
    ]


def _holds_dead_letters(name: str) -> bool:
    return re.search(r"DeadLetters$|^FailedEvents$", name) is not None
