"""What a municipality does with its request: sends it, follows it, chooses a new date.

Both the form and the API come through here. Until the contact has confirmed (confirming.py), the address is a
stranger's: it gets one mail a day at most, and the request holds its municipality against that address alone.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from pynamodb.transactions import TransactWrite

from chalicelib.access import limits, links
from chalicelib.access.links import Purpose
from chalicelib.access.people import spelled
from chalicelib.common import municipalities
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict
from chalicelib.mail import outbox
from chalicelib.mail.addresses import check_address
from chalicelib.mail.outbox import Mail
from chalicelib.members import register
from chalicelib.membership import letters, refusals, steps, store
from chalicelib.membership.entry_dates import EntryDateRule, allowed_dates
from chalicelib.membership.requests import SYSTEM, Request, Step, Submission
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime.tables import conflict_means, transaction

DATES_OFFERED = 8


def offered_dates(*, clock: Clock = system_clock) -> tuple[date, ...]:
    """Return the entry dates that can be chosen today without a dispensation."""
    return allowed_dates(clock.today(), rule=_rule(clock), count=DATES_OFFERED)


def submit(asked: Submission, *, clock: Clock = system_clock) -> str:
    """Store a new request and ask the contact to confirm it; return its id.

    The confirmation is not mailed when the address got one in the last 24 hours: whoever confirms that one finds all
    requests of the address and can confirm them too. What the address asked for the municipality before, and nobody
    confirmed, is replaced when this says something else.

    Raises:
        AddressRefused: the contact's is not one plain address.
        EntryDateTooFar, EntryDateNotAllowed, DispensationNotNeeded, EntryNotAhead: the date is refused.
        DuplicateRequest: the municipality is a member, or has an open request; the same is asked for already.
    """
    asked = replace(asked, contact_address=spelled(check_address(asked.contact_address)))
    request_id = secrets.token_hex(8)
    step = steps.received(asked, request_id=request_id, act=act(asked.contact_address, clock), rule=_rule(clock))
    _make_way(step.request, clock)
    if limits.may_mail(purpose=Purpose.CONFIRM_REQUEST, address=asked.contact_address, clock=clock):
        try:
            _receive(step, clock=clock, with_mail=True)
        except (Conflict, limits.MailLimitReached):
            _make_way(step.request, clock)  # another request took the municipality, or only the day's mail
        else:
            return request_id
    _receive(step, clock=clock, with_mail=False)
    return request_id


def choose_new_date(request_id: str, entry_date: date, *, address: str, clock: Clock = system_clock) -> Request:
    """Give a request that missed its entry date a new, ordinary one.

    Raises:
        RequestUnknown: it is not the contact's.
        NotNow, NewDateNotAsked, EntryDateTooFar, EntryDateNotAllowed: the rules say no.
    """
    request = of_contact(request_id, address=address)
    step = steps.new_date_chosen(request, act=act(address, clock), entry_date=entry_date, rule=_rule(clock))
    store.commit(step)
    return step.request


def of_contact(request_id: str, *, address: str) -> Request:
    """Return a contact's own request.

    Raises:
        RequestUnknown: there is none, or it is somebody else's.
    """
    request = store.get(request_id)
    if request is None or request.contact_address != address:
        raise refusals.RequestUnknown
    return request


def check_is_free(municipality_code: str, *, but: Request | None = None, clock: Clock = system_clock) -> None:
    """Check that the municipality is no member, and that no confirmed request `but` this one holds it.

    Raises:
        DuplicateRequest: it is, or one does.
    """
    member = register.get(municipality_code)
    if member is not None and member.is_member_on(clock.today()):
        raise refusals.AlreadyMember(name=member.name, since=member.active_from)
    holder = store.holder(municipality_code)
    if holder is not None and (but is None or holder.request_id != but.request_id):
        raise _already_asked(holder)


def _make_way(new: Request, clock: Clock) -> None:
    """Check that nothing stands in the way of a new request; the address's own that nobody confirmed gives way.

    Asked for once more, the same stays, and its link is mailed again; on its last day, when no link would live a day,
    it gives way as well.
    """
    check_is_free(new.municipality_code, clock=clock)
    own = store.unconfirmed(new.municipality_code, new.contact_address)
    if own is None:
        return
    if own.asked == new.asked and _days_left(own, clock) > 0:
        _ask_again(own, clock)
        raise _already_asked(own)
    system = act(SYSTEM, clock)
    is_over = clock.today() >= own.lapses_on
    store.commit(steps.lapsed(own, act=system) if is_over else steps.replaced(own, act=system, by=new.request_id))


def _receive(step: Step, *, clock: Clock, with_mail: bool) -> None:
    mails = list[Mail]()

    def ask(writes: TransactWrite) -> None:
        mails.append(_ask_to_confirm(writes, step.request, clock))

    store.commit(step, also=ask if with_mail else lambda _: None)
    outbox.nudge(mail.mail_id for mail in mails)


def _ask_again(request: Request, clock: Clock) -> None:
    """Mail a new link, if the address may get a mail now: the first one may be lost, or was never sent."""
    with suppress(Conflict, limits.MailLimitReached), conflict_means("En anden mail var hurtigere."):
        with transaction() as writes:
            mail = _ask_to_confirm(writes, request, clock)
        outbox.nudge([mail.mail_id])


def _ask_to_confirm(writes: TransactWrite, request: Request, clock: Clock) -> Mail:
    """Add a link and its mail to a transaction. The link lives as long as the mail says, and the request no shorter."""
    address, days = request.contact_address, _days_left(request, clock)
    limits.count_mail(writes, purpose=Purpose.CONFIRM_REQUEST, address=address, clock=clock)
    token = links.new(
        writes,
        purpose=Purpose.CONFIRM_REQUEST,
        subject=request.request_id,
        address=address,
        valid_for=timedelta(days=days),
        clock=clock,
    )
    mail = letters.confirm_request(request, token=token, days=days, asked_on=clock.today())
    outbox.record(writes, mail, clock=clock)
    return mail


def _days_left(request: Request, clock: Clock) -> int:
    """Return for how many whole days from now the request can still be confirmed."""
    return (request.lapses_on - clock.today()).days - 1


def _already_asked(request: Request) -> refusals.AlreadyAsked:
    return refusals.AlreadyAsked(
        name=municipalities.by_code[request.municipality_code].name,
        request_id=request.request_id,
        submitted_on=request.submitted_on,
    )


def _rule(clock: Clock) -> EntryDateRule:
    return EntryDateRule.of(rulebook.load().in_force(RuleName.ENTRY_DATES, clock.today()))
