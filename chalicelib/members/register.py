"""The register of members: which municipality takes part in which service from when, and who leads there.

A base that every feature may read. Membership (applications, contacts, withdrawal) writes to it; nobody else does.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.common.months import Month
from chalicelib.members.member import Member, Period, Service
from chalicelib.runtime.tables import IntegerAttribute, JSONTextAttribute, Table

__all__ = ["Member", "Period", "Service", "active_in", "all_members", "check_unchanged", "get", "put", "replace_in"]

_PARTITION = "member"


class _Row(Table):
    feature = "members"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    leaders = JSONTextAttribute()
    services = JSONTextAttribute()
    active_from = UnicodeAttribute()
    active_until = UnicodeAttribute(null=True)
    earlier = JSONTextAttribute(null=True)
    version = IntegerAttribute(null=True)

    @classmethod
    def of(cls, member: Member) -> _Row:
        return cls(
            _PARTITION,
            member.municipality_code,
            name=member.name,
            leaders=list(member.leaders),
            earlier=[_stored(period) for period in member.earlier],
            version=member.version,
            **_stored(member.period),
        )

    def member(self) -> Member:
        return Member(
            municipality_code=self.sk,
            name=self.name,
            leaders=tuple(self.leaders),
            services=frozenset(Service(service) for service in self.services),
            active_from=date.fromisoformat(self.active_from),
            active_until=date.fromisoformat(self.active_until) if self.active_until else None,
            earlier=tuple(_period(stored) for stored in self.earlier or ()),
            version=self.version or 0,
        )


def active_in(month: Month, *, service: Service = Service.CONTACT_CENTRE) -> tuple[Member, ...]:
    """Return the members that took part in the service in the month, by code."""
    return tuple(member for member in all_members() if member.takes_part_in(service, month))


def all_members() -> tuple[Member, ...]:
    """Return every municipality that is or was a member, by code. At most 98: one query (strong read)."""
    return tuple(row.member() for row in _Row.query(_PARTITION, consistent_read=True))


def get(municipality_code: str) -> Member | None:
    """Return the member, active or not; None when the municipality never was one."""
    try:
        return _Row.get(_PARTITION, municipality_code, consistent_read=True).member()
    except _Row.DoesNotExist:
        return None


def put(member: Member) -> None:
    """Store the member as given, over what stood: for seeds only."""
    _Row.of(member).save()


def replace_in(transaction: TransactWrite, before: Member | None, after: Member) -> None:
    """Add to a transaction that `after` takes the place of `before`; it fails when `before` no longer stands.

    `after.version` must be the one that follows.
    """
    assert after.version == (0 if before is None else before.version) + 1
    transaction.save(_Row.of(after), condition=_is_still(before))


def check_unchanged(transaction: TransactWrite, municipality_code: str, before: Member | None) -> None:
    """Add to a transaction that `before` (or nothing) must still stand."""
    transaction.condition_check(_Row, _PARTITION, municipality_code, condition=_is_still(before))


def _is_still(before: Member | None) -> Condition:
    if before is None:
        return _Row.pk.does_not_exist()
    if before.version == 0:
        uncounted: Condition = _Row.pk.exists() & (_Row.version.does_not_exist() | (_Row.version == 0))
        return uncounted
    return _Row.version == before.version


def _stored(period: Period) -> dict[str, Any]:
    return {
        "services": sorted(period.services),
        "active_from": period.active_from.isoformat(),
        "active_until": period.active_until.isoformat() if period.active_until else None,
    }


def _period(stored: dict[str, Any]) -> Period:
    return Period(
        services=frozenset(Service(service) for service in stored["services"]),
        active_from=date.fromisoformat(stored["active_from"]),
        active_until=date.fromisoformat(stored["active_until"]) if stored["active_until"] else None,
    )
