"""A partner's POST is done once: its Idempotency-Key is claimed, and the answer kept for a day.

The claim is a lease: when whoever holds it dies, the next may act. What a POST does must therefore stand on conditions
of its own; this saves the caller from wondering, not the data from harm.

Source: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PynamoDBException

from chalicelib.access.tokens import digest, new_token
from chalicelib.common.clock import Clock
from chalicelib.common.errors import Conflict, Refused
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, JSONTextAttribute, Table, conflict_means
from chalicelib.runtime.web import Answer, BadRequest

KEPT = timedelta(hours=24)
#: Longer than a request may take.
LEASE = timedelta(seconds=60)
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_SK = "once"


class KeyReused(Refused):
    """Raised when a key comes again with something else."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("Idempotency-Key er brugt til et andet kald. Brug en ny for hvert nyt kald.")


class StillWorking(Conflict):
    """Raised when a call with the key is being worked on."""

    code = "call_in_progress"

    def __init__(self) -> None:
        super().__init__("Et kald med samme Idempotency-Key er i gang. Prøv igen om lidt.")


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    request = UnicodeAttribute()  # a digest
    owner = UnicodeAttribute()
    held_until = InstantAttribute()  # the lease's end; the answer's, once there is one
    status = IntegerAttribute(null=True)
    body = UnicodeAttribute(null=True)
    content_type = UnicodeAttribute(null=True)
    headers = JSONTextAttribute(null=True)
    expires_at_epoch = IntegerAttribute()  # for the table's TTL, which only tidies


def once(
    act: Callable[[], Answer], *, partner_id: str, key: str, method: str, path: str, body: bytes, clock: Clock
) -> Answer:
    """Act and keep the answer, or return the one that was kept. What is refused did nothing, so it isn't kept.

    Raises:
        BadRequest: the key is missing, or of the wrong kind.
        KeyReused: the key was used for another request.
        StillWorking: another call with the key is being worked on.
    """
    if _KEY.fullmatch(key) is None:
        raise BadRequest("Idempotency-Key mangler: 1-128 tegn uden mellemrum, en ny for hvert nyt kald.")
    request = hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()
    claimed = _claim(f"once#{partner_id}#{digest(key)}", request, now=clock.now())
    if isinstance(claimed, Answer):
        return claimed
    answer = None
    try:
        answer = act()
    finally:
        if answer is None or answer.status >= 500:
            _release(claimed)
    if answer.status < 500:
        _keep(claimed, answer, now=clock.now())
    return answer


def _claim(pk: str, request: str, *, now: datetime) -> _Row | Answer:
    """Return the claim, or the answer that is kept."""
    row = _Row(
        pk,
        request=request,
        owner=new_token(),
        held_until=now + LEASE,
        expires_at_epoch=int((now + KEPT).timestamp()),
    )
    try:
        with conflict_means("held"):
            row.save(condition=_Row.pk.does_not_exist() | (_Row.held_until <= now))
        return row
    except Conflict as error:
        try:
            held = _Row.get(pk, _SK, consistent_read=True)
        except _Row.DoesNotExist:  # it was given up this very moment
            raise StillWorking from error
        if held.owner == row.owner:  # our own put, its answer lost
            return row
        if held.request != request:
            raise KeyReused from error
        if held.status is None:
            raise StillWorking from error
        return Answer(
            status=held.status, body=held.body or "", content_type=held.content_type or "", headers=held.headers or {}
        )


def _keep(claimed: _Row, answer: Answer, *, now: datetime) -> None:
    body = answer.body if isinstance(answer.body, str) else answer.body.decode("utf-8")
    # It took longer than the lease, and another holds it: what was done is told all the same.
    with suppress(Conflict), conflict_means("another's"):
        claimed.update(
            [
                _Row.status.set(answer.status),
                _Row.body.set(body),
                _Row.content_type.set(answer.content_type),
                _Row.headers.set({**answer.headers}),
                _Row.held_until.set(now + KEPT),
            ],
            condition=_Row.owner == claimed.owner,
        )


def _release(claimed: _Row) -> None:
    # A courtesy to who tries again: the lease ends in any case.
    with suppress(Conflict, PynamoDBException), conflict_means("another's"):
        claimed.delete(condition=_Row.owner == claimed.owner)
