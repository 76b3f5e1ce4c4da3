"""An agent stops, as a leader says, or hadn't: then the secretariat undoes it, and all is as it was. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.cases import refusals
from chalicelib.cases.dossier import TRANSITIONS, Case, Dossier, Event, State, Step
from chalicelib.cases.steps import happened, moved
from chalicelib.common.acts import Act


def stopped(dossier: Dossier, *, municipality_code: str, act: Act) -> Step:
    """The agent has stopped: an open case is closed, and nothing is left to be carried out.

    Raises:
        Stopped: that is known.
    """
    if dossier.stopped_on is not None:
        raise refusals.Stopped
    case = dossier.open_case
    after = replace(dossier, stopped_on=act.on)
    if case is None:
        return happened(Event.STOPPED, after, act, municipality_code=municipality_code)
    closed = moved(case, State.CLOSED, act)
    return happened(Event.STOPPED, after.with_case(closed), act, case=closed, municipality_code=municipality_code)


def undone(dossier: Dossier, *, municipality_code: str | None, reason: str, act: Act) -> Step:
    """The secretariat undoes that the agent has stopped, and says why; a case that this closed is open as it was.

    `municipality_code` is whose leader said it. Proofs verified meanwhile end the pause: `steps.back_if_trained`. A
    ground that fell away meanwhile is found when the months are looked at again.

    Raises:
        NotStopped: nobody says so, or no more.
        ReasonMissing: a leader's word isn't taken back without being told why.
    """
    if dossier.stopped_on is None:
        raise refusals.NotStopped
    if not reason.strip():
        raise refusals.ReasonMissing
    after, closed = replace(dossier, stopped_on=None), _closed_by_stop(dossier)
    again = None if closed is None else _opened_again(closed)
    return happened(
        Event.STOP_UNDONE,
        after if again is None else after.with_case(again),
        act,
        case=again,
        reason=reason.strip(),
        municipality_code=municipality_code,
    )


def _closed_by_stop(dossier: Dossier) -> Case | None:
    """Return the case that the stop closed: the latest, when it was closed then or by a proposal since."""
    case = dossier.cases[-1] if dossier.cases else None
    if case is None or case.state is not State.CLOSED or case.settled_on is None or dossier.stopped_on is None:
        return None
    return case if case.settled_on >= dossier.stopped_on else None


def _opened_again(case: Case) -> Case | None:
    """Return the case as it was; None of one that was closed before it was noted from where."""
    if case.closed_from is None:
        return None
    assert case.closed_from in TRANSITIONS[State.CLOSED]
    waiting = tuple(replace(each, void=False) for each in case.instructions)  # nothing else voids one in an open case
    return replace(case, state=case.closed_from, settled_on=None, closed_from=None, instructions=waiting)
