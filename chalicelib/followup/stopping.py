"""That an agent has stopped is said by a leader where it is now, or undone by the secretariat."""

from __future__ import annotations

from chalicelib.access.people import Person
from chalicelib.cases import refusals, service
from chalicelib.cases.dossier import Event
from chalicelib.common.clock import Clock
from chalicelib.evaluation import reading
from chalicelib.followup.renaming import look_again_from, was_entered


def stop(agent: str, *, by: Person, clock: Clock) -> None:
    """Enter that the agent has stopped.

    Raises:
        NotTheirAgent: the agent's latest row, by all its names, isn't in the leader's municipality.
        Stopped: that is known.
    """
    service.stop(agent, now_in=reading.last_rows(agent).municipality_codes, by=by, clock=clock)


def undo(agent: str, reason: str, *, by: Person, clock: Clock) -> None:
    """Undo that the agent has stopped, for a reason; its months are looked at again, for a case may be open again.

    Harmless to repeat.

    Raises:
        NotStopped, ReasonMissing, Conflict: as in `cases.service.undo_stop`.
        NotLookedAtYet: it is undone; again looks at the months.
    """
    try:
        service.undo_stop(agent, reason, by=by, clock=clock)
    except refusals.NotStopped:
        if not was_entered(agent, Event.STOP_UNDONE):
            raise
    look_again_from(agent)
