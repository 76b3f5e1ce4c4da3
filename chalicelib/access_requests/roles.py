"""In what role somebody did something about an agent: the agent may know the role, and not who it was."""

from __future__ import annotations

import re

from chalicelib.access import grants, staff
from chalicelib.access.people import Role, spelled
from chalicelib.cases.dossier import SYSTEM
from chalicelib.common import municipalities

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_LEFT_OUT = "[adresse udeladt]"


class Roles:
    """Tells roles from addresses, each looked up once. Whoever isn't, and wasn't, staff is a municipality's leader."""

    def __init__(self) -> None:
        known = (*staff.everybody(), *(change.person for change in staff.log()))
        self._is_staff = {spelled(person.address): True for person in known}

    def of(self, address: str, municipality_code: str | None) -> str:
        """Return the role in which the address acted, about something of the municipality: `en leder i Halsnæs`.

        None of municipalities is several: only the secretariat sees those.
        """
        if address == SYSTEM:
            return "systemet"
        if municipality_code is None or self._staff(spelled(address)):
            return "sekretariatet"
        return f"en leder i {municipalities.by_code[municipality_code].name}"

    def _staff(self, address: str) -> bool:
        if address not in self._is_staff:
            self._is_staff[address] = any(person.role is Role.SECRETARIAT for person in grants.of(address))
        return self._is_staff[address]


def without_addresses(text: str) -> str:
    """Return a text that somebody typed, without the addresses in it."""
    return _ADDRESS.sub(_LEFT_OUT, text)
