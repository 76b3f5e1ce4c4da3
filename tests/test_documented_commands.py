"""Every AWS command in the runbook exists with the options that it is given: held to botocore's description of AWS."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

_PROJECT = Path(__file__).resolve().parents[1]
_RUNBOOK = _PROJECT / "docs" / "operations.md"
_COMMAND = re.compile(r"\baws ((?!s3 |logs tail )[a-z0-9]+) (wait )?([a-z0-9-]+)((?:(?!\$\()[^`|;)#\n])*)")
_OPTION = re.compile(r"(?<=\s)--([a-z0-9-]+)")
#: Of s3 and `logs tail` only the command line knows; and this is what it understands of any command.
_GLOBAL = {"query", "output", "region", "profile", "cli-binary-format"}
_SESSION = botocore.session.get_session()


def _commands() -> list[tuple[str, bool, str, tuple[str, ...]]]:
    found = _COMMAND.finditer(_RUNBOOK.read_text("utf-8").replace("\\\n", " "))
    return sorted({(match[1], bool(match[2]), match[3], tuple(_OPTION.findall(match[4]))) for match in found})


@pytest.mark.parametrize(("service", "waits", "name", "options"), _commands())
def test_a_command_of_the_runbook_exists_with_its_options(
    service: str, waits: bool, name: str, options: tuple[str, ...]
) -> None:
    model = _SESSION.get_service_model(service)
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
