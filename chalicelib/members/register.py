"""The register of members: which municipality takes part in which service from when, and who leads there.

A base that every feature may use. Membership (applications, withdrawal) writes to it; nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pynamodb.attributes import UnicodeAttribute

from chalicelib.common.months import Month
from chalicelib.runtime.tables import JSONTextAttribute, Table

_PARTITION = "member"


class Service(StrEnum):
    """What a member can take part in."""

    CONTACT_CENTRE = "contact_centre"
    CHATBOT = "chatbot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member. `leaders` are the e-mail addresses that its mails go to; `active_until` is its last day, if known."""

    municipality_code: str
    name: str
    leaders: tuple[str, ...]
    services: frozenset[Service]
    active_from: date
    active_until: date | None = None

    def is_active_in(self, month: Month) -> bool:
        """Whether the member took part on any day of the month."""
        ended = self.active_until is not None and self.active_until < month.first_day
        return self.active_from <= month.last_day and not ended


class _Row(Table):
    feature = "members"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    leaders = JSONTextAttribute()
    services = JSONTextAttribute()
    active_from = UnicodeAttribute()
    active_until = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, member: Member) -> _Row:
        return cls(
            _PARTITION,
            member.municipality_code,
            name=member.name,
            leaders=list(member.leaders),
            services=sorted(member.services),
            active_from=member.active_from.isoformat(),
            active_until=member.active_until.isoformat() if member.active_until else None,
        )

    def member(self) -> Member:
        return Member(
            municipality_code=self.sk,
            name=self.name,
            leaders=tuple(self.leaders),
            services=frozenset(Service(service) for service in self.services),
            active_from=date.fromisoformat(self.active_from),
            active_until=date.fromisoformat(self.active_until) if self.active_until else None,
        )


def active_in(month: Month, *, service: Service = Service.CONTACT_CENTRE) -> tuple[Member, ...]:
    """Return the members that took part in the service in the month, by code. At most 98: one query."""
    members = (row.member() for row in _Row.query(_PARTITION, consistent_read=True))
    return tuple(member for member in members if service in member.services and member.is_active_in(month))


def get(municipality_code: str) -> Member | None:
    """Return the member, active or not; None when the municipality never was one."""
    try:
        return _Row.get(_PARTITION, municipality_code, consistent_read=True).member()
    except _Row.DoesNotExist:
        return None


def put(member: Member) -> None:
    """Store the member as given, over what stood."""
    _Row.of(member).save()
