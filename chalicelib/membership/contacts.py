"""A member's contacts: the leaders who get its mails and may sign in. A new address has to confirm itself.

Who is taken off loses access at once: the grant is asked for on every request. An invitation is worth nothing any more
when its inviter may no longer invite, so that nobody who is taken off comes back by one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from pynamodb.transactions import TransactWrite

from chalicelib.access import grants, limits, links
from chalicelib.access.links import Link, LinkSpent, Purpose
from chalicelib.access.people import Person, Role, spelled
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.mail import outbox
from chalicelib.mail.addresses import check_address
from chalicelib.members import register
from chalicelib.members.register import Member
from chalicelib.membership import invitation_store, letters, member_store, refusals, store
from chalicelib.membership.invitation_store import Invitation
from chalicelib.membership.requests import DAYS_TO_CONFIRM, OPEN
from chalicelib.runtime.tables import conflict_means, transaction

#: A mail goes to all of them at once; [A] nobody needs more.
MOST_CONTACTS = 20
_BUSY = "Kommunens kontakter blev ændret af en anden imens. Se siden igen, og prøv så."


def member_of(municipality_code: str, *, clock: Clock = system_clock) -> Member:
    """Return a municipality that is a member today.

    Raises:
        NotAMember: it isn't.
    """
    member = register.get(municipality_code)
    if member is None or not member.is_member_on(clock.today()):
        raise refusals.NotAMember
    return member


def propose(municipality_code: str, address: str, *, by: Person, clock: Clock = system_clock) -> None:
    """Ask a new address to confirm that it is to be a contact, as one of the member's leaders or the secretariat.

    Raises:
        AddressRefused: it is not one plain address.
        AlreadyContact, TooManyContacts, NotAMember: it can't be added.
        MailLimitReached: the address was asked in the last 24 hours.
    """
    address = spelled(check_address(address))
    member = member_of(municipality_code, clock=clock)
    _check_may_join(member, address)
    lifetime = timedelta(days=DAYS_TO_CONFIRM)
    invitation = Invitation(
        municipality_code=municipality_code,
        address=address,
        inviter=by,
        invited_on=clock.today(),
        expires_at=clock.now() + lifetime,
    )
    with conflict_means(_BUSY), transaction() as writes:
        limits.count_mail(writes, purpose=Purpose.CONFIRM_CONTACT, address=address, clock=clock)
        token = links.new(
            writes,
            purpose=Purpose.CONFIRM_CONTACT,
            subject=municipality_code,
            address=address,
            valid_for=lifetime,
            clock=clock,
        )
        mail = letters.confirm_contact(address, mail_id=f"confirm-contact_{secrets.token_hex(8)}", token=token)
        invitation_store.put(writes, invitation)
        _note(writes, member, f"{address} er inviteret som kontakt", by=by.address, clock=clock)
        outbox.record(writes, mail, clock=clock)
    outbox.nudge([mail.mail_id])


def pending(municipality_code: str, *, clock: Clock = system_clock) -> tuple[Invitation, ...]:
    """Return the invitations that can be confirmed, by address."""
    return tuple(
        invitation
        for invitation in invitation_store.of_member(municipality_code)
        if invitation.expires_at > clock.now() and grants.stands(invitation.inviter)
    )


def cancel_invitation(municipality_code: str, address: str, *, by: str, clock: Clock = system_clock) -> None:
    """Take an invitation back: its link is dead at once.

    Raises:
        InvitationUnknown, NotAMember: there is none to take back.
        Conflict: it was answered at the same moment.
    """
    address = spelled(address)
    member = member_of(municipality_code, clock=clock)
    if invitation_store.get(municipality_code, address) is None:
        raise refusals.InvitationUnknown
    with conflict_means(_BUSY), transaction() as writes:
        invitation_store.take(writes, municipality_code, address)
        _note(writes, member, f"Invitationen til {address} er trukket tilbage", by=by, clock=clock)


def invitation(token: str, *, clock: Clock = system_clock) -> Link:
    """Return what a link confirms, without using it.

    Raises:
        LinkSpent: it can't be redeemed, is taken back, or whoever invited may no longer invite.
    """
    link, _ = _invited(token, clock)
    return link


def confirm(token: str, *, clock: Clock = system_clock) -> Member:
    """Redeem the link: the address gets the municipality's mails and may sign in as its leader.

    Raises:
        LinkSpent: the link can't be redeemed, is taken back, or whoever invited may no longer invite.
        AlreadyContact, TooManyContacts, NotAMember: it can't be added any more.
        Conflict: somebody else changed the member at the same moment.
    """
    link, inviter = _invited(token, clock)
    before = member_of(link.subject, clock=clock)
    _check_may_join(before, link.address)
    after = replace(before, leaders=(*before.leaders, link.address), version=before.version + 1)

    def redeem(writes: TransactWrite) -> None:
        links.redeem(writes, token, purpose=Purpose.CONFIRM_CONTACT, clock=clock)
        invitation_store.take(writes, link.subject, link.address)
        grants.give(writes, _leader(link.address, after))

    what = f"{link.address} er ny kontakt, inviteret af {inviter.address}"
    _change(before, after, by=link.address, what=what, also=redeem, clock=clock)
    return after


def remove(municipality_code: str, address: str, *, by: str, clock: Clock = system_clock) -> None:
    """Take a contact off; access ends at once, to the requests that it once sent too, unless one of them is open.

    Raises:
        ContactUnknown, LastContact, NotAMember: it can't be taken off.
        Conflict: somebody else changed the member at the same moment.
    """
    address = spelled(address)
    before = member_of(municipality_code, clock=clock)
    left = tuple(leader for leader in before.leaders if spelled(leader) != address)
    if left == before.leaders:
        raise refusals.ContactUnknown
    if not left:
        raise refusals.LastContact
    after = replace(before, leaders=left, version=before.version + 1)

    def take(writes: TransactWrite) -> None:
        grants.take(writes, _leader(address, after))
        if not any(request.state in OPEN for request in store.of_contact(address)):
            grants.take(writes, Person(address=address, role=Role.CONTACT))

    _change(before, after, by=by, what=f"{address} er ikke længere kontakt", also=take, clock=clock)


def _change(
    before: Member, after: Member, *, by: str, what: str, also: Callable[[TransactWrite], None], clock: Clock
) -> None:
    mail = letters.contact_changed(before, after)
    with conflict_means(_BUSY), transaction() as writes:
        register.replace_in(writes, before, after)
        member_store.add_change(writes, after.municipality_code, version=after.version, what=what, act=act(by, clock))
        also(writes)
        outbox.record(writes, mail, clock=clock)
    outbox.nudge([mail.mail_id])


def _invited(token: str, clock: Clock) -> tuple[Link, Person]:
    """Return the link and who invited."""
    link = links.look(token, purpose=Purpose.CONFIRM_CONTACT, clock=clock)
    found = invitation_store.get(link.subject, link.address) if link else None
    if link is None or found is None or not grants.stands(found.inviter):
        raise LinkSpent
    return link, found.inviter


def _note(writes: TransactWrite, member: Member, what: str, *, by: str, clock: Clock) -> None:
    member_store.add_note(writes, member.municipality_code, version=member.version, what=what, act=act(by, clock))


def _check_may_join(member: Member, address: str) -> None:
    if address in (spelled(leader) for leader in member.leaders):
        raise refusals.AlreadyContact
    if len(member.leaders) >= MOST_CONTACTS:
        raise refusals.TooManyContacts(MOST_CONTACTS)


def _leader(address: str, member: Member) -> Person:
    return Person(address=address, role=Role.LEADER, municipality_code=member.municipality_code)
