"""What a municipality does with its request: sends it, confirms it, follows it, chooses a new date.

Both the form and the API come through here. Until the contact has confirmed, the address is a stranger's: it gets one
mail a day at most, and the request holds its municipality against that address alone.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from pynamodb.transactions import TransactWrite

from chalicelib.access import grants, limits, links, sessions
from chalicelib.access.links import LinkSpent, Purpose
from chalicelib.access.people import Person, Role, spelled
from chalicelib.common import municipalities
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict
from chalicelib.mail import outbox
from chalicelib.mail.addresses import check_address
from chalicelib.mail.outbox import Mail
from chalicelib.members import register
from chalicelib.membership import letters, refusals, steps, store
from chalicelib.membership.acting import act
from chalicelib.membership.entry_dates import EntryDateRule, allowed_dates
from chalicelib.membership.requests import DAYS_TO_CONFIRM, SYSTEM, Request, Step, Submission
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime.tables import conflict_means, transaction

DATES_OFFERED = 8
_LINK_LIFETIME = timedelta(days=DAYS_TO_CONFIRM)


def offered_dates(*, clock: Clock = system_clock) -> tuple[date, ...]:
    """Return the entry dates that can be chosen today without a dispensation."""
    return allowed_dates(clock.today(), rule=_rule(clock), count=DATES_OFFERED)


def submit(asked: Submission, *, clock: Clock = system_clock) -> str:
    """Store a new request and ask the contact to confirm it; return its id.

    The confirmation is not mailed when the address got one in the last 24 hours: whoever confirms that one finds all
    requests of the address and can confirm them too.

    Raises:
        AddressRefused: the contact's is not one plain address.
        EntryDateNotAllowed, DispensationNotNeeded, EntryNotAhead: the date is refused.
        DuplicateRequest: the municipality is a member, or has an open request.
    """
    asked = replace(asked, contact_address=spelled(check_address(asked.contact_address)))
    request_id = secrets.token_hex(8)
    step = steps.received(asked, request_id=request_id, act=act(asked.contact_address, clock), rule=_rule(clock))
    _check_is_first(asked, clock)
    if limits.may_mail(purpose=Purpose.CONFIRM_REQUEST, address=asked.contact_address, clock=clock):
        try:
            _receive(step, clock=clock, with_mail=True)
        except (Conflict, limits.MailLimitReached):
            _check_is_first(asked, clock)  # another request took the municipality, or only the day's mail
        else:
            return request_id
    _receive(step, clock=clock, with_mail=False)
    return request_id


def awaiting_confirmation(token: str, *, clock: Clock = system_clock) -> Request:
    """Return the request that a link confirms, without using the link.

    Raises:
        LinkSpent: the link can't be redeemed.
    """
    link = links.look(token, purpose=Purpose.CONFIRM_REQUEST, clock=clock)
    request = store.get(link.subject) if link else None
    if request is None:
        raise LinkSpent
    return request


def confirm(token: str, *, clock: Clock = system_clock) -> tuple[Request, str]:
    """Redeem the link: the address is the contact's. Return the request and the token of the contact's session.

    Raises:
        LinkSpent: the link can't be redeemed.
        NotNow: the request is confirmed already, or given up.
        DuplicateRequest: the municipality is a member, or another request was confirmed first.
    """
    request = awaiting_confirmation(token, clock=clock)
    contact = Person(address=request.contact_address, role=Role.CONTACT)
    session = ""

    def redeem(writes: TransactWrite) -> None:
        nonlocal session
        links.redeem(writes, token, purpose=Purpose.CONFIRM_REQUEST, clock=clock)
        grants.give(writes, contact)
        session = sessions.start(writes, contact, clock=clock)

    return _confirm(request, also=redeem, clock=clock), session


def confirm_own(request_id: str, *, address: str, clock: Clock = system_clock) -> Request:
    """Confirm a request of a signed-in contact, who has proved the address before.

    Raises:
        RequestUnknown: it is not the contact's.
        NotNow, DuplicateRequest: as for `confirm`.
    """
    return _confirm(of_contact(request_id, address=address), also=lambda _: None, clock=clock)


def choose_new_date(request_id: str, entry_date: date, *, address: str, clock: Clock = system_clock) -> Request:
    """Give a request that missed its entry date a new, ordinary one.

    Raises:
        RequestUnknown: it is not the contact's.
        NotNow, NewDateNotAsked, EntryDateNotAllowed: the rules say no.
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


