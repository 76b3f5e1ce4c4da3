"""How often we can be made to do something by who needs no account: write to an address, take a form.

Anybody can type anybody's address, so the limits guard those who never asked: a stranger's forms can cause one mail to
a mailbox in 24 hours, and some to a domain. Sign-in links go only to those who may sign in, and may be asked for again
a quarter of an hour later: whoever was kept from one by others has theirs in the mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.access.links import Purpose
from chalicelib.access.people import spelled
from chalicelib.access.tokens import digest
from chalicelib.common.clock import Clock
from chalicelib.common.errors import AppError, Conflict
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, Table, conflict_means, transaction

_SK = "limit"
_DAY = timedelta(hours=24)
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many in a window that begins with the first."""

    most: int
    window: timedelta


#: Mails to one mailbox. [A]
MAILBOX_LIMITS: Mapping[Purpose, Limit] = {
    Purpose.SIGN_IN: Limit(most=5, window=timedelta(minutes=15)),
    Purpose.CONFIRM_REQUEST: Limit(most=1, window=_DAY),
    Purpose.CONFIRM_CONTACT: Limit(most=1, window=_DAY),
}
#: Mails to one domain, of the purposes that strangers can cause. [A] A municipality needs two or three.
DOMAIN_LIMITS: Mapping[Purpose, Limit] = {Purpose.CONFIRM_REQUEST: Limit(most=10, window=_DAY)}
#: Forms from one network. [A] A whole town hall may share one.
SUBMISSION_LIMIT = Limit(most=30, window=_DAY)


class MailLimitReached(AppError):
    """Raised when an address got as many mails as it may for now."""

    code = "mail_limit_reached"

    def __init__(self) -> None:
        super().__init__(
            "Vi har allerede sendt en mail til adressen inden for et døgn. "
            "Brug linket i den; se også efter i uønsket post. Ellers prøv igen i morgen."
        )


class TooManySubmissions(AppError):
    """Raised when one network sent as many forms as it may in a day."""

    code = "too_many_submissions"

    def __init__(self) -> None:
        super().__init__(
            "Der er sendt mange anmodninger fra jeres netværk det seneste døgn. "
            "Prøv igen i morgen, eller skriv til sekretariatet."
        )


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    counted = IntegerAttribute()
    until = InstantAttribute()
    expires_at_epoch = IntegerAttribute()  # for the table's TTL, which only tidies


def may_mail(*, purpose: Purpose, address: str, clock: Clock) -> bool:
    """Whether a mail of this purpose may go to the address now (strong read). `count_mail` decides."""
    return all(not _is_reached(key, limit, now=clock.now()) for key, limit in _limits_of(purpose, address))


def count_mail(to: TransactWrite, *, purpose: Purpose, address: str, clock: Clock) -> None:
    """Add to a transaction (at most two items) that a mail goes to the address; it fails when another took the last.

    Raises:
        MailLimitReached: there is none left for now.
    """
    for key, limit in _limits_of(purpose, address):
        if _is_reached(key, limit, now=clock.now()):
            raise MailLimitReached
        _count(to, key, limit, now=clock.now())


def count_submission(source_ip: str, *, clock: Clock) -> None:
    """Count a form that came from an address of the internet. What is kept of it is a digest, for a day.

    Raises:
        TooManySubmissions: its network sent as many as it may.
    """
    key = f"submission#{digest(_network(source_ip))}"
    for _ in range(_TRIES):
        if _is_reached(key, SUBMISSION_LIMIT, now=clock.now()):
            break
        try:
            with conflict_means("Der kom flere på én gang."), transaction() as writing:
                _count(writing, key, SUBMISSION_LIMIT, now=clock.now())
        except Conflict:
            continue
        return
    raise TooManySubmissions


def _limits_of(purpose: Purpose, address: str) -> Iterator[tuple[str, Limit]]:
    yield f"{purpose.value}#{_mailbox(address)}", MAILBOX_LIMITS[purpose]
    if purpose in DOMAIN_LIMITS:
        yield f"{purpose.value}#@{spelled(address).rpartition('@')[2]}", DOMAIN_LIMITS[purpose]


def _mailbox(address: str) -> str:
    """Return the mailbox that an address reaches: what follows a plus is the owner's own sorting."""
    local, _, domain = spelled(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _network(source_ip: str) -> str:
    """Return the network that one customer of a provider has: an IPv4 address, or an IPv6 /64."""
    return str(ip_network(f"{source_ip}/64" if ":" in source_ip else source_ip, strict=False))


def _is_reached(key: str, limit: Limit, *, now: datetime) -> bool:
    row = _current(key, now=now)
    return row is not None and row.counted >= limit.most


def _count(to: TransactWrite, key: str, limit: Limit, *, now: datetime) -> None:
    row = _current(key, now=now)
    if row is not None:
        to.update(
            row,
            actions=[_Row.counted.set(row.counted + 1)],
            condition=(_Row.counted == row.counted) & (_Row.until == row.until),
        )
        return
    until = now + limit.window
    to.save(
        _Row(_pk(key), counted=1, until=until, expires_at_epoch=int(until.timestamp())),
        condition=_Row.pk.does_not_exist() | (_Row.until <= now),
    )


def _current(key: str, *, now: datetime) -> _Row | None:
    try:
        row = _Row.get(_pk(key), _SK, consistent_read=True)
    except _Row.DoesNotExist:
        return None
    return row if row.until > now else None


def _pk(key: str) -> str:
    return f"limit#{key}"
