"""Every AWS command in the runbook exists with the options that it is given: held to botocore's description of AWS."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from infra.ops import schedules
from infra.packaged import name_of, template

_PROJECT = Path(__file__).resolve().parents[1]
_RUNBOOK = _PROJECT / "docs" / "operations.md"
_COMMAND = re.compile(
    r"\baws ((?!s3 |logs tail |sso login |configure sso )[a-z0-9]+) (wait )?([a-z0-9-]+)((?:(?!\$\()[^`|;)#\n])*)"
)
_OPTION = re.compile(r"(?<=\s)--([a-z0-9-]+)")
#: Of s3, `logs tail` and signing in only the command line knows; and this is what it understands of any command.
_GLOBAL = {"query", "output", "region", "profile", "cli-binary-format", "cli-read-timeout"}
_SESSION = botocore.session.get_session()


def _commands() -> list[tuple[str, bool, str, tuple[str, ...]]]:
    found = _COMMAND.finditer(_RUNBOOK.read_text("utf-8").replace("\\\n", " "))
    return sorted({(match[1], bool(match[2]), match[3], tuple(_OPTION.findall(match[4]))) for match in found})


@pytest.mark.parametrize(("service", "waits", "name", "options"), _commands())
def test_a_command_of_the_runbook_exists_with_its_options(
    service: str, waits: bool, name: str, options: tuple[str, ...]
) -> None:
    model = _SESSION.get_service_model(service.removesuffix("api"))  # `s3api` is s3's
    if waits:
        waiters = _SESSION.get_waiter_model(service)
        by_name = {xform_name(each, "-"): waiters.get_waiter(each).operation for each in waiters.waiter_names}
        operation = model.operation_model(by_name[name])
    else:
        operation = model.operation_model({xform_name(each, "-"): each for each in model.operation_names}[name])
    members = {xform_name(member, "-") for member in operation.input_shape.members}

    unknown = [option for option in options if option.removeprefix("no-") not in members and option not in _GLOBAL]

    assert unknown == []


def test_the_runbook_has_commands() -> None:
    assert len(_commands()) > 20


def test_functions_are_invoked_in_one_way_which_no_client_s_default_cuts_short() -> None:
    """CLI 2 takes a payload for base64 unless it is told, gives up after a minute, and then invokes again."""
    text = _RUNBOOK.read_text("utf-8")
    invoked = [set(options) for service, _, name, options in _commands() if (service, name) == ("lambda", "invoke")]

    assert invoked
    assert all(each == {"function-name", "cli-binary-format", "cli-read-timeout", "payload"} for each in invoked)
    assert text.count("--cli-binary-format raw-in-base64-out --cli-read-timeout 0 ") == text.count("aws lambda invoke ")
    assert text.count("AWS CLI 2") == 1


_CLOCK = re.compile(r"cron\((\d+) (\d+) (\*|\d+) \* \? \*\)")


def _in_words(expression: str) -> str:
    if match := _CLOCK.fullmatch(expression):
        day = "" if match[3] == "*" else f" on the {match[3]}th"
        return f"{int(match[2]):02}:{int(match[1]):02}{day}"
    return f"every {expression.removeprefix('rate(').removesuffix(')')}"


def test_the_runbook_says_of_each_scheduled_job_when_it_runs() -> None:
    section = _RUNBOOK.read_text("utf-8").partition("\n## Scheduled jobs\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| `")]

    told = {name: when for names, when, _ in rows for name in re.findall(r"`([a-z-]+)`", names)}

    assert told == {name: _in_words(expression) for name, expression in schedules.expressions().items()}


def test_functions_and_their_logs_are_called_what_they_are_called_on_aws() -> None:
    text = _RUNBOOK.read_text("utf-8")
    functions = {name_of(each["Properties"]) for each in template()["Resources"].values() if "Handler" in _inside(each)}

    called = re.findall(r"--function-name (?:ddh-prod|ddh-\$STAGE)-([a-z-]+)", text)
    called += re.findall(r"\brun ddh-\$STAGE-([a-z-]+)", text)
    called += re.findall(r"/aws/lambda/ddh-prod-([a-z-]+)", text)

    assert {"membership-daily", "retention-daily", "site"} <= set(called) <= functions
    assert "APIHandler" not in text


def _inside(resource: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = resource.get("Properties", {})
    return properties


def test_every_target_that_make_names_or_a_document_calls_has_a_rule() -> None:
    makefile = (_PROJECT / "Makefile").read_text("utf-8")
    rules = set(re.findall(r"^([a-z]+):(?!=)", makefile, re.MULTILINE))
    (named,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    documents = [_PROJECT / "README.md", *sorted((_PROJECT / "docs").rglob("*.md"))]
    called = {name for each in documents for name in re.findall(r"`make ([a-z]+)", each.read_text("utf-8"))}

    assert set(named.split()) == rules
    assert {"run", "ops", "deploy"} <= called <= rules


def test_make_ops_calls_what_it_says() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "ops", "ARGS=--stage prod outbox"],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "python -m infra.ops --stage prod outbox" in done.stdout


def test_what_lambda_itself_says_of_a_function_is_plain_text_and_looked_for_as_that() -> None:
    text = _RUNBOOK.read_text("utf-8")
    functions = [each["Properties"] for each in template()["Resources"].values() if "Handler" in _inside(each)]

    assert not any("LoggingConfig" in each for each in functions), "in JSON another pattern would find it"
    patterns = re.findall(r"--filter-pattern '([^']+)'", text)
    assert [each.startswith("{") for each in patterns] == [True, False]
    assert all(f'?"{said}"' in patterns[1] for said in ("Task timed out", "Runtime.", "[ERROR]"))


def test_a_command_uses_no_variable_that_only_a_function_has() -> None:
    assert "$DDH_" not in _RUNBOOK.read_text("utf-8")


def test_all_mail_is_stopped_and_let_go_again_as_the_template_has_it() -> None:
    told = _RUNBOOK.read_text("utf-8").partition("**Stop all mail now**")[2].partition("\n## ")[0]
    (reserved,) = {
        each["Properties"]["ReservedConcurrentExecutions"]
        for each in template()["Resources"].values()
        if "ReservedConcurrentExecutions" in _inside(each)
    }

    assert re.findall(r"--reserved-concurrent-executions (\d+)", told) == ["0", str(reserved)]
    assert re.findall(r"--uuid \$M (\S+)", told) == ["--no-enabled", "--enabled"]
