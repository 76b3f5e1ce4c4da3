"""How many mails with a link an address can be made to get by typing it into a form.

Anybody can type anybody's address, so the limit guards those who never asked: a stranger's form can cause one mail in
24 hours. Sign-in links go only to those who may sign in, and may be asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.access.links import Purpose
from chalicelib.access.people import spelled
from chalicelib.common.clock import Clock
from chalicelib.common.errors import AppError
from chalicelib.runtime.tables import IntegerAttribute, Table

_WINDOW = timedelta(hours=24)
_SK = "limit"
#: Mails to one address in 24 hours from the first of them on. [A]
MOST_BY_PURPOSE: Mapping[Purpose, int] = {
    Purpose.SIGN_IN: 20,
    Purpose.CONFIRM_REQUEST: 1,
    Purpose.CONFIRM_CONTACT: 1,
}


class MailLimitReached(AppError):
    """Raised when an address got as many mails as it may in 24 hours."""

    code = "mail_limit_reached"

    def __init__(self) -> None:
        super().__init__(
            "Vi har allerede sendt en mail til adressen inden for et døgn. "
            "Brug linket i den; se også efter i uønsket post. Ellers prøv igen i morgen."
        )


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    mails = IntegerAttribute()
    until = UnicodeAttribute()
    expires_at_epoch = IntegerAttribute()  # for the table's TTL, which only tidies


def may_mail(*, purpose: Purpose, address: str, clock: Clock) -> bool:
    """Whether a mail of this purpose may go to the address now (strong read). `count_mail` decides."""
    row = _current(purpose, address, now=clock.now())
    return row is None or row.mails < MOST_BY_PURPOSE[purpose]


def count_mail(to: TransactWrite, *, purpose: Purpose, address: str, clock: Clock) -> None:
    """Add to a transaction (one item) that a mail goes to the address; it fails when another took the last one.

    Raises:
        MailLimitReached: there is none left for now.
    """
    now = clock.now().astimezone(UTC)
    row = _current(purpose, address, now=now)
    if row is None:
        until = now + _WINDOW
        to.save(
            _Row(_pk(purpose, address), mails=1, until=_text(until), expires_at_epoch=int(until.timestamp())),
            condition=_Row.pk.does_not_exist() | (_Row.until <= _text(now)),
        )
        return
    if row.mails >= MOST_BY_PURPOSE[purpose]:
        raise MailLimitReached
    to.update(
        row,
        actions=[_Row.mails.set(row.mails + 1)],
        condition=(_Row.mails == row.mails) & (_Row.until == row.until),
    )


def _current(purpose: Purpose, address: str, *, now: datetime) -> _Row | None:
    try:
        row = _Row.get(_pk(purpose, address), _SK, consistent_read=True)
    except _Row.DoesNotExist:
        return None
    return row if datetime.fromisoformat(row.until) > now else None


def _text(instant: datetime) -> str:
    """Write an instant so that the order of the texts is the order of time."""
    return instant.isoformat(timespec="microseconds")


def _pk(purpose: Purpose, address: str) -> str:
    return f"limit#{purpose.value}#{spelled(address)}"
