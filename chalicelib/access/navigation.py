"""Where each role's menu leads, where it begins, and where somebody wanted to before signing in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chalicelib.access.people import Person, Role
from chalicelib.access.table import ROLES_BY_ROUTE

_LONGEST_PATH = 200
_STAFF = (
    ("/anmodninger", "Anmodninger"),
    ("/medlemmer", "Medlemmer"),
    ("/udmeldelser", "Udmeldelser"),
    ("/partnere", "Partnere"),
    ("/viden", "Viden"),
    ("/moeder", "Møder og beslutninger"),
    ("/regler", "Regelbog"),
    ("/opfoelgning", "Opfølgning"),
)
_PLACES_BY_ROLE: Mapping[Role, tuple[tuple[str, str], ...]] = {
    Role.SECRETARIAT: (
        *_STAFF,
        ("/sager", "Sager"),
        ("/konti", "Adgang"),
    ),
    Role.CHAIR: _STAFF,
    Role.STEERING_GROUP: _STAFF,
    Role.CONTACT: (("/indmeldelse/status", "Vores indmeldelse"),),
}


def home(person: Person) -> str:
    """Return the path of the first page of somebody who signed in."""
    return _places(person)[0][0]


def sign_in_for(wanted: str) -> str:
    """Return the address of the sign-in that leads on to the page at the path `wanted`."""
    return f"/log-ind?videre={quote(wanted)}"


def landing(person: Person, wanted: str) -> str:
    """Return where somebody who signed in goes: to the page they wanted if it is one of ours that they may open."""
    may_open = len(wanted) <= _LONGEST_PATH and any(
        _leads_to(path, wanted, person)
        for (method, path), roles in ROLES_BY_ROUTE.items()
        if method == "GET" and person.role in roles
    )
    return quote(wanted) if may_open else home(person)


def menu(person: Person | None, *, path: str) -> list[dict[str, Any]]:
    """Return the menu's places; `current` marks the one that `path` lies in."""
    if person is None:
        return []
    return [
        {"address": address, "name": name, "current": f"{path}/".startswith(f"{address}/")}
        for address, name in _places(person)
    ]


def _leads_to(path: str, wanted: str, person: Person) -> bool:
    """Say whether a route's path fits, each parameter one part of it; a leader's municipality only their own."""
    own = person.municipality_code
    if own is not None:
        path = path.replace("{municipality_code}", own)
    pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))
    return re.fullmatch(pattern, wanted) is not None


def _places(person: Person) -> tuple[tuple[str, str], ...]:
    if person.municipality_code is not None:
        code = person.municipality_code
        return (
            (f"/medlemskab/{code}", "Vores medlemskab"),
            (f"/opfoelgning/{code}", "Opfølgning"),
            ("/viden", "Viden"),
        )
    return _PLACES_BY_ROLE[person.role]
