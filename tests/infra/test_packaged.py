"""What `make package` deploys has what AWS needs, and every handler named in it runs alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest
import yaml

from infra import packaged
from infra.local.template import DATA_TEMPLATE, References, load, resolve
from infra.packaging import target

_EVENT_FUNCTIONS = {
    "membership_daily",
    "partners_daily",
    "cases_daily",
    "attach_document",
    "ingest_drop",
    "start_evaluation",
    "evaluation_watchdog",
    "evaluate_municipality",
    "deliver_mail",
    "settle_receipts",
    "sweep_outbox",
    "deliver_webhook",
    "sweep_webhooks",
    "retention_daily",
}


@cache
def _template() -> dict[str, Any]:
    return packaged.template()


def _functions() -> dict[str, dict[str, Any]]:
    resources = _template()["Resources"].items()
    return {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::Serverless::Function"}


def _sources() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each queue's consumer: the function, and its event source."""
    for function in _functions().values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                yield function, event["Properties"]


def _queue_of(source: dict[str, Any]) -> dict[str, Any]:
    """Return the queue of infra/data.yaml that the source's import leads to."""
    data = load(DATA_TEMPLATE)
    exported = {
        resolve(output["Export"]["Name"], _stage): output["Value"]["Fn::GetAtt"][0]
        for output in data["Outputs"].values()
        if "Fn::GetAtt" in output["Value"]
    }
    references = References(ref=lambda _: "prod", attribute=_no_attribute, exported=exported.__getitem__)
    queue: dict[str, Any] = data["Resources"][resolve(source["Queue"], references)]["Properties"]
    return queue


def _no_attribute(name: str, attribute: str) -> str:
    raise LookupError(f"{name}.{attribute}")


_stage = References(ref=lambda _: "prod", attribute=_no_attribute, exported=lambda name: name)


def test_every_function_is_packaged() -> None:
    handlers = {function["Handler"].rpartition(".")[2] for function in _functions().values()}

    assert handlers == {"app", *_EVENT_FUNCTIONS}


def test_every_function_runs_where_its_packages_are_built_for() -> None:
    wanted = {(target.ARCHITECTURE, target.RUNTIME)}

    assert {(*each["Architectures"], each["Runtime"]) for each in _functions().values()} == wanted
    assert wanted == {("x86_64", "python3.11")}


def test_every_queue_s_consumer_reports_the_messages_that_failed() -> None:
    sources = [source for _, source in _sources()]

    assert len(sources) == 6
    assert all(source["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for source in sources)


def test_a_message_stays_hidden_for_six_times_the_time_its_function_has() -> None:
    for function, source in _sources():
        assert _queue_of(source)["VisibilityTimeout"] >= 6 * function["Timeout"], function["Handler"]


def test_every_queue_has_dead_letters() -> None:
    for _, source in _sources():
        redrive = _queue_of(source)["RedrivePolicy"]

        assert redrive["maxReceiveCount"] == 5
        assert redrive["deadLetterTargetArn"]["Fn::GetAtt"][0].endswith("DeadLetters")


def test_schedules_go_by_danish_time() -> None:
    schedules = {
        function["Handler"].rpartition(".")[2]: event["Properties"]
        for function in _functions().values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    }

    assert {name: each["ScheduleExpression"] for name, each in schedules.items()} == {
        "membership_daily": "cron(0 6 * * ? *)",
        "partners_daily": "cron(15 6 * * ? *)",
        "cases_daily": "cron(20 6 * * ? *)",
        "start_evaluation": "cron(0 6 5 * ? *)",
        "evaluation_watchdog": "cron(30 6 * * ? *)",
        "sweep_outbox": "rate(5 minutes)",
        "sweep_webhooks": "rate(5 minutes)",
        "retention_daily": "cron(40 3 * * ? *)",
    }
    assert {each["ScheduleExpressionTimezone"] for each in schedules.values()} == {"Europe/Copenhagen"}


def test_every_function_has_a_role_of_its_own_without_wildcards_for_actions() -> None:
    resources = _template()["Resources"]

    roles = [function["Role"]["Fn::GetAtt"][0] for function in _functions().values()]

    assert len(set(roles)) == len(_functions())
    for role in roles:
        for policy in resources[role]["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not [action for action in actions if "*" in action]
                assert "*" not in statement["Resource"]
                for resource in statement["Resource"]:
                    # An object in a bucket and a stream of a log have no name before they are there; all else has.
                    told = json.dumps(resource)
                    assert "*" not in told or re.search(r":s3:::\$\{Bucket\}/[a-z]+/\*|log-group:[^*]+:\*", told), told


def test_a_function_writes_to_the_log_of_its_own_name_alone() -> None:
    resources = _template()["Resources"]

    for name, function in _functions().items():
        (own,) = function["FunctionName"].values()
        (policy,) = resources[f"{name}Role"]["Properties"]["Policies"]
        (logs,) = (each for each in policy["PolicyDocument"]["Statement"] if each["Sid"] == "WriteLogs")
        assert [each["Fn::Sub"].rpartition("log-group:")[2] for each in logs["Resource"]] == [f"/aws/lambda/{own}:*"]


@pytest.mark.parametrize("stage", ["local", "test", "prod"])
def test_webhooks_go_to_no_receiver_on_the_function_s_own_machine_in_any_stage(stage: str) -> None:
    template = packaged.template(stage)
    functions = [
        each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::Serverless::Function"
    ]
    environments = [
        each.get("Environment", {"Variables": {}}) for each in (template["Globals"]["Function"], *functions)
    ]

    # It is said once, for all functions, and neither a parameter nor a stage of .chalice/config.json can say otherwise.
    named = [each["Variables"]["DDH_WEBHOOK_LOOPBACK"] for each in environments if _names_loopback(each)]

    assert named == [""]


def _names_loopback(environment: dict[str, Any]) -> bool:
    return "DDH_WEBHOOK_LOOPBACK" in environment["Variables"]


def test_the_site_has_one_door_that_speaks_tls_1_2_and_is_throttled() -> None:
    api = _template()["Resources"]["RestAPI"]["Properties"]

    assert api["DisableExecuteApiEndpoint"]
    assert api["Domain"]["SecurityPolicy"] == "TLS_1_2"
    assert api["Domain"]["DomainName"] == {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "BaseUrl"}]}]}
    assert api["Domain"]["CertificateArn"] == {"Ref": "CertificateArn"}
    throttled = {"ThrottlingRateLimit": 50, "ThrottlingBurstLimit": 100}
    assert api["MethodSettings"] == [{"ResourcePath": "/*", "HttpMethod": "*", **throttled}]


