"""How the contact proves the address by a link, and confirms requests: by that link, or signed in later.

The link is the address's own, not one request's: it shows every request that waits for the address, and which of them
is right is for its owner to say. So a stranger who types the address first can't come between it and its own request.
"""

from __future__ import annotations

from contextlib import suppress

from pynamodb.transactions import TransactWrite

from chalicelib.access import grants, links, sessions
from chalicelib.access.links import LinkSpent, Purpose
from chalicelib.access.people import Person, Role
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import AppError, Conflict
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.membership import letters, steps, store
from chalicelib.membership.applying import check_is_free, of_contact
from chalicelib.membership.refusals import DuplicateRequest, RequestUnknown
from chalicelib.membership.requests import Request, State
from chalicelib.runtime.tables import conflict_means, transaction

_SECOND = "Linket blev brugt imens. Log ind for at se jeres anmodninger."


def waiting(token: str, *, clock: Clock = system_clock) -> tuple[Request, ...]:
    """Return the requests that a link's address can confirm, latest first, without using the link.

    Raises:
        LinkSpent: the link can't be redeemed.
    """
    link = links.look(token, purpose=Purpose.CONFIRM_REQUEST, clock=clock)
    if link is None:
        raise LinkSpent
    return tuple(request for request in store.of_contact(link.address) if request.state is State.RECEIVED)


def by_link(token: str, request_id: str, *, clock: Clock = system_clock) -> tuple[Request | None, str]:
    """Redeem the link: the address is proved. Confirm the request chosen, if that can be done.

    Return it as it stands then (None when none of the address's own is chosen), and the token of the contact's
    session. The status page says what stood in the way.

    Raises:
        LinkSpent: the link can't be redeemed.
        Conflict: somebody else redeemed it at the same moment.
    """
    contact, session = _prove(token, clock)
    with suppress(RequestUnknown):
        chosen = of_contact(request_id, address=contact.address)
        with suppress(AppError):
            chosen = _confirm(chosen, clock)
        return chosen, session
    return None, session


def confirm_own(request_id: str, *, address: str, clock: Clock = system_clock) -> Request:
    """Confirm a request of a signed-in contact, who has proved the address before.

    Raises:
        RequestUnknown: it is not the contact's.
        NotNow: it is confirmed already, or given up.
        DuplicateRequest: the municipality is a member, or another request was confirmed first.
    """
    return _confirm(of_contact(request_id, address=address), clock)


def obstacle(request: Request, *, clock: Clock = system_clock) -> DuplicateRequest | None:
    """Return why a request that waits to be confirmed can't be; None when it can, or waits for nothing of the kind."""
    if request.state is not State.RECEIVED:
        return None
    try:
        check_is_free(request.municipality_code, but=request, clock=clock)
    except DuplicateRequest as found:
        return found
    return None


def _prove(token: str, clock: Clock) -> tuple[Person, str]:
    with conflict_means(_SECOND), transaction() as writes:
        link = links.redeem(writes, token, purpose=Purpose.CONFIRM_REQUEST, clock=clock)
        contact = Person(address=link.address, role=Role.CONTACT)
        grants.give(writes, contact)
        session = sessions.start(writes, contact, clock=clock)
    return contact, session


def _confirm(request: Request, clock: Clock) -> Request:
    step = steps.confirmed(request, act=act(request.contact_address, clock))
    code = request.municipality_code
    member = register.get(code)
    check_is_free(code, but=request, clock=clock)
    mails = [letters.received(step.request), letters.confirmed_for_staff(step.request)]

    def take_municipality(writes: TransactWrite) -> None:
        register.check_unchanged(writes, code, member)
        for mail in mails:
            outbox.record(writes, mail, clock=clock)

    try:
        store.commit(step, also=take_municipality)
    except Conflict:
        check_is_free(code, but=request, clock=clock)
        raise
    outbox.nudge(mail.mail_id for mail in mails)
    return step.request
