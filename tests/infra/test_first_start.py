"""The first start lets the secretariat in, brings the members in, and is safe to do again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalicelib.access import grants, staff
from chalicelib.access.people import Person, Role
from chalicelib.members import register
from infra import first_start
from infra.first_start import NotAMembersFile
from infra.ops import where
from tests.conftest import EmulatedAWS

_HEADER = "municipality_code;active_from;services;leaders"
_SAMSOE = "741;2012-01-01;contact_centre chatbot;leder@samsoe.example digital@samsoe.example"


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "members.csv"
    path.write_text("\n".join((_HEADER, *lines)), "utf-8")
    return path


def test_a_new_deployment_has_its_members_and_lets_their_leaders_in(aws: EmulatedAWS, tmp_path: Path) -> None:
    added = first_start.start(first_start.members_in(_file(tmp_path, _SAMSOE)))

    assert added == 1
    member = register.get("741")
    assert member is not None
    assert member.name == "Samsø"
    for address in member.leaders:
        assert grants.of(address) == (Person(address=address, role=Role.LEADER, municipality_code="741"),)
    assert [person.role for person in staff.everybody()] == [Role.SECRETARIAT]


def test_a_second_start_takes_nothing_back(aws: EmulatedAWS, tmp_path: Path) -> None:
    members = first_start.members_in(_file(tmp_path, _SAMSOE))
    first_start.start(members)
    before = register.get("741")
    assert before is not None

    assert first_start.start(members) == 0

    assert register.get("741") == before
    assert len(staff.everybody()) == 1


@pytest.mark.parametrize(
    "line",
    [
        "999;2012-01-01;chatbot;a@samsoe.example",
        "741;1. januar;chatbot;a@samsoe.example",
        "741;2012-01-01;fax;a@samsoe.example",
        "741;2012-01-01;chatbot;a@samsoe.example,b@samsoe.example",
        "741;2012-01-01",
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_stored(aws: EmulatedAWS, tmp_path: Path, line: str) -> None:
    with pytest.raises(NotAMembersFile, match="Linje 3"):
        first_start.start(first_start.members_in(_file(tmp_path, _SAMSOE, line)))

    assert register.get("741") is None


def test_a_deployment_is_started_by_its_name_alone(
    aws: EmulatedAWS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def deployment(stage: str) -> Iterator[None]:
        assert stage == "prod"
        monkeypatch.setenv("DDH_SECRETARIAT_ADDRESS", "prod@ddh.example")
        yield

    monkeypatch.setattr(where, "deployment", deployment)
    monkeypatch.setattr(sys, "argv", ["first_start", "--stage", "prod", str(_file(tmp_path, _SAMSOE))])

    assert first_start.main() == 0

    assert [person.address for person in staff.everybody()] == ["prod@ddh.example"]
    assert "1 members added" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "without", "said"),
    [
        (["--stage", "prod"], "AWS_DEFAULT_REGION", "sign in to the account, and set AWS_DEFAULT_REGION"),
        (["nosuch.csv"], "", "nosuch.csv can't be read: No such file"),
        ([], "DDH_SECRETARIAT_ADDRESS", "DDH_SECRETARIAT_ADDRESS"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_line(
    aws: EmulatedAWS,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    without: str,
    said: str,
) -> None:
    monkeypatch.delenv(without, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(sys, "argv", ["first_start", *words])

    assert first_start.main() == 1

    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