def _receive(step: Step, *, clock: Clock, with_mail: bool) -> None:
    mails = list[Mail]()

    def ask(writes: TransactWrite) -> None:
        mails.append(_ask_to_confirm(writes, step.request, clock))

    store.commit(step, also=ask if with_mail else lambda _: None)
    outbox.nudge(mail.mail_id for mail in mails)


def _ask_again(request: Request, clock: Clock) -> None:
    """Mail a new link, if the address may get a mail now: the first one may be lost, or was never sent."""
    address = request.contact_address
    if not limits.may_mail(purpose=Purpose.CONFIRM_REQUEST, address=address, clock=clock):
        return
    with suppress(Conflict), conflict_means("En anden mail var hurtigere."):
        with transaction() as writes:
            mail = _ask_to_confirm(writes, request, clock)
        outbox.nudge([mail.mail_id])


def _ask_to_confirm(writes: TransactWrite, request: Request, clock: Clock) -> Mail:
    address = request.contact_address
    limits.count_mail(writes, purpose=Purpose.CONFIRM_REQUEST, address=address, clock=clock)
    token = links.new(
        writes,
        purpose=Purpose.CONFIRM_REQUEST,
        subject=request.request_id,
        address=address,
        valid_for=_LINK_LIFETIME,
        clock=clock,
    )
    mail = letters.confirm_request(request, token=token, asked_on=clock.today())
    outbox.record(writes, mail, clock=clock)
    return mail


def _confirm(request: Request, *, also: store.Also, clock: Clock) -> Request:
    step = steps.confirmed(request, act=act(request.contact_address, clock))
    code = request.municipality_code
    member = register.get(code)
    _check_is_no_member(code, clock)
    mail = letters.received(step.request)

    def take_municipality(writes: TransactWrite) -> None:
        register.check_unchanged(writes, code, member)
        outbox.record(writes, mail, clock=clock)
        also(writes)

    try:
        store.commit(step, also=take_municipality)
    except Conflict:
        _check_nobody_holds(code, but=request)
        raise
    outbox.nudge([mail.mail_id])
    return step.request


def _check_is_first(asked: Submission, clock: Clock) -> None:
    """Check that nothing stands in the way of a new request; one that nobody confirmed in time doesn't."""
    code = asked.municipality_code
    _check_is_no_member(code, clock)
    _check_nobody_holds(code)
    own = store.unconfirmed(code, asked.contact_address)
    if own is None:
        return
    if clock.today() < own.lapses_on:
        _ask_again(own, clock)
        raise _already_asked(own)
    store.commit(steps.lapsed(own, act=act(SYSTEM, clock)))


def _check_is_no_member(municipality_code: str, clock: Clock) -> None:
    member = register.get(municipality_code)
    if member is not None and member.is_member_on(clock.today()):
        raise refusals.AlreadyMember(name=member.name, since=member.active_from)


def _check_nobody_holds(municipality_code: str, *, but: Request | None = None) -> None:
    holder = store.holder(municipality_code)
    if holder is not None and (but is None or holder.request_id != but.request_id):
        raise _already_asked(holder)


def _already_asked(request: Request) -> refusals.AlreadyAsked:
    return refusals.AlreadyAsked(
        name=municipalities.by_code[request.municipality_code].name,
        request_id=request.request_id,
        submitted_on=request.submitted_on,
    )


def _rule(clock: Clock) -> EntryDateRule:
    return EntryDateRule.of(rulebook.load().in_force(RuleName.ENTRY_DATES, clock.today()))
