"""Whom a member's contacts, or the secretariat, have asked to be a contact too, and who asked: until the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib.access.people import Person, Role
from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.runtime.tables import JSONTextAttribute, Table, conflict_means

#: The index's state of what is no request: it waits for a day too.
_WAITING = "invitation"
_GONE = "Invitationen er besvaret eller trukket tilbage imens. Se siden igen."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One address that is asked. It is worth as much as the inviter's own right to ask, as long as that stands."""

    municipality_code: str
    address: str
    inviter: Person
    invited_on: date
    expires_at: datetime


class _ByState(GlobalSecondaryIndex["_Row"]):  # type: ignore[no-untyped-call]  # pynamodb's __init_subclass__
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    waits_for = UnicodeAttribute(range_key=True, attr_name="entry_date")


class _Row(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_state = _ByState()
    state = UnicodeAttribute(default=_WAITING)
    #: The Danish date on which the link in the mail stops working.
    waits_for = UnicodeAttribute(attr_name="entry_date")
    asked = JSONTextAttribute()

    def invitation(self) -> Invitation:
        asked: dict[str, Any] = self.asked
        code, role = self.pk.removeprefix("invitation#"), Role(asked["role"])
        inviter_of = code if role is Role.LEADER else None
        return Invitation(
            municipality_code=code,
            address=self.sk,
            inviter=Person(address=asked["by"], role=role, municipality_code=inviter_of),
            invited_on=date.fromisoformat(asked["on"]),
            expires_at=instant_from(asked["expires_at"]),
        )


def put(writes: TransactWrite, invitation: Invitation) -> None:
    """Add an invitation to a transaction. One that is made again counts as the later inviter's."""
    row = _Row(
        _pk(invitation.municipality_code),
        invitation.address,
        waits_for=_last_day(invitation).isoformat(),
        asked={
            "by": invitation.inviter.address,
            "role": invitation.inviter.role.value,
            "on": invitation.invited_on.isoformat(),
            "expires_at": instant_text(invitation.expires_at),
        },
    )
    writes.save(row)


def get(municipality_code: str, address: str) -> Invitation | None:
    """Return the invitation of an address that waits (strong read), also one that has run out."""
    try:
        return _Row.get(_pk(municipality_code), address, consistent_read=True).invitation()
    except DoesNotExist:
        return None


def of_member(municipality_code: str) -> tuple[Invitation, ...]:
    """Return a member's invitations by address (strong read), also those that have run out."""
    return tuple(row.invitation() for row in _Row.query(_pk(municipality_code), consistent_read=True))


def take(writes: TransactWrite, municipality_code: str, address: str) -> None:
    """Add to a transaction that an invitation is answered or taken back; it fails when there is none any more."""
    writes.delete(_Row(_pk(municipality_code), address), condition=_Row.pk.exists())


def expired_before(day: date) -> Iterator[Invitation]:
    """Yield the invitations that ran out before the day; what is yielded may be some seconds old."""
    for row in _Row.by_state.query(_WAITING, _Row.waits_for < day.isoformat()):
        yield row.invitation()


def forget(invitation: Invitation) -> None:
    """Delete an invitation that ran out.

    Raises:
        Conflict: it is gone, or was made again.
    """
    row = _Row(_pk(invitation.municipality_code), invitation.address)
    with conflict_means(_GONE):
        row.delete(condition=_Row.waits_for == _last_day(invitation).isoformat())


def _last_day(invitation: Invitation) -> date:
    return invitation.expires_at.astimezone(COPENHAGEN).date()


def _pk(municipality_code: str) -> str:
    return f"invitation#{municipality_code}"
