"""The runbook's commands for restoring bring every table back, wherever they broke off and were taken up again.

They are run by bash, as they stand there, against an `aws` that knows of tables and backups alone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.packaged import PROJECT

_AWS = """\
import json, os, pathlib, sys

path = pathlib.Path(os.environ["STATE"])
state = json.loads(path.read_text())
tables, backups = state["tables"], state["backups"]
words = sys.argv[1:]
option = {name: value for name, value in zip(words, words[1:]) if name.startswith("--")}
name = option.get("--table-name") or option.get("--target-table-name", "")
command = " ".join(words[1:3] if words[1] == "wait" else words[1:2])
if len(words) > 1 and f"{command} {name}" == os.environ.get("BREAKS_AT"):
    os.kill(os.getppid(), 9)
    sys.exit(255)


def refuse(if_so, why):
    if if_so:
        sys.exit(f"An error occurred: {why}: {name}")


match command:
    case "list-stack-resources":
        print("\\t".join(state["stack"]) if "Table" in option["--query"] else "ddh-prod-site")
    case "list-event-source-mappings":
        print("1\\tarn:ddh-prod-deliver-mail")
    case "create-backup":
        refuse(name not in tables, "not found")
        backups.append(tables[name]["holds"])
        print(len(backups))
    case "describe-backup":
        refuse(not option["--backup-arn"].isdigit(), "no such backup")
        print("AVAILABLE")
    case "restore-table-to-point-in-time":
        source = option["--source-table-name"]
        refuse(source not in tables or name in tables, "not found, or already exists")
        tables[name] = {"holds": f"{source} of then", "protected": False}
    case "restore-table-from-backup":
        refuse(name in tables, "already exists")
        tables[name] = {"holds": backups[int(option["--backup-arn"]) - 1], "protected": False}
    case "update-table":
        refuse(name not in tables, "not found")
        tables[name]["protected"] = "--deletion-protection-enabled" in words
    case "delete-table":
        refuse(name not in tables or tables[name]["protected"], "not found, or protected")
        del tables[name]
    case "wait table-exists":
        refuse(name not in tables, "Max attempts exceeded")
    case "wait table-not-exists":
        refuse(name in tables, "Max attempts exceeded")
path.write_text(json.dumps(state))
"""
_TABLES = ("ddh-prod-access", "ddh-prod-cases", "ddh-prod-mail")


def _steps() -> dict[int, str]:
    """Return what bash is given in each step."""
    text = (PROJECT / "docs" / "operations.md").read_text("utf-8").partition("\n## Restoring\n")[2]
    parts = re.split(r"\n\*\*Step (\d): ", text.partition("\n### ")[0])
    blocks = {
        int(n): re.findall(r"```sh\n(.*?)```", said, re.DOTALL)
        for n, said in zip(parts[1::2], parts[2::2], strict=True)
    }
    return {n: "".join(each) for n, each in blocks.items()}


class _Account:
    """Tables of a deployment, some backups, and shells in which the runbook's steps are run."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "state.json"
        self._folder = folder
        tables = {name: {"holds": f"{name} of now", "protected": True} for name in _TABLES}
        self._state.write_text(json.dumps({"stack": _TABLES, "tables": tables, "backups": []}))
        (folder / "aws.py").write_text(_AWS)
        command = folder / "aws"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -S {folder}/aws.py "$@"\n')
        command.chmod(0o755)

    def run(self, *steps: int, breaks_at: str = "") -> str:
        """Run steps in a new shell, which is killed at a command of a table: `delete-table ddh-prod-mail`."""
        script = "".join(_steps()[step] for step in steps)
        path = f"{self._folder}:{os.environ['PATH']}"
        environment = {"PATH": path, "STATE": str(self._state), "BREAKS_AT": breaks_at}
        done = subprocess.run(
            ["bash", "-c", script], env=environment, cwd=self._folder, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    @property
    def tables(self) -> dict[str, str]:
        return {name: each["holds"] for name, each in json.loads(self._state.read_text())["tables"].items()}


_DONE = {f"{name}{end}": f"{name} of then" for name in _TABLES for end in ("", "-restored")}


def test_the_steps_stand_one_by_one() -> None:
    assert list(_steps()) == list(range(8))
    assert all(_steps().values())


@pytest.mark.parametrize(
    ("step", "breaks_at"),
    [
        (2, ""),
        (2, "restore-table-to-point-in-time ddh-prod-cases-restored"),
        (3, "create-backup ddh-prod-cases-restored"),
        (3, "delete-table ddh-prod-cases"),
        (3, "restore-table-from-backup ddh-prod-cases"),
        (3, "wait table-exists ddh-prod-mail"),
    ],
)
def test_restoring_is_taken_up_in_a_new_shell_where_it_broke_off(tmp_path: Path, step: int, breaks_at: str) -> None:
    account = _Account(tmp_path)
    account.run(0, *range(2, step + 1), breaks_at=breaks_at)
    if breaks_at:
        assert account.tables != _DONE

    for again in range(step, 4):
        account.run(0, again)

    assert account.tables == _DONE


def test_nothing_is_deleted_where_there_is_nothing_to_put_in_its_place(tmp_path: Path) -> None:
    account = _Account(tmp_path)

    told = account.run(0, 3)

    assert "STOPPED at ddh-prod-access" in told
    assert account.tables == {name: f"{name} of now" for name in _TABLES}
