"""Requests as they are stored: the request itself, its history, and who holds which municipality.

Every step is one transaction on the condition that nobody took another in between. The index says where to look, a few
seconds late; what holds is read by key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib.common.errors import Conflict
from chalicelib.membership.request_json import entry_from_json, entry_to_json, request_from_json, request_to_json
from chalicelib.membership.requests import Entry, Request, State, Step
from chalicelib.runtime.tables import IntegerAttribute, JSONTextAttribute, Table, conflict_means, transaction

Also = Callable[[TransactWrite], None]

_SK = "request"
_ID = re.compile(r"[0-9a-f]{16}")
_CLAIM = "claim"
_BUSY = "Anmodningen blev ændret af en anden imens. Se den igen, og prøv så."


class _ByState(GlobalSecondaryIndex["_RequestRow"]):  # type: ignore[no-untyped-call]  # pynamodb's __init_subclass__
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    waits_for = UnicodeAttribute(range_key=True, attr_name="entry_date")


class _RequestRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    by_state = _ByState()
    state = UnicodeAttribute()
    #: The day that the request waits for: its entry date; before it is confirmed, the day on which it lapses.
    waits_for = UnicodeAttribute(attr_name="entry_date")
    version = IntegerAttribute()
    request = JSONTextAttribute()


class _EntryRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    entry = JSONTextAttribute()
    written_by = UnicodeAttribute()


class _ClaimRow(Table):
    """Whose a municipality is: `claim` the confirmed request's; `unconfirmed#<address>` one address's own."""

    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_CLAIM)
    request_id = UnicodeAttribute()


class _ContactRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def commit(step: Step, *, also: Also = lambda _: None) -> None:
    """Store what happened to a request, and whatever `also` adds to the transaction: all of it, or nothing.

    A transaction whose answer was lost is tried again and then meets itself: it knows its own token.

    Raises:
        Conflict: somebody else wrote the request since it was read, or holds what this step needs.
    """
    request, token = step.request, secrets.token_hex(8)
    unchanged = _RequestRow.pk.does_not_exist() if request.version == 1 else _RequestRow.version == request.version - 1
    entry = _EntryRow(
        _pk(request.request_id), _entry_key(request.version), entry=entry_to_json(step.entry), written_by=token
    )
    try:
        with conflict_means(_BUSY), transaction() as writes:
            writes.save(_row(request), condition=unchanged)
            writes.save(entry, condition=_EntryRow.pk.does_not_exist())
            _hold_municipality(writes, step)
            also(writes)
    except Conflict:
        if _written_by(request.request_id, request.version) != token:
            raise


def get(request_id: str) -> Request | None:
    """Return a request as it is now (strong read). Whatever stands in an address may be asked for."""
    if not _ID.fullmatch(request_id):
        return None
    try:
        row = _RequestRow.get(_pk(request_id), _SK, consistent_read=True)
    except DoesNotExist:
        return None
    return request_from_json(row.request)


def history(request_id: str) -> tuple[Entry, ...]:
    """Return what happened to a request, oldest first (strong read)."""
    rows = _EntryRow.query(_pk(request_id), _EntryRow.sk.startswith("history#"), consistent_read=True)
    return tuple(entry_from_json(row.entry) for row in rows)


def in_state(state: State, *, waiting_until: date | None = None) -> Iterator[Request]:
    """Yield the requests in a state, by the day that they wait for; those due until a day, when one is given."""
    due = None if waiting_until is None else _RequestRow.waits_for <= waiting_until.isoformat()
    for row in _RequestRow.by_state.query(state.value, due):
        yield request_from_json(row.request)


def of_contact(address: str) -> tuple[Request, ...]:
    """Return the requests that an address is the contact of, latest first (strong reads)."""
    keys = [(row.sk, _SK) for row in _ContactRow.query(_contact(address), consistent_read=True)]
    requests = [request_from_json(row.request) for row in _RequestRow.batch_get(keys, consistent_read=True)]
    return tuple(sorted(requests, key=lambda request: request.submitted_at, reverse=True))


def holder(municipality_code: str) -> Request | None:
    """Return the open, confirmed request that holds the municipality (strong reads)."""
    return _claimed(municipality_code, _CLAIM)


def unconfirmed(municipality_code: str, address: str) -> Request | None:
    """Return the address's own request for the municipality that it has not confirmed yet (strong reads)."""
    return _claimed(municipality_code, _unconfirmed_key(address))


def _claimed(municipality_code: str, key: str) -> Request | None:
    try:
        row = _ClaimRow.get(_claims(municipality_code), key, consistent_read=True)
    except DoesNotExist:
        return None
    return get(row.request_id)


def _hold_municipality(writes: TransactWrite, step: Step) -> None:
    """Claim the municipality or let it go. Unconfirmed, a request holds it against its own address alone."""
    request = step.request
    claims = _claims(request.municipality_code)
    unconfirmed = _ClaimRow(claims, _unconfirmed_key(request.contact_address), request_id=request.request_id)
    claim = _ClaimRow(claims, _CLAIM, request_id=request.request_id)
    contact = _ContactRow(_contact(request.contact_address), _pk(request.request_id))
    is_ours = _ClaimRow.request_id == request.request_id
    if step.entry.what is State.RECEIVED:
        writes.save(unconfirmed, condition=_ClaimRow.pk.does_not_exist())
        writes.save(contact)
    elif step.entry.what is State.CONFIRMED:
        writes.delete(unconfirmed, condition=is_ours)
        writes.save(claim, condition=_ClaimRow.pk.does_not_exist())
    elif step.entry.what is State.LAPSED:
        writes.delete(unconfirmed, condition=is_ours)
        writes.delete(contact)
    elif step.entry.what is State.CANCELLED and step.was is State.RECEIVED:
        writes.delete(unconfirmed, condition=is_ours)
    elif step.entry.what in (State.DECLINED, State.CANCELLED, State.ACTIVE):
        writes.delete(claim, condition=is_ours)


def _written_by(request_id: str, version: int) -> str | None:
    try:
        return _EntryRow.get(_pk(request_id), _entry_key(version), consistent_read=True).written_by
    except DoesNotExist:
        return None


def _row(request: Request) -> _RequestRow:
    waits_for = request.lapses_on if request.state is State.RECEIVED else request.entry_date
    return _RequestRow(
        _pk(request.request_id),
        _SK,
        state=request.state.value,
        waits_for=waits_for.isoformat(),
        version=request.version,
        request=request_to_json(request),
    )


def _pk(request_id: str) -> str:
    return f"request#{request_id}"


def _entry_key(version: int) -> str:
    return f"history#{version:06d}"


def _claims(municipality_code: str) -> str:
    return f"claim#{municipality_code}"


def _unconfirmed_key(address: str) -> str:
    return f"unconfirmed#{address}"


def _contact(address: str) -> str:
    return f"contact#{address}"
