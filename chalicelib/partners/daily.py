"""What time itself does to agreements: they end, and those whom it concerns are reminded before.

Every run does all that is due, whatever days were missed. Running it again, or twice at once, is running it once: each
step is a conditional write, and whoever comes second passes on.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from enum import StrEnum

from pynamodb.exceptions import PynamoDBException
from pynamodb.transactions import TransactWrite

from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.danish import counted
from chalicelib.common.errors import AppError, Conflict, TryLater
from chalicelib.mail import outbox
from chalicelib.mail.outbox import Mail
from chalicelib.partners import evaluating, letters, reminding, service, steps, store
from chalicelib.partners.agreements import SYSTEM, Agreement, Event, Partnership, State
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleBook
from chalicelib.runtime.entrypoints import log_failure, logger


class _Due(StrEnum):
    ENDED = "ended"
    REMINDED = "reminded"


def run(*, clock: Clock = system_clock) -> dict[str, int]:
    """Do everything that is due today or was due before; return how many of each.

    Raises:
        TryLater: the store failed for some; the others are done.
    """
    book, done, failed = rulebook.load(), Counter[str](), 0
    for found in store.all_partners():
        for agreement in found.agreements:
            due = _due(found, agreement, today=clock.today())
            if due is None:
                continue
            try:
                done[due.value] += _succeeds(due, found.partner_id, agreement.number, book=book, clock=clock)
            except PynamoDBException as error:
                log_failure("agreement not taken further", error, step=due.value)
                failed += 1
    if failed:
        raise TryLater(f"{counted(failed, 'aftale', 'aftaler')} kom ikke videre. Kør jobbet igen.")
    return dict(+done)


def _due(partnership: Partnership, agreement: Agreement, *, today: date) -> _Due | None:
    end = agreement.period.end
    if agreement.state is State.ACTIVE and end is not None and end < today:
        return _Due.ENDED
    return _Due.REMINDED if reminding.reminder_due(partnership, agreement, today=today) is not None else None


def _succeeds(due: _Due, partner_id: str, number: int, *, book: RuleBook, clock: Clock) -> bool:
    """Do it; return whether it was done: not when somebody else did it, nor when it can't be done."""
    try:
        partnership = service.partnership(partner_id)  # as it is by now
        if due is _Due.ENDED:
            _end(partnership, number, clock)
        else:
            _remind(partnership, number, book, clock)
    except Conflict:
        return False
    except AppError as error:
        logger().error("agreement not taken further", extra={"step": due.value, "code": error.code})
        return False
    return True


def _end(partnership: Partnership, number: int, clock: Clock) -> None:
    """End the period; where nothing goes on, tell both sides."""
    step = steps.expired(partnership, number=number, act=act(SYSTEM, clock))
    mails: tuple[Mail, ...] = ()
    if step.entry.what is Event.ENDED:
        agreement = step.partnership.numbered(number)
        assert agreement is not None
        mails = letters.ended(step.partnership, agreement)
    service.take(step, *mails, clock=clock)


def _remind(partnership: Partnership, number: int, book: RuleBook, clock: Clock) -> None:
    """Remind both sides, the partner with a link by which it evaluates."""
    agreement, today = partnership.numbered(number), clock.today()
    days = reminding.reminder_due(partnership, agreement, today=today) if agreement else None
    if agreement is None or days is None:
        raise Conflict("Der er allerede mindet om aftalen.")
    step = reminding.reminded(partnership, number=number, days=days, act=act(SYSTEM, clock))
    declined_by = reminding.declined_by(agreement, history=store.history(partnership.partner_id))
    mails: list[Mail] = []

    def record(writes: TransactWrite) -> None:
        token = None if agreement.period.is_open else evaluating.new_link(writes, partnership, agreement, clock=clock)
        mails.extend(
            letters.reminders(
                step.partnership,
                agreement,
                days=days,
                declined_by=declined_by,
                token=token,
                book=book,
                today=today,
            )
        )
        for mail in mails:
            outbox.record(writes, mail, clock=clock)

    service.take(step, clock=clock, also=record)
    outbox.nudge(mail.mail_id for mail in mails)
