"""A member leaves: a leader gives notice, the membership ends by itself, and one answer tells why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from chalicelib.access import links
from chalicelib.access.links import LinkSpent, Purpose
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.danish import long_date
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.members.register import Member
from chalicelib.membership import leaving_store, letters, member_store, refusals
from chalicelib.membership.contacts import member_of
from chalicelib.membership.leaving import (
    DAYS_OFFERED,
    ExitAnswer,
    ExitSummary,
    Withdrawal,
    check_last_day,
    last_days,
    summary,
)
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime.tables import conflict_means, transaction

#: [A] How long the exit survey can be answered.
DAYS_TO_ANSWER = 90
_BUSY = "Medlemskabet blev ændret af en anden imens. Se siden igen, og prøv så."
_ANSWERED = "Der er allerede svaret. Tak!"


def notice_months(municipality_code: str, *, clock: Clock = system_clock) -> int:
    """Return the notice that the member's agreement asks for; that of the rule in force where none is recorded."""
    known = member_store.agreement(municipality_code)
    if known is not None:
        return known[0].notice_months
    months: int = rulebook.load().in_force(RuleName.COOPERATION_AGREEMENT, clock.today()).value["notice_months"]
    return months


def offered_last_days(municipality_code: str, *, clock: Clock = system_clock) -> tuple[date, ...]:
    """Return the days on which the membership can end, when notice is given today."""
    return last_days(clock.today(), notice_months=notice_months(municipality_code, clock=clock), count=DAYS_OFFERED)


def withdraw(municipality_code: str, last_day: date, *, by: str, clock: Clock = system_clock) -> Withdrawal:
    """Give notice for a member: the register knows its last day; a receipt, the exit survey and word of it are mailed.

    Raises:
        NotAMember, AlreadyLeaving: there is nothing to end.
        LastDayNotAllowed: it is none of the days offered.
        Conflict: somebody else changed the member at the same moment.
    """
    before = member_of(municipality_code, clock=clock)
    if before.active_until is not None:
        raise refusals.AlreadyLeaving(before.active_until)
    notice = notice_months(municipality_code, clock=clock)
    check_last_day(last_day, today=clock.today(), notice_months=notice)
    known = member_store.agreement(municipality_code)
    withdrawal = Withdrawal(
        municipality_code=municipality_code,
        last_day=last_day,
        notice_months=notice,
        given_by=by,
        given_on=clock.today(),
        given_at=clock.now(),
        request_id=known[1] if known else None,
    )
    _store(before, withdrawal, clock=clock)
    return withdrawal


def survey(token: str, *, clock: Clock = system_clock) -> Withdrawal:
    """Return the withdrawal that a link asks about, without using the link.

    Raises:
        LinkSpent: it can't be redeemed.
    """
    link = links.look(token, purpose=Purpose.EXIT_SURVEY, clock=clock)
    if link is None:
        raise LinkSpent
    code, _, last_day = link.subject.partition("/")
    return leaving_store.withdrawal(code, date.fromisoformat(last_day))


def reasons(*, clock: Clock = system_clock) -> list[tuple[str, str]]:
    """Return the reasons that can be chosen among: key and title."""
    rule = rulebook.load().in_force(RuleName.EXIT_REASONS, clock.today()).value
    return [(reason["key"], reason["title"]) for reason in rule]


def answer(token: str, *, chosen: Sequence[str], text: str, may_interview: bool, clock: Clock = system_clock) -> None:
    """Redeem the link for one answer.

    Raises:
        LinkSpent: it can't be redeemed.
        UnknownReason: no reason of the list is chosen.
        Conflict: the member answered already.
    """
    withdrawal = survey(token, clock=clock)
    known = {key for key, _ in reasons(clock=clock)}
    if not chosen or not known.issuperset(chosen):
        raise refusals.UnknownReason
    stored = ExitAnswer(
        municipality_code=withdrawal.municipality_code,
        last_day=withdrawal.last_day,
        reasons=tuple(sorted(set(chosen))),
        text=text,
        may_interview=may_interview,
        answered_at=clock.now(),
    )
    with conflict_means(_ANSWERED), transaction() as writes:
        links.redeem(writes, token, purpose=Purpose.EXIT_SURVEY, clock=clock)
        leaving_store.add_answer(writes, stored)


def exit_summary(*, clock: Clock = system_clock) -> ExitSummary:
    """Return the answers that are published, together."""
    minimum: int = rulebook.load().in_force(RuleName.SMALL_AGGREGATE_MINIMUM, clock.today()).value
    keys = [key for key, _ in reasons(clock=clock)]
    return summary(leaving_store.answers(), reasons=keys, minimum=minimum)


def _store(before: Member, withdrawal: Withdrawal, *, clock: Clock) -> None:
    code, last_day = withdrawal.municipality_code, withdrawal.last_day
    after = replace(before, active_until=last_day, version=before.version + 1)
    receipt = letters.withdrawal_received(after, withdrawal)
    with conflict_means(_BUSY), transaction() as writes:
        register.replace_in(writes, before, after)
        member_store.add_change(
            writes,
            code,
            version=after.version,
            what=f"Meldt ud pr. {long_date(last_day)}",
            act=act(withdrawal.given_by, clock),
        )
        leaving_store.add_withdrawal(writes, withdrawal)
        token = links.new(
            writes,
            purpose=Purpose.EXIT_SURVEY,
            subject=f"{code}/{last_day.isoformat()}",
            address=withdrawal.given_by,
            valid_for=timedelta(days=DAYS_TO_ANSWER),
            clock=clock,
        )
        questions = letters.exit_survey(after, withdrawal, token=token, days=DAYS_TO_ANSWER)
        mails = (receipt, questions, letters.withdrawal_registered(after, withdrawal))
        for mail in mails:
            outbox.record(writes, mail, clock=clock)
    outbox.nudge(mail.mail_id for mail in mails)
