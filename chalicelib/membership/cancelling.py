"""A way out before membership begins: the municipality takes its request back, or the secretariat does it for it.

From any open state, also one that waits for a new date. The municipality is free at once to send another request.
"""

from __future__ import annotations

from pynamodb.transactions import TransactWrite

from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.mail import outbox
from chalicelib.mail.outbox import Mail
from chalicelib.membership import letters, refusals, steps, store
from chalicelib.membership.requests import Request, State


def cancel_own(request_id: str, *, address: str, clock: Clock = system_clock) -> Request:
    """Take back a request as its contact. The contact sees it on the page at once and is mailed nothing.

    Raises:
        RequestUnknown: there is none, or it is somebody else's.
        NotNow: it is settled, or the membership has begun.
        Conflict: somebody else took a step at the same moment.
    """
    request = store.get(request_id)
    if request is None or request.contact_address != address:
        raise refusals.RequestUnknown
    step = steps.cancelled(request, act=act(address, clock))
    store.commit(step)
    return step.request


def cancel(request_id: str, *, reason: str, by: str, clock: Clock = system_clock) -> Request:
    """Take back a request for the municipality, as the secretariat, and tell the contact why.

    Nothing is mailed where the contact hasn't confirmed: a stranger may have typed the address.

    Raises:
        ReasonMissing: the municipality must be told why.
        RequestUnknown, NotNow, Conflict: as for `cancel_own`.
    """
    request = store.get(request_id)
    if request is None:
        raise refusals.RequestUnknown
    if not reason.strip():
        raise refusals.ReasonMissing
    step = steps.cancelled(request, act=act(by, clock), reason=reason)
    is_confirmed = request.state is not State.RECEIVED
    mails: list[Mail] = [letters.cancelled(step.request, reason=reason)] if is_confirmed else []

    def record(writes: TransactWrite) -> None:
        for mail in mails:
            outbox.record(writes, mail, clock=clock)

    store.commit(step, also=record)
    outbox.nudge(mail.mail_id for mail in mails)
    return step.request
