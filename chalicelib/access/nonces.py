"""Nonces of signed calls: each is taken once, by the clock, whatever the table's TTL does."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from chalicelib.access.signatures import NotAuthentic
from chalicelib.access.tokens import new_token
from chalicelib.common.clock import Clock
from chalicelib.common.errors import Conflict
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, Table, conflict_means

#: From `created` on. A signature is taken until 300 seconds after it.
LIFETIME = timedelta(seconds=600)
_SK = "nonce"


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    owner = UnicodeAttribute()
    expires_at = InstantAttribute()
    expires_at_epoch = IntegerAttribute()  # for the table's TTL, which only tidies


def use(key_id: str, nonce: str, *, created: datetime, clock: Clock) -> None:
    """Use a nonce up. Of two who do it at the same time one succeeds.

    A store that can't be reached raises pynamodb's error, which the caller is told as 503: nothing passes unseen.

    Raises:
        NotAuthentic: it was used.
    """
    expires_at = created + LIFETIME
    row = _Row(
        f"nonce#{key_id}#{nonce}",
        owner=new_token(),
        expires_at=expires_at,
        expires_at_epoch=int(expires_at.timestamp()),
    )
    try:
        with conflict_means("Kaldet er modtaget før."):
            row.save(condition=_Row.pk.does_not_exist() | (_Row.expires_at <= clock.now()))
    except Conflict as error:
        # The put may have been ours, its answer lost, and tried again.
        if _Row.get(row.pk, _SK, consistent_read=True).owner != row.owner:
            raise NotAuthentic("nonce used", key_id=key_id) from error
