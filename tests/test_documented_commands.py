"""Every AWS command in the runbook exists with the options that it is given: held to botocore's description of AWS."""

from __future__ import annotations

import re
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

_RUNBOOK = Path(__file__).resolve().parents[1] / "docs" / "operations.md"
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
