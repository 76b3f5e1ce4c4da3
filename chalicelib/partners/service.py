"""What staff and partners do with agreements. Each is one conditional write, with its history and its mails.

Of two who press at once, one wins, and the other sees what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pynamodb.transactions import TransactWrite

from chalicelib.access import staff
from chalicelib.access.people import Role
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.mail import outbox
from chalicelib.mail.outbox import Mail
from chalicelib.partners import correcting, extending, letters, refusals, reminding, steps, store
from chalicelib.partners.acting import insisting
from chalicelib.partners.agreements import Agreement, Event, ExtensionRequest, Partner, Partnership, Step, Terms
from chalicelib.partners.announcements import announcement
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import Decision
from chalicelib.webhooks import outbox as webhooks

_NEWS = (Event.ACTIVATED, Event.EXTENDED)


def partnership(partner_id: str) -> Partnership:
    """Return a partner with its agreements.

    Raises:
        PartnerUnknown: there is none.
    """
    found = store.get(partner_id)
    if found is None:
        raise refusals.PartnerUnknown
    return found


def register(partner: Partner, *, by: str, clock: Clock = system_clock) -> Partnership:
    """Enter a partner to talk with.

    Raises:
        PartnerTaken: the name or the queue is another's.
    """
    return take(steps.registered(partner, act=act(by, clock)), clock=clock)


def change_contacts(partner_id: str, contacts: Sequence[str], *, by: str, clock: Clock = system_clock) -> Partnership:
    """Let other addresses get the partner's mail."""
    return take(steps.contacts_changed(partnership(partner_id), contacts=contacts, act=act(by, clock)), clock=clock)


def correct(partner_id: str, *, name: str, cvr: str, queue: str, by: str, clock: Clock = system_clock) -> Partnership:
    """Put a mistyped name, CVR number or queue right. The partner's figures are those of the queue that it has now.

    Raises:
        PartnerTaken: the name or the queue is another's.
    """
    found = partnership(partner_id)
    step = correcting.corrected(found, name=name, cvr=cvr, queue=queue, act=act(by, clock))
    if step is None:
        return found
    after = step.partnership.partner
    return take(step, clock=clock, also=lambda writes: store.move_claims(writes, before=found.partner, after=after))


def propose(partner_id: str, terms: Terms, *, by: str, clock: Clock = system_clock) -> Partnership:
    """Enter terms for the steering group to decide on.

    Raises:
        AlreadyProposed, PeriodsOverlap, EndsBeforeItStarts, ReviewDateNeeded, ReviewDateNotNeeded: the rules say no.
    """
    return take(steps.proposed(partnership(partner_id), terms=terms, act=act(by, clock)), clock=clock)


def drop(partner_id: str, *, by: str, clock: Clock = system_clock) -> Partnership:
    """Give the proposal up.

    Raises:
        NothingProposed: no proposal waits.
    """
    return take(steps.dropped(partnership(partner_id), act=act(by, clock)), clock=clock)


def activate(partner_id: str, *, decision_id: str, by: str, clock: Clock = system_clock) -> Partnership:
    """Enter the mandate: the proposal is an agreement, and the partner is told.

    Raises:
        NotADecisionId, DecisionUnknown, NotAMandate: it rests on nothing.
        NothingProposed, PeriodsOverlap, ReviewDateNeeded: the rules say no.
    """
    found, decision = partnership(partner_id), _decision(decision_id)
    step = steps.activated(found, decision=decision, act=act(by, clock))
    return take(step, letters.activated(step.partnership, _of(step)), clock=clock)


def request_extension(
    partner_id: str, until: date, expected: int, *, by: str, key: str, clock: Clock = system_clock
) -> ExtensionRequest:
    """Enter the partner's wish to go on until a day, with so many calls a month; secretariat and chair are told.

    `by` is who asks: a key of the partner's, or somebody of the secretariat for it. The same `key` again is the same
    wish, whatever has become of it. A program can't look at what somebody else wrote meanwhile, so that is done here.

    Raises:
        OpenEnded, NotRunning, NotLonger, AlreadyAsked: the rules say no.
        KeyUsed: another wish came under the key.
        TryLater: others kept writing the partner.
    """

    def attempt() -> ExtensionRequest:
        found = partnership(partner_id)
        before = extending.asked_before(found, key=key, until=until, calls_per_month=expected)
        if before is not None:
            return before
        step = extending.asked(found, key=key, until=until, calls_per_month=expected, act=act(by, clock))
        request = step.partnership.open_request
        assert request is not None
        chairs = [person.address for person in staff.everybody() if person.role is Role.CHAIR]
        mail = letters.extension_asked(step.partnership, _of(step), request, chairs=chairs)
        take(step, mail, clock=clock)
        return request

    return insisting(attempt)


