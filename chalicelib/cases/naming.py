"""An agent changes name: the telephony's pseudonymous id of one employee becomes another, and a leader says so.

Two ids become one agent, in both dossiers at once. Each id has at most one before it and one after it, and a new one is
always the last of its row: so names are rows, never forks or loops. Facts in; the two dossiers as they are afterwards,
or a named refusal. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from chalicelib.cases import refusals
from chalicelib.cases.dossier import Dossier, Event, Renaming, Step
from chalicelib.cases.steps import happened
from chalicelib.common.acts import Act
from chalicelib.common.months import Month

#: By id.
Dossiers = dict[str, Dossier]


def renamed(
    old: Dossier,
    new: Dossier,
    *,
    municipality_code: str,
    last_month: Month,
    first_month: Month | None,
    is_elsewhere: bool,
    act: Act,
) -> tuple[Step, Step] | None:
    """A leader of the municipality says that `old` is called `new` now; None when that is known.

    `last_month` is the last with a row of the agent so far, `first_month` the first with one of the new id: None when
    there is none yet, for a leader may know the id before its first file. `is_elsewhere`: the new id's rows are other
    municipalities' alone. A refusal tells nothing that another municipality said or has.

    Raises:
        SameName, RenamedAlready, NameTaken: the names would be a loop or a fork.
        NameStopped: one of them is an agent's who has stopped.
        NameElsewhere: the new id is another municipality's, by its rows or by what that one said.
        NamesOverlap: the months say that these are two agents.
    """
    if old.agent == new.agent:
        raise refusals.SameName
    if old.renamed_to is not None and old.renamed_to.other == new.agent:
        return None
    if is_elsewhere or any(each.municipality_code != municipality_code for each in new.renamings):
        raise refusals.NameElsewhere
    if old.renamed_to is not None and old.renamed_to.municipality_code != municipality_code:
        raise refusals.RenamedAlready(old.agent)
    for each in (old, new):
        if each.renamed_to is not None:
            raise refusals.RenamedAlready(each.agent, each.renamed_to.other)
        if each.stopped_on is not None:
            raise refusals.NameStopped(each.agent)
    if new.formerly is not None:
        raise refusals.NameTaken(new.agent, new.formerly.other)
    if first_month is not None and first_month <= last_month:
        raise refusals.NamesOverlap
    later = Renaming(other=new.agent, municipality_code=municipality_code, said_by=act.by, said_on=act.on)
    earlier = replace(later, other=old.agent)
    return (
        happened(Event.RENAMED, replace(old, renamed_to=later), act, renaming=later),
        happened(Event.FORMERLY, replace(new, formerly=earlier), act, renaming=earlier),
    )


def undone(old: Dossier, new: Dossier, *, reason: str, act: Act) -> tuple[Step, Step]:
    """The secretariat undoes that `old` is called `new` now, and says why: both are agents of their own again.

    Raises:
        NotRenamed: nobody says so, or no more.
        ReasonMissing: a leader's word isn't taken back without being told why.
    """
    later, earlier = old.renamed_to, new.formerly
    if later is None or earlier is None or (later.other, earlier.other) != (new.agent, old.agent):
        raise refusals.NotRenamed
    if not reason.strip():
        raise refusals.ReasonMissing
    why = reason.strip()
    return (
        happened(Event.NAME_UNDONE, replace(old, renamed_to=None), act, renaming=later, reason=why),
        happened(Event.NAME_UNDONE, replace(new, formerly=None), act, renaming=earlier, reason=why),
    )


def former_names(agent: str, dossiers: Mapping[str, Dossier]) -> tuple[str, ...]:
    """Return the ids that the agent had before this one, the latest first. `dossiers` are by id, all names' of it."""
    names: list[str] = []
    dossier = dossiers.get(agent)
    while dossier is not None and dossier.formerly is not None:
        names.append(dossier.formerly.other)
        dossier = dossiers.get(names[-1])
    return tuple(names)


def later_names(agent: str, dossiers: Mapping[str, Dossier]) -> tuple[str, ...]:
    """Return the ids that the agent got after this one, the earliest first. `dossiers` are by id, all names' of it."""
    names: list[str] = []
    dossier = dossiers.get(agent)
    while dossier is not None and dossier.renamed_to is not None:
        names.append(dossier.renamed_to.other)
        dossier = dossiers.get(names[-1])
    return tuple(names)


def all_names(agent: str, dossiers: Mapping[str, Dossier]) -> tuple[str, ...]:
    """Return every id of the agent, this one too, in the order in which it had them."""
    return (*reversed(former_names(agent, dossiers)), agent, *later_names(agent, dossiers))


def without_names_elsewhere(dossiers: Mapping[str, Dossier], codes_by_id: Mapping[str, frozenset[str]]) -> Dossiers:
    """Return the dossiers without the new names that turned up in other municipalities than the one that said them.

    A leader's word holds for the leader's own municipality: an id that has rows, and none of them there, is somebody
    else's, and the word was a mistake. `codes_by_id` are the municipalities where each id has rows.
    """
    return _parted(
        dossiers,
        lambda new, earlier: bool(codes_by_id.get(new)) and earlier.municipality_code not in codes_by_id[new],
    )


def without_names_at_once(dossiers: Mapping[str, Dossier], agents: Collection[str]) -> Dossiers:
    """Return the dossiers without the names of those who have a row of the same month by both: these are two people."""
    return _parted(dossiers, lambda new, earlier: new in agents and earlier.other in agents)


def _parted(dossiers: Mapping[str, Dossier], is_wrong: Callable[[str, Renaming], bool]) -> Dossiers:
    """Return the dossiers as if what is wrong of an id and the one before it had never been said."""
    found = dict(dossiers)
    for dossier in dossiers.values():
        if dossier.formerly is not None and is_wrong(dossier.agent, dossier.formerly):
            found[dossier.agent] = replace(found[dossier.agent], formerly=None)
            if dossier.formerly.other in found:
                found[dossier.formerly.other] = replace(found[dossier.formerly.other], renamed_to=None)
    return found
