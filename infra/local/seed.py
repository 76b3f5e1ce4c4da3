"""Seeds the emulated tables: the first start with 37 demonstration members, and more who may sign in."""

from __future__ import annotations

from pathlib import Path

from chalicelib.access import staff
from chalicelib.access.people import Person, Role, role_name
from chalicelib.common.clock import system_clock
from chalicelib.members import register
from chalicelib.members.member import Member
from chalicelib.runtime import settings
from infra import first_start

#: The demonstration members have taken part since the cooperation began.
_MEMBERS = Path(__file__).with_name("members.csv")
_LEADER_SHOWN = "751"


def seed() -> None:
    """Store what is not stored yet."""
    is_first = not staff.everybody()  # whoever lost access in a kept state shall not get it back
    first_start.start(demonstration_members())
    if is_first:
        for person in _colleagues():
            staff.give(person, by="den lokale kørsel", clock=system_clock)


def demonstration_members() -> tuple[Member, ...]:
    """Return the members of the demonstration, each with one leader's address."""
    return first_start.members_in(_MEMBERS)


def shown() -> tuple[tuple[str, str], ...]:
    """Return whom to sign in as to see the site: each role with an address."""
    secretariat = Person(address=settings.secretariat_address(), role=Role.SECRETARIAT)
    member = register.get(_LEADER_SHOWN)
    leaders = [
        Person(address=address, role=Role.LEADER, municipality_code=_LEADER_SHOWN)
        for address in (member.leaders[:1] if member else ())
    ]
    return tuple((role_name(person), person.address) for person in (secretariat, *_colleagues(), *leaders))


def _colleagues() -> tuple[Person, ...]:
    return (
        Person(address="formand@ddh.example", role=Role.CHAIR),
        Person(address="styregruppe@ddh.example", role=Role.STEERING_GROUP),
    )
