"""Who may sign in as what: one item for each address and role, asked again on every request.

So whoever loses a role loses it at once, whatever sessions are open. A grant is written in the transaction of the fact
that it rests on: a confirmed contact, a leader put into the register, the secretariat's word (staff.py).
"""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.access.people import Person, Role, spelled
from chalicelib.runtime.tables import Table


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    role = UnicodeAttribute()
    municipality_code = UnicodeAttribute(null=True)


def give(to: TransactWrite, person: Person) -> None:
    """Add to a transaction (one item) that the person may sign in so. Given twice is given once."""
    pk, sk = _keys(person)
    to.save(_Row(pk, sk, role=person.role.value, municipality_code=person.municipality_code))


def take(to: TransactWrite, person: Person) -> None:
    """Add to a transaction (one item) that the person may no longer sign in so."""
    to.delete(_Row(*_keys(person)))


def of(address: str) -> tuple[Person, ...]:
    """Return everything that an address may sign in as (strong read)."""
    rows = _Row.query(_partition(address), _Row.sk.startswith("grant#"), consistent_read=True)
    return tuple(
        Person(address=spelled(address), role=Role(row.role), municipality_code=row.municipality_code) for row in rows
    )


def stands(person: Person) -> bool:
    """Whether the person may still sign in so (strong read)."""
    try:
        _Row.get(*_keys(person), consistent_read=True)
    except _Row.DoesNotExist:
        return False
    return True


def _keys(person: Person) -> tuple[str, str]:
    return _partition(person.address), f"grant#{person.role.value}#{person.municipality_code or ''}"


def _partition(address: str) -> str:
    return f"person#{spelled(address)}"
