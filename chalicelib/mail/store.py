"""The outbox's table: one row a mail, keyed by the mail's id, so that the same mail can't be recorded twice.

What the mail says never changes after it is recorded; what becomes of it is replaced as one value, under the condition
that nobody replaced it meanwhile. The index by state is eventually consistent: it says where to look, never what holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib.common.errors import Conflict
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.mail.delivery import Attempt, Delivery, Evidence, Outcome, Receipt, State
from chalicelib.mail.mails import Mail, MailState
from chalicelib.runtime import correlation
from chalicelib.runtime.tables import InstantAttribute, IntegerAttribute, JSONTextAttribute, Table, conflict_means

_SK = "mail"
_ALREADY = "Mailen er registreret i forvejen."
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class _ByState(GlobalSecondaryIndex["_Row"]):  # type: ignore[no-untyped-call]  # pynamodb's __init_subclass__
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class _Row(Table):
    feature = "mail"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    by_state = _ByState()
    # What the cause recorded.
    mail_id = UnicodeAttribute()
    to = JSONTextAttribute()
    subject = UnicodeAttribute()
    template = UnicodeAttribute()
    facts = JSONTextAttribute()
    send_from = UnicodeAttribute(null=True)
    recorded_at = InstantAttribute()
    recorded_by = UnicodeAttribute()
    correlation_id = UnicodeAttribute(null=True)
    # What became of it.
    state = UnicodeAttribute()
    due_at = InstantAttribute()
    version = IntegerAttribute()
    progress = JSONTextAttribute()
    erased = BooleanAttribute(null=True)  # after the retention period: nothing of what the cause recorded is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A mail as the index knows it, without what it says."""

    mail_id: str
    delivery: Delivery


def add_to(transaction: TransactWrite, mail: Mail, delivery: Delivery, *, owner: str) -> None:
    """Add the recording of a new mail to its cause's transaction, which fails when the mail exists."""
    transaction.save(_row(mail, delivery, owner), condition=_Row.pk.does_not_exist())


def add(mail: Mail, delivery: Delivery, *, owner: str) -> bool:
    """Record a new mail; say whether it was this call that did. `owner` is unique to the call.

    A write whose answer was lost is tried again and then meets itself: it knows its own token.
    """
    try:
        with conflict_means(_ALREADY):
            _row(mail, delivery, owner).save(condition=_Row.pk.does_not_exist())
    except Conflict:
        return _Row.get(_pk(mail.mail_id), _SK, consistent_read=True).recorded_by == owner
    return True


def get(mail_id: str) -> MailState | None:
    """Return a mail as it is now (a strong read)."""
    try:
        row = _Row.get(_pk(mail_id), _SK, consistent_read=True)
    except DoesNotExist:
        return None
    mail = Mail(
        mail_id=row.mail_id,
        to=tuple(row.to),
        subject=row.subject,
        template=row.template,
        facts=row.facts,
        send_from=date.fromisoformat(row.send_from) if row.send_from else None,
    )
    return MailState(mail=mail, delivery=_delivery(row), correlation_id=row.correlation_id or "")


def replace(mail_id: str, before: Delivery, after: Delivery) -> bool:
    """Put `after` in the place of `before`; say no when `before` is no longer what is stored.

    It also says no when this very write succeeded and its answer was lost: read again and see.
    """
    try:
        with conflict_means("Mailen blev ændret imens."):
            _Row(_pk(mail_id), _SK).update(
                actions=[
                    _Row.state.set(after.state.value),
                    _Row.due_at.set(after.due_at),
                    _Row.version.set(before.version + 1),
                    _Row.progress.set(_progress(after)),
                ],
                condition=_Row.version == before.version,
            )
    except Conflict:
        return False
    return True


def erase(mail_id: str, delivery: Delivery) -> None:
    """Erase what a mail said and to whom. Its id and what became of it stay.

    Raises:
        Conflict: something became of it since it was read.
    """
    with conflict_means("Mailen blev ændret imens. Kør jobbet igen."):
        _Row(_pk(mail_id), _SK).update(
            actions=[_Row.to.set([]), _Row.subject.set(""), _Row.facts.set({}), _Row.erased.set(True)],
            condition=_Row.version == delivery.version,
        )


def in_state(
    state: State,
    *,
    due_from: datetime | None = None,
    due_until: datetime | None = None,
    only_unerased: bool = False,
) -> Iterator[Entry]:
    """Yield the mails in a state by when they are due, both ends included; what is yielded may be some seconds old."""
    rows = _Row.by_state.query(
        state.value,
        _Row.due_at.between(due_from or _EVER[0], due_until or _EVER[1]),
        filter_condition=_Row.erased.does_not_exist() if only_unerased else None,
        attributes_to_get=["pk", "sk", "mail_id", "send_from", "recorded_at", "state", "due_at", "version", "progress"],
    )
    for row in rows:
        yield Entry(mail_id=row.mail_id, delivery=_delivery(row))


def _pk(mail_id: str) -> str:
    return f"mail#{mail_id}"


def _row(mail: Mail, delivery: Delivery, owner: str) -> _Row:
    return _Row(
        _pk(mail.mail_id),
        _SK,
        mail_id=mail.mail_id,
        to=list(mail.to),
        subject=mail.subject,
        template=mail.template,
        facts=dict(mail.facts),
        send_from=mail.send_from.isoformat() if mail.send_from else None,
        recorded_at=delivery.recorded_at,
        recorded_by=owner,
        correlation_id=correlation.current() or None,
        state=delivery.state.value,
        due_at=delivery.due_at,
        version=delivery.version,
        progress=_progress(delivery),
    )


def _delivery(row: _Row) -> Delivery:
    progress = row.progress
    return Delivery(
        state=State(row.state),
        recorded_at=row.recorded_at,
        send_from=date.fromisoformat(row.send_from) if row.send_from else None,
        version=row.version,
        attempts=tuple(_attempt(each) for each in progress["attempts"]),
        receipts=tuple(
            Receipt(attempt=each["attempt"], evidence=Evidence[each["evidence"]], recipient=each["recipient"])
            for each in progress["receipts"]
        ),
        deferrals=progress["deferrals"],
        retry_at=instant_from(progress["retry_at"]) if progress["retry_at"] else None,
        trouble=progress["trouble"],
    )


def _attempt(stored: dict[str, Any]) -> Attempt:
    return Attempt(
        number=stored["number"],
        owner=stored["owner"],
        claimed_at=instant_from(stored["claimed_at"]),
        digest=stored["digest"],
        size=stored["size"],
        outcome=Outcome(stored["outcome"]),
        code=stored["code"],
        ses_message_id=stored["ses_message_id"],
        accepted_at=instant_from(stored["accepted_at"]) if stored["accepted_at"] else None,
    )


def _progress(delivery: Delivery) -> dict[str, Any]:
    return {
        "attempts": [
            {
                "number": attempt.number,
                "owner": attempt.owner,
                "claimed_at": instant_text(attempt.claimed_at),
                "digest": attempt.digest,
                "size": attempt.size,
                "outcome": attempt.outcome.value,
                "code": attempt.code,
                "ses_message_id": attempt.ses_message_id,
                "accepted_at": instant_text(attempt.accepted_at) if attempt.accepted_at else None,
            }
            for attempt in delivery.attempts
        ],
        "receipts": [
            {"attempt": receipt.attempt, "evidence": receipt.evidence.name, "recipient": receipt.recipient}
            for receipt in delivery.receipts
        ],
        "deferrals": delivery.deferrals,
        "retry_at": instant_text(delivery.retry_at) if delivery.retry_at else None,
        "trouble": delivery.trouble,
    }
