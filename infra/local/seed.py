"""Seeds the emulated tables: rules, decisions, the 37 demonstration members, and who may sign in."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from chalicelib.access import grants, staff
from chalicelib.access.people import Person, Role, role_name
from chalicelib.common.clock import system_clock
from chalicelib.members import register
from chalicelib.members.member import Member, Service
from chalicelib.rulebook import book, decisions
from chalicelib.runtime import settings
from chalicelib.runtime.tables import transaction

_MUNICIPALITIES = Path(__file__).with_name("municipalities.csv")
_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
#: The demonstration members have taken part since the cooperation began.
_SINCE = date(2012, 1, 1)
_LEADER_SHOWN = "751"


def seed() -> None:
    """Store the members, rules, decisions and people that are not stored yet."""
    book.seed()
    decisions.seed()
    with _MUNICIPALITIES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if register.get(row["code"]) is None:
                register.put(member(row["code"], row["name"]))
    if not staff.everybody():  # whoever lost access in a kept state shall not get it back
        _let_in()


def member(code: str, name: str) -> Member:
    """Return a demonstration member, with one leader's address."""
    slug = name.casefold().translate(_ASCII)
    return Member(
        municipality_code=code,
        name=name,
        leaders=(f"leder.{slug}@{slug}.example",),
        services=frozenset(Service),
        active_from=_SINCE,
    )


def shown() -> tuple[tuple[str, str], ...]:
    """Return whom to sign in as to see the site: each role with an address."""
    leaders = [person for person in _leaders() if person.municipality_code == _LEADER_SHOWN]
    return tuple((role_name(person), person.address) for person in (*_staff(), *leaders[:1]))


def _let_in() -> None:
    for person in _staff():
        staff.give(person, by="den lokale kørsel", clock=system_clock)
    with transaction() as writing:
        for person in _leaders():
            grants.give(writing, person)


def _staff() -> tuple[Person, ...]:
    return (
        Person(address=settings.secretariat_address(), role=Role.SECRETARIAT),
        Person(address="formand@ddh.example", role=Role.CHAIR),
        Person(address="styregruppe@ddh.example", role=Role.STEERING_GROUP),
    )


def _leaders() -> tuple[Person, ...]:
    return tuple(
        Person(address=address, role=Role.LEADER, municipality_code=each.municipality_code)
        for each in register.all_members()
        for address in each.leaders
    )
