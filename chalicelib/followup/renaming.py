"""That an agent changed name is said by a leader or undone by the secretariat: its months are looked at again."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.access.people import Person
from chalicelib.cases import naming, refusals, renaming, store
from chalicelib.cases.dossier import Event
from chalicelib.common.clock import Clock
from chalicelib.common.errors import TryLater
from chalicelib.evaluation import reading
from chalicelib.evaluation.requests import LIVE, Request, ask_for
from chalicelib.runtime.entrypoints import logger


class NotLookedAtYet(TryLater):
    """Raised when a step is stored, and the agent's months couldn't be asked for. The same step again asks again."""

    code = "not_looked_at_yet"

    def __init__(self) -> None:
        super().__init__("Det er gemt, men månederne er ikke gjort op igen endnu. Tryk på »Gør månederne op« om lidt.")


def rename(old: str, new: str, *, by: Person, clock: Clock) -> None:
    """Enter that the agent `old` of the leader's municipality is called `new` now. Harmless to repeat.

    Raises:
        NotTheirAgent: the agent's latest row isn't in the leader's municipality.
        NotLookedAtYet: it is entered; again looks at the months.
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
    """Undo that the agent `new` had another id before, for a reason. Harmless to repeat.

    Raises:
        NotRenamed, ReasonMissing, Conflict: as in `cases.renaming.undo`.
        NotLookedAtYet: it is undone; again looks at the months.
    """
    try:
        renaming.undo(new, reason, by=by, clock=clock)
    except refusals.NotRenamed:
        if not was_entered(new, Event.NAME_UNDONE):
            raise
    look_again_from(new)


def was_entered(agent: str, what: Event) -> bool:
    """Whether this once happened to the agent's dossier (strong read)."""
    return any(entry.what is what for entry in store.history(agent))


def look_again_from(agent: str) -> None:
    """Ask for every municipality's months with the agent's rows, by this name and later ones, from the first on.

    Raises:
        NotLookedAtYet: the queue didn't take it all.
    """
    dossiers = store.of_agents_by_all_names([agent])
    for name in (agent, *naming.later_names(agent, dossiers)):
        for code, months in reading.rows_of(name).items():
            try:
                ask_for(Request(run=LIVE, municipality_code=code, from_month=months[0]))
            except (TryLater, BotoCoreError, ClientError) as error:
                logger().warning("months not asked for", extra={"code": type(error).__name__})
                raise NotLookedAtYet from error
