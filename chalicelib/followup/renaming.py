"""That an agent changed name is said by a leader or undone by the secretariat: its months are looked at again."""

from __future__ import annotations

from chalicelib.access.people import Person
from chalicelib.cases import naming, refusals, renaming, store
from chalicelib.common.clock import Clock
from chalicelib.evaluation import reading
from chalicelib.evaluation.requests import LIVE, Request, ask_for


def rename(old: str, new: str, *, by: Person, clock: Clock) -> None:
    """Enter that the agent `old` of the leader's municipality is called `new` now. Harmless to repeat.

    Raises:
        NotTheirAgent: the agent's latest row isn't in the leader's municipality.
        AppError: what stands against it, as in `cases.renaming.rename`.
    """
    last, theirs = reading.last_rows(old), reading.rows_of(new)
    if last.month is None or by.municipality_code not in last.municipality_codes:
        raise refusals.NotTheirAgent
    renaming.rename(
        old,
        new,
        last_month=last.month,
        first_month=min((month for found in theirs.values() for month in found), default=None),
        is_elsewhere=bool(theirs) and by.municipality_code not in theirs,
        by=by,
        clock=clock,
    )
    look_again_from(new)


def undo(new: str, reason: str, *, by: Person, clock: Clock) -> None:
    """Undo that the agent `new` had another id before, for a reason.

    Raises:
        NotRenamed, ReasonMissing, Conflict: as in `cases.renaming.undo`.
    """
    renaming.undo(new, reason, by=by, clock=clock)
    look_again_from(new)


def look_again_from(agent: str) -> None:
    """Ask for every municipality's months with the agent's rows, by this name and later ones, from the first on."""
    dossiers = store.of_agents_by_all_names([agent])
    for name in (agent, *naming.later_names(agent, dossiers)):
        for code, months in reading.rows_of(name).items():
            ask_for(Request(run=LIVE, municipality_code=code, from_month=months[0]))