def extend(
    partner_id: str,
    *,
    until: date | None,
    review_date: date | None,
    expected: int,
    price_per_call_oere: int | None,
    decision_id: str,
    by: str,
    clock: Clock = system_clock,
) -> Partnership:
    """Enter the decision that it goes on: a new period from the day after the last, and the partner is told.

    Raises:
        NotADecisionId, DecisionUnknown, NotAMandate: it rests on nothing.
        OpenEnded, NotRunning, NotLonger, ReviewDateNeeded, ReviewDateNotNeeded: the rules say no.
    """
    found, decision = partnership(partner_id), _decision(decision_id)
    step = extending.extended(
        found,
        until=until,
        review_date=review_date,
        calls_per_month=expected,
        price_per_call_oere=price_per_call_oere,
        decision=decision,
        act=act(by, clock),
    )
    return take(step, letters.extended(step.partnership, _of(step)), clock=clock)


def decline_extension(
    partner_id: str, *, decision_id: str, reason: str, by: str, clock: Clock = system_clock
) -> Partnership:
    """Enter the decision that the wish to extend is not granted; the partner is told why.

    Raises:
        NothingAsked: no wish waits.
        NotADecisionId, DecisionUnknown, NotAMandate, ReasonMissing: it rests on nothing.
    """
    found, decision = partnership(partner_id), _decision(decision_id)
    step = extending.declined(found, decision=decision, reason=reason, act=act(by, clock))
    assert found.latest is not None
    mail = letters.extension_declined(step.partnership, found.latest, decision_id=decision.decision_id, reason=reason)
    return take(step, mail, clock=clock)


def end(partner_id: str, *, last_day: date, reason: str, by: str, clock: Clock = system_clock) -> Partnership:
    """Enter that the agreement ends earlier than agreed; the partner is told why.

    Raises:
        NotRunning, NotALastDay, ReasonMissing: the rules say no.
    """
    step = steps.end_set(partnership(partner_id), last_day=last_day, reason=reason, act=act(by, clock))
    return take(step, letters.end_set(step.partnership, _of(step), last_day=last_day, reason=reason), clock=clock)


def review(partner_id: str, *, next_review: date, by: str, clock: Clock = system_clock) -> Partnership:
    """Enter that the open agreement was looked at, and when it is looked at again.

    Raises:
        NotRunning, ReviewDateNotNeeded, ReviewDateNeeded: the rules say no.
    """
    found = partnership(partner_id)
    if found.latest is None:
        raise refusals.NotRunning
    step = reminding.reviewed(found, number=found.latest.number, next_review=next_review, act=act(by, clock))
    return take(step, clock=clock)


def take(step: Step, *mails: Mail, clock: Clock, also: store.Also = lambda _: None) -> Partnership:
    """Store a step with its mails, note it for the newsletter where it is news, and tell the partner's system of it."""
    told = announcement(step)

    def record(writes: TransactWrite) -> None:
        also(writes)
        if step.entry.what in _NEWS:
            store.note_news(writes, step)
        if told is not None:
            webhooks.record(writes, told, clock=clock)
        for mail in mails:
            outbox.record(writes, mail, clock=clock)

    store.commit(step, also=record)
    outbox.nudge(mail.mail_id for mail in mails)
    if told is not None:
        webhooks.nudge([told.event_id])
    return step.partnership


def _decision(decision_id: str) -> Decision:
    found = decisions.get(decision_id)
    if found is None:
        raise refusals.DecisionUnknown
    return found


def _of(step: Step) -> Agreement:
    agreement = step.partnership.numbered(step.entry.agreement or 0)
    assert agreement is not None
    return agreement
