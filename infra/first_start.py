"""`python -m infra.first_start --stage prod [members.csv]`: what a new deployment must hold before anybody can sign in.

The rules and decisions of the package, the secretariat's account, and, when a file is given, the municipalities that
are members already, with their leaders. Again later it only adds what is missing.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

from chalicelib.access import grants, staff
from chalicelib.access.people import Person, Role
from chalicelib.common import municipalities
from chalicelib.common.clock import system_clock
from chalicelib.common.errors import AppError, Refused
from chalicelib.mail.addresses import check_address
from chalicelib.members import register
from chalicelib.members.member import Member, Service
from chalicelib.rulebook import book, decisions
from chalicelib.runtime import settings
from chalicelib.runtime.tables import transaction
from infra.ops import problems, where


class NotAMembersFile(Refused):
    """Raised when a line of the members' file can't be read. Nothing of the file is stored then."""

    code = "not_a_members_file"

    def __init__(self, line: int, error: Exception) -> None:
        super().__init__(
            f"Linje {line} kan ikke læses ({error}). Kolonnerne er municipality_code;active_from;services;leaders, "
            "for eksempel 741;2012-01-01;contact_centre chatbot;leder@samsoe.example"
        )


def start(members: Iterable[Member]) -> int:
    """Store what isn't stored yet; return how many members were added."""
    book.seed()
    decisions.seed()
    if not staff.everybody():  # whoever lost access shall not get it back
        secretariat = Person(address=settings.secretariat_address(), role=Role.SECRETARIAT)
        staff.give(secretariat, by="first start", clock=system_clock)
    return sum(_add(member) for member in members)


def members_in(path: Path) -> tuple[Member, ...]:
    """Return the members that a file lists.

    Raises:
        NotAMembersFile: a line can't be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(_members(csv.DictReader(file, delimiter=";")))


def _members(rows: csv.DictReader[str]) -> Iterator[Member]:
    for row in rows:
        try:
            municipality = municipalities.by_code[row["municipality_code"]]
            yield Member(
                municipality_code=municipality.code,
                name=municipality.name,
                leaders=tuple(check_address(address) for address in row["leaders"].split()),
                services=frozenset(Service(service) for service in row["services"].split()),
                active_from=date.fromisoformat(row["active_from"]),
            )
        except (AppError, KeyError, ValueError, AttributeError) as error:
            raise NotAMembersFile(rows.line_num, error) from error


def _add(member: Member) -> bool:
    """Store a member with its leaders' access, unless the register knows it: then its pages have the word."""
    if register.get(member.municipality_code) is not None:
        return False
    with transaction() as writing:
        register.replace_in(writing, None, replace(member, version=1))
        for address in member.leaders:
            leader = Person(address=address, role=Role.LEADER, municipality_code=member.municipality_code)
            grants.give(writing, leader)
    return True


def main() -> int:
    """Return the exit code: 1 when the file or a setting is to be put right first."""
    parser = argparse.ArgumentParser(prog="python -m infra.first_start", description=__doc__)
    parser.add_argument(
        "--stage", help="a deployment, in the account and region you are signed in to; else DDH_* say it"
    )
    parser.add_argument("members", metavar="members.csv", type=Path, nargs="?", help="who is a member already")
    arguments = parser.parse_args()
    try:
        members = members_in(arguments.members) if arguments.members else ()
        with where.deployment(arguments.stage) if arguments.stage else nullcontext():
            added = start(members)
    except OSError as error:
        print(f"{arguments.members} can't be read: {error.strerror}", file=sys.stderr)
        return 1
    except problems.EXPECTED as problem:
        print(problems.said(problem), file=sys.stderr)
        return 1
    print(f"Rules, decisions and the secretariat's account are there; {added} members added.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
