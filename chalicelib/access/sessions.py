"""Sessions: an opaque random cookie, of which only the digest is stored; eight hours, then a new link.

A session ends at its time, when it is signed out, when its owner signs out everywhere, and when the grant that it
rests on is taken. All four are asked on every request, and asking changes nothing: a GET has no effects.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.access import grants
from chalicelib.access.people import Person, Role, spelled
from chalicelib.access.tokens import digest, new_token
from chalicelib.common.clock import Clock
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, Table

#: [A] A working day. It isn't prolonged by use: that would be a write on every GET.
LIFETIME = timedelta(hours=8)
#: `__Host-`: only over TLS (or this machine), for this host alone, for every path.
COOKIE = "__Host-ddh"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"
_SK = "session"
_SIGNED_OUT = "signed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is signed in. `csrf_token` stands in every form of theirs; it is made from the cookie, not stored."""

    person: Person
    csrf_token: str


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    address = UnicodeAttribute()
    role = UnicodeAttribute()
    municipality_code = UnicodeAttribute(null=True)
    started_at = InstantAttribute()
    expires_at = InstantAttribute()
    expires_at_epoch = IntegerAttribute()  # for the table's TTL, which only tidies


class _SignedOut(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SIGNED_OUT)
    at = InstantAttribute()


def start(to: TransactWrite, person: Person, *, clock: Clock) -> str:
    """Add a new session to a transaction (one item); return its token."""
    token = new_token()
    now = clock.now()
    expires_at = now + LIFETIME
    to.save(
        _Row(
            _pk(token),
            address=spelled(person.address),
            role=person.role.value,
            municipality_code=person.municipality_code,
            started_at=now,
            expires_at=expires_at,
            expires_at_epoch=int(expires_at.timestamp()),
        ),
        condition=_Row.pk.does_not_exist(),
    )
    return token


def find(cookies: str, *, clock: Clock) -> Session | None:
    """Return the session that a Cookie header names, if it stands."""
    token = _token_in(cookies)
    if token is None:
        return None
    try:
        row = _Row.get(_pk(token), _SK, consistent_read=True)
    except _Row.DoesNotExist:
        return None
    if row.expires_at <= clock.now():
        return None
    person = Person(address=row.address, role=Role(row.role), municipality_code=row.municipality_code)
    signed_out_at = _signed_out_at(person.address)
    if (signed_out_at is not None and row.started_at <= signed_out_at) or not grants.stands(person):
        return None
    return Session(person=person, csrf_token=csrf_token_of(token))


def end(cookies: str) -> None:
    """End the session that a Cookie header names, if there is one."""
    token = _token_in(cookies)
    if token is not None:
        _Row(_pk(token)).delete()


def end_everywhere(address: str, *, clock: Clock) -> None:
    """End every session that the address began until now."""
    _SignedOut(_person(address), at=clock.now()).save()


def csrf_token_of(token: str) -> str:
    """Return the token that forms of the session carry. Who has no cookie can't make it."""
    return digest(f"csrf {token}")


def cookie(token: str) -> str:
    """Return the Set-Cookie value that begins a session in the browser."""
    return f"{COOKIE}={token}; Max-Age={int(LIFETIME.total_seconds())}; {_ATTRIBUTES}"


def no_cookie() -> str:
    """Return the Set-Cookie value that ends it there."""
    return f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def _signed_out_at(address: str) -> datetime | None:
    try:
        return _SignedOut.get(_person(address), _SIGNED_OUT, consistent_read=True).at
    except _SignedOut.DoesNotExist:
        return None


def _token_in(cookies: str) -> str | None:
    for part in cookies.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value:
            return value
    return None


def _pk(token: str) -> str:
    return f"session#{digest(token)}"


def _person(address: str) -> str:
    return f"person#{spelled(address)}"