def test_the_site_has_one_api_stage_and_tells_no_address_that_is_switched_off() -> None:
    # SAM adds an API stage of its own, "Stage", without a throttle, unless a version is named.
    assert _template()["Resources"]["RestAPI"]["Properties"]["OpenApiVersion"] == "2.0"
    assert not [name for name, each in _template()["Outputs"].items() if "execute-api" in json.dumps(each)]


def test_lambda_takes_no_more_batches_than_a_function_has_concurrency_reserved() -> None:
    reserved = [
        (function["ReservedConcurrentExecutions"], source["ScalingConfig"]["MaximumConcurrency"])
        for function, source in _sources()
        if "ReservedConcurrentExecutions" in function
    ]

    assert reserved == [(2, 2)]


def test_evaluations_and_calls_to_partners_leave_the_site_its_share_of_the_smallest_account() -> None:
    most = {
        function["Handler"].rpartition(".")[2]: source["ScalingConfig"]["MaximumConcurrency"]
        for function, source in _sources()
        if "ScalingConfig" in source
    }

    assert most == {"deliver_mail": 2, "evaluate_municipality": 20, "deliver_webhook": 10}


def test_a_role_is_taken_on_by_lambda_alone() -> None:
    roles = [each["Properties"] for each in _template()["Resources"].values() if each["Type"] == "AWS::IAM::Role"]

    assert len(roles) == len(_functions())
    taken_on = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    for role in roles:
        assert role["AssumeRolePolicyDocument"]["Statement"] == [taken_on]
        assert role.keys() == {"AssumeRolePolicyDocument", "Policies"}  # and no policy of AWS's beside its own


def test_the_site_answers_in_the_time_that_api_gateway_waits() -> None:
    assert _functions()["APIHandler"]["Timeout"] <= 29


def test_any_body_comes_through_the_site_as_bytes() -> None:
    definition = _template()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]

    assert definition["x-amazon-apigateway-binary-media-types"] == ["*/*"]


@pytest.mark.parametrize(
    "name", ["MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE", "THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"]
)
def test_what_api_gateway_refuses_by_itself_is_told_in_danish(name: str) -> None:
    response = _template()["Resources"]["RestAPI"]["Properties"]["GatewayResponses"][name]

    page, problem = response["ResponseTemplates"]["text/html"], response["ResponseTemplates"]["application/json"]
    told = json.loads(problem)
    assert '<html lang="da">' in page
    assert told["detail"].partition(".")[0] in page
    assert str(told.get("status", "")) == response.get("StatusCode", "")
    assert response["ResponseParameters"]["Headers"]["Cache-Control"] == "'no-store'"


def test_only_infra_app_yaml_s_functions_are_there() -> None:
    # The overlay names Chalice's resources: a renamed function would leave a half one behind.
    assert all("Type" in resource for resource in _template()["Resources"].values())


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


@pytest.mark.parametrize("name", ["data", "merged"])
def test_cfn_lint_finds_nothing(name: str, tmp_path: Path) -> None:
    path = DATA_TEMPLATE
    if name == "merged":
        path = tmp_path / "merged.yaml"
        path.write_text(yaml.dump(_template(), Dumper=_Dumper, sort_keys=False), encoding="utf-8")

    assert cfnlint.api.lint_file(path) == []


@pytest.mark.parametrize("name", ["app", *sorted(_EVENT_FUNCTIONS)])
def test_a_handler_imports_alone_with_an_empty_environment(name: str) -> None:
    (handler,) = [each["Handler"] for each in _functions().values() if each["Handler"].endswith(f".{name}")]
    module, _, attribute = handler.rpartition(".")
    others = "" if name == "app" else "; assert 'app' not in sys.modules"
    program = f"import sys, {module} as m; assert callable(m.{attribute}){others}"

    # -I keeps the environment and the working directory out; the path is what Lambda's is: the package's root.
    alone = f"import sys; sys.path.insert(0, {str(packaged.PROJECT)!r}); {program}"
    done = subprocess.run([sys.executable, "-I", "-c", alone], env={}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
