"""The staff: secretariat, chair, steering group. Given access and losing it by the secretariat, each change logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.access import grants
from chalicelib.access.people import Person, Role, spelled
from chalicelib.access.tokens import new_token
from chalicelib.common.clock import Clock
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.runtime.tables import Table, transaction

_LIST = "staff"
_LOG = "staff_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of the log: `what` is "given" or "taken"."""

    at: datetime
    by: str
    what: str
    person: Person


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True, default=_LIST)
    sk = UnicodeAttribute(range_key=True)
    address = UnicodeAttribute()
    role = UnicodeAttribute()

    @classmethod
    def of(cls, person: Person) -> _Row:
        address = spelled(person.address)
        return cls(_LIST, f"{address}#{person.role.value}", address=address, role=person.role.value)


class _Logged(Table):
    """Append-only."""

    feature = "access"

    pk = UnicodeAttribute(hash_key=True, default=_LOG)
    sk = UnicodeAttribute(range_key=True)
    what = UnicodeAttribute()
    by = UnicodeAttribute()
    address = UnicodeAttribute()
    role = UnicodeAttribute()

    @classmethod
    def of(cls, person: Person, what: str, *, by: str, clock: Clock) -> _Logged:
        at = f"{instant_text(clock.now())}#{new_token()}"
        return cls(_LOG, at, what=what, by=by, address=spelled(person.address), role=person.role.value)


def give(person: Person, *, by: str, clock: Clock) -> None:
    """Let the person sign in. `by` is who says so."""
    with transaction() as writing:
        grants.give(writing, person)
        writing.save(_Row.of(person))
        writing.save(_Logged.of(person, "given", by=by, clock=clock))


def take(person: Person, *, by: str, clock: Clock) -> None:
    """End the person's access at once."""
    with transaction() as writing:
        grants.take(writing, person)
        writing.delete(_Row.of(person))
        writing.save(_Logged.of(person, "taken", by=by, clock=clock))


def everybody() -> tuple[Person, ...]:
    """Return everybody who has access as staff, by address: some tens, one query."""
    return tuple(Person(address=row.address, role=Role(row.role)) for row in _Row.query(_LIST, consistent_read=True))


def log() -> tuple[Change, ...]:
    """Return every change, oldest first."""
    return tuple(
        Change(
            at=instant_from(row.sk.partition("#")[0]),
            by=row.by,
            what=row.what,
            person=Person(address=row.address, role=Role(row.role)),
        )
        for row in _Logged.query(_LOG, consistent_read=True)
    )
