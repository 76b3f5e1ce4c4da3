"""Who somebody is to the back office: an address in a role, a leader in one municipality. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.common import municipalities


class Role(StrEnum):
    """What somebody may be. What each may do stands in table.py."""

    LEADER = "leader"
    SECRETARIAT = "secretariat"
    CHAIR = "chair"
    STEERING_GROUP = "steering_group"
    CONTACT = "contact"


#: Those whom the secretariat gives access itself; leaders and contacts get it by confirming their address.
STAFF = (Role.SECRETARIAT, Role.CHAIR, Role.STEERING_GROUP)
NAME_BY_ROLE = {
    Role.LEADER: "Leder",
    Role.SECRETARIAT: "Sekretariatet",
    Role.CHAIR: "Formand",
    Role.STEERING_GROUP: "Styregruppen",
    Role.CONTACT: "Kontaktperson for en indmeldelse",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An address in a role. `municipality_code` is a leader's own municipality, and None for every other role."""

    address: str
    role: Role
    municipality_code: str | None = None

    def __post_init__(self) -> None:
        assert (self.role is Role.LEADER) == (self.municipality_code is not None), self.role


def spelled(address: str) -> str:
    """Return the one spelling of an address by which people are known: case makes no difference to us."""
    return address.strip().lower()


def role_name(person: Person) -> str:
    """Return how the person's role is written: `Leder i Samsø`, `Sekretariatet`."""
    name = NAME_BY_ROLE[person.role]
    if person.municipality_code is None:
        return name
    return f"{name} i {municipalities.by_code[person.municipality_code].name}"
