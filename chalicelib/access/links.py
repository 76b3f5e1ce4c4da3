"""Single-use links in mails: looked at by GET without effect, since mail scanners follow links; redeemed by POST.

Of a token only the digest is stored here. The outbox holds the mail, and so the token, until it runs out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.access.people import spelled
from chalicelib.access.tokens import digest, new_token
from chalicelib.common.clock import Clock
from chalicelib.common.errors import AppError
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, Table

_SK = "link"


class Purpose(StrEnum):
    """What a link is for. A link of one purpose is nothing to another."""

    SIGN_IN = "sign_in"
    CONFIRM_REQUEST = "confirm_request"
    CONFIRM_CONTACT = "confirm_contact"
    EXIT_SURVEY = "exit_survey"
    PARTNER_EVALUATION = "partner_evaluation"


class LinkSpent(AppError):
    """Raised when a link is unknown, used or too old. It doesn't say which: that is nobody's business."""

    code = "link_spent"

    def __init__(self) -> None:
        super().__init__(
            "Linket er brugt eller udløbet, eller også er det ikke kopieret helt. "
            "Har du allerede brugt det, så log ind med din e-mailadresse for at komme videre. Ellers bed om et nyt."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that can be redeemed. `subject` is what it is about: a request's id, a municipality, a wanted page."""

    purpose: Purpose
    subject: str
    address: str
    expires_at: datetime


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    purpose = UnicodeAttribute()
    subject = UnicodeAttribute()
    address = UnicodeAttribute()
    expires_at = InstantAttribute()
    expires_at_epoch = IntegerAttribute()  # for the table's TTL, which only tidies
    used_at = InstantAttribute(null=True)


def new(to: TransactWrite, *, purpose: Purpose, subject: str, address: str, valid_for: timedelta, clock: Clock) -> str:
    """Add a new link to a transaction (one item); return its token, which is known nowhere else."""
    token = new_token()
    expires_at = clock.now() + valid_for
    to.save(
        _Row(
            _pk(token),
            purpose=purpose.value,
            subject=subject,
            address=spelled(address),
            expires_at=expires_at,
            expires_at_epoch=int(expires_at.timestamp()),
        ),
        condition=_Row.pk.does_not_exist(),
    )
    return token


def look(token: str, *, purpose: Purpose, clock: Clock) -> Link | None:
    """Return the link that can still be redeemed; None when it is unknown, used, too old, or for something else."""
    try:
        row = _Row.get(_pk(token), _SK, consistent_read=True)
    except _Row.DoesNotExist:
        return None
    if row.purpose != purpose.value or row.used_at is not None or row.expires_at <= clock.now():
        return None
    return Link(purpose=purpose, subject=row.subject, address=row.address, expires_at=row.expires_at)


def redeem(to: TransactWrite, token: str, *, purpose: Purpose, clock: Clock) -> Link:
    """Add the use of a link to a transaction (one item), which fails when somebody else was first.

    Raises:
        LinkSpent: it can't be redeemed.
    """
    link = look(token, purpose=purpose, clock=clock)
    if link is None:
        raise LinkSpent
    to.update(
        _Row(_pk(token), _SK),
        actions=[_Row.used_at.set(clock.now())],
        condition=_Row.pk.exists() & _Row.used_at.does_not_exist(),
    )
    return link


def _pk(token: str) -> str:
    return f"link#{digest(token)}"
