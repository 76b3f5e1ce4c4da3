"""Enter that an agent changed name, and undo it: two dossiers, one transaction. Of two who say it at once, one wins."""

from __future__ import annotations

from chalicelib.access.people import Person
from chalicelib.cases import naming, refusals, service, store
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.months import Month


def rename(
    old: str,
    new: str,
    *,
    last_month: Month,
    first_month: Month | None,
    is_elsewhere: bool,
    by: Person,
    clock: Clock = system_clock,
) -> None:
    """Enter a leader's word that the agent `old` is called `new` now; the facts as for `naming.renamed`.

    Harmless to repeat.

    Raises:
        SameName, RenamedAlready, NameTaken, NameStopped, NameElsewhere, NamesOverlap: the rules say no.
        Conflict: somebody else wrote one of the dossiers meanwhile.
    """
    assert by.municipality_code is not None
    before, other = store.get(old), store.get(new)
    steps = naming.renamed(
        before,
        other,
        municipality_code=by.municipality_code,
        last_month=last_month,
        first_month=first_month,
        is_elsewhere=is_elsewhere,
        act=act(by.address, clock),
    )
    if steps is not None:
        service.take_together([(before, steps[0]), (other, steps[1])], clock=clock)


def undo(new: str, reason: str, *, by: Person, clock: Clock = system_clock) -> str:
    """Undo that the agent `new` had another id before, for a reason, and return that id.

    Raises:
        NotRenamed, ReasonMissing: the rules say no.
        Conflict: somebody else wrote one of the dossiers meanwhile.
    """
    after = store.get(new)
    if after.formerly is None:
        raise refusals.NotRenamed
    before = store.get(after.formerly.other)
    first, second = naming.undone(before, after, reason=reason, act=act(by.address, clock))
    service.take_together([(before, first), (after, second)], clock=clock)
    return before.agent
