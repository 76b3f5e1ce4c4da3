"""The first start lets the secretariat in, brings the members in, and is safe to do again."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.access import grants, staff
from chalicelib.access.people import Person, Role
from chalicelib.members import register
from infra import first_start
from infra.first_start import NotAMembersFile
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
