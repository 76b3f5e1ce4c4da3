"""Where each role's menu leads, and where it begins. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.access.people import Person, Role

_STAFF = (
    ("/anmodninger", "Anmodninger"),
    ("/medlemmer", "Medlemmer"),
    ("/udmeldelser", "Udmeldelser"),
    ("/partnere", "Partnere"),
    ("/moeder", "Møder og beslutninger"),
    ("/regler", "Regelbog"),
)
_PLACES_BY_ROLE: Mapping[Role, tuple[tuple[str, str], ...]] = {
    Role.SECRETARIAT: (*_STAFF, ("/konti", "Adgang")),
    Role.CHAIR: _STAFF,
    Role.STEERING_GROUP: _STAFF,
    Role.CONTACT: (("/indmeldelse/status", "Vores indmeldelse"),),
}


def home(person: Person) -> str:
    """Return the path of the first page of somebody who signed in."""
    return _places(person)[0][0]


def menu(person: Person | None, *, path: str) -> list[dict[str, Any]]:
    """Return the menu's places; `current` marks the one that `path` lies in."""
    if person is None:
        return []
    return [
        {"address": address, "name": name, "current": f"{path}/".startswith(f"{address}/")}
        for address, name in _places(person)
    ]


def _places(person: Person) -> tuple[tuple[str, str], ...]:
    if person.municipality_code is not None:
        return ((f"/medlemskab/{person.municipality_code}", "Vores medlemskab"),)
    return _PLACES_BY_ROLE[person.role]
