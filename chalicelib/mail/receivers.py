"""Whom mails about a municipality go to."""

from __future__ import annotations

from chalicelib.mail.addresses import AddressRefused, check_address
from chalicelib.members import register
from chalicelib.runtime import settings


def leaders_of(municipality_code: str) -> tuple[str, ...]:
    """Return the leaders' addresses; the secretariat's for each that is missing or unusable: nothing is lost."""
    member = register.get(municipality_code)
    leaders = member.leaders if member is not None else ()
    return tuple(dict.fromkeys(_usable(address) for address in leaders or ("",)))


def _usable(address: str) -> str:
    try:
        return check_address(address)
    except AddressRefused:
        return settings.secretariat_address()
