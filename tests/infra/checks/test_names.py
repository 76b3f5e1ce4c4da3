"""Two stages lie in one account and region side by side: whatever has a name there has its stage's."""

from __future__ import annotations

from typing import Any

import pytest

from infra import packaged
from infra.checks.names import unstaged
from infra.local.template import DATA_TEMPLATE, load


def _schedules(template: dict[str, Any]) -> list[str]:
    return [
        event["Properties"]["Name"]["Fn::Sub"]
        for function in template["Resources"].values()
        for event in function.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    ]


def test_every_name_of_both_stacks_carries_the_stage() -> None:
    assert unstaged(load(DATA_TEMPLATE)) == []
    assert unstaged(packaged.template()) == []


def test_a_schedule_is_called_as_the_one_function_that_it_starts() -> None:
    names = _schedules(packaged.template())

    assert len(names) == len(set(names)) == 8
    assert "ddh-${Stage}-membership-daily" in names


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        ({"TopicName": "alarms"}, "X.TopicName: alarms"),
        ({"Name": {"Fn::Sub": "ddh-${AWS::AccountId}"}}, "X.Name: {'Fn::Sub': 'ddh-${AWS::AccountId}'}"),
        ({"Events": {"Daily": {"Type": "ScheduleV2", "Properties": {}}}}, "X.Daily: XDaily"),
        ({"TopicName": {"Fn::Sub": "ddh-${Stage}-alarms"}}, None),
        ({"LogGroupName": {"Fn::Sub": "/aws/lambda/${Site}"}}, None),
        ({"FunctionName": {"Ref": "Site"}}, None),
        ({"MetricName": "Errors", "StageName": "api"}, None),
    ],
)
def test_a_name_that_every_stage_would_have_is_told(resource: dict[str, Any], told: str | None) -> None:
    assert unstaged({"Resources": {"X": {"Properties": resource}}}) == ([told] if told else [])


def test_an_export_that_every_stage_would_have_is_told() -> None:
    template = {"Resources": {}, "Outputs": {"Queue": {"Value": "x", "Export": {"Name": "queue"}}}}

    assert unstaged(template) == ["Queue.Export: queue"]
