"""What time itself does to cases: a municipality's days to answer begin once its mail was accepted. It decides nothing.

Running it again, or twice at once, is running it once. A mail that went to the secretariat, in the place of leaders
that are missing, told the municipality nothing: somebody in the secretariat does, and says so on the page of the case.
"""

from __future__ import annotations

from pynamodb.exceptions import PynamoDBException

from chalicelib.cases import lists, service, store
from chalicelib.cases.dossier import Case, State
from chalicelib.cases.work import Kind
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.danish import counted
from chalicelib.common.errors import TryLater
from chalicelib.mail import outbox
from chalicelib.runtime import settings
from chalicelib.runtime.entrypoints import log_failure

_ACCEPTED = (outbox.State.SENT, outbox.State.DELIVERED)


def run(*, clock: Clock = system_clock) -> int:
    """Let the days begin of every municipality that was told; return of how many cases.

    Raises:
        TryLater: the store failed for some; the others are done.
    """
    agents = sorted({work.agent for work in lists.waiting(Kind.DECIDE)})
    opened = failed = 0
    for agent, dossier in store.of_agents(agents).items():
        case = dossier.open_case
        try:
            if case is not None and _waits_for_mail(case) and _is_told(case):
                service.open_window(agent, clock=clock)
                opened += 1
        except (PynamoDBException, TryLater) as error:
            log_failure("case not taken further", error)
            failed += 1
    if failed:
        raise TryLater(f"{counted(failed, 'sag', 'sager')} kom ikke videre. Kør jobbet igen.")
    return opened


def _waits_for_mail(case: Case) -> bool:
    return case.state is State.PROPOSED and case.window_ends_on is None


def _is_told(case: Case) -> bool:
    """Whether the mail to the municipality's own leaders was accepted. An erased one doesn't say to whom it went."""
    told = outbox.state_of(case.ground.mail_id) if case.ground.mail_id else None
    if told is None or told.mail.to in ((), (settings.secretariat_address(),)):
        return False
    return told.delivery.state in _ACCEPTED
