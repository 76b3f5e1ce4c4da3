"""Erases what mails said and to whom, once they were recorded longer ago than the retention period.

A mail's row stays, with its id and what became of it: so the same mail can't be recorded, or sent, once more. A mail
that still is to be sent stays as it is.
"""

from __future__ import annotations

from datetime import timedelta

from chalicelib.common.months import Month
from chalicelib.mail import store
from chalicelib.mail.delivery import State, start_of_day

_NOT_DONE = frozenset({State.PENDING, State.SENDING})
_INSTANT = timedelta(microseconds=1)


def erase_until(last: Month) -> int:
    """Erase every mail that was recorded in `last` or before; return how many.

    Raises:
        Conflict: something became of a mail meanwhile; the next run takes it.
    """
    until = start_of_day(last.next().first_day) - _INSTANT
    erased = 0
    for state in State:
        if state not in _NOT_DONE:
            # A settled mail is due when it was recorded, or later: so what is found here is old enough.
            for entry in store.in_state(state, due_until=until, only_unerased=True):
                store.erase(entry.mail_id, entry.delivery)
                erased += 1
    return erased
