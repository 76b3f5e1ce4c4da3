"""An agent's history follows the agent: to another municipality, and to another id.

Where an agent stands is read from where the agent last had a row, by any name; when that is corrected later, the
municipality that judged from it is asked to look again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.cases import naming
from chalicelib.cases.dossier import Dossier
from chalicelib.common.months import Month
from chalicelib.evaluation import home_store, store
from chalicelib.evaluation.ledger import MunicipalityMonth
from chalicelib.evaluation.requests import Request, ask_for
from chalicelib.evaluation.rules import NOTHING_YET, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Where a municipality's agents have rows, by all their names: `homes` by id, and the dossiers that name them.

    What is past the retention period, up to `last_erased`, is looked at as if it were erased already.
    """

    run: str
    municipality_code: str
    homes: Mapping[str, frozenset[str]]
    dossiers: Mapping[str, Dossier]
    last_erased: Month

    def elsewhere(self, agent: str) -> frozenset[str]:
        """Return the other municipalities where this id has rows."""
        return self.homes.get(agent, frozenset()) - {self.municipality_code}

    def in_month(self, agents: Collection[str]) -> Moves:
        """Return it for a month with rows of these agents: ids that both have one there are two people's."""
        return replace(self, dossiers=naming.without_names_at_once(self.dossiers, agents))

    def names(self, agent: str) -> tuple[str, ...]:
        """Return this id and those that the municipality's leaders said the agent had before it, the latest first.

        Another municipality's word is in the steps that came of it there.
        """
        said_here = {
            name: each
            for name, each in self.dossiers.items()
            if each.formerly is not None and each.formerly.municipality_code == self.municipality_code
        }
        return (agent, *naming.former_names(agent, said_here))


def moves(
    run: str,
    municipality_code: str,
    agents: Iterable[str],
    *,
    dossiers: Mapping[str, Dossier],
    last_erased: Month,
) -> Moves:
    """Read where the municipality's agents have rows, by all their names (strong reads).

    What a leader said of a new id that turned up in other municipalities alone is left out.
    """
    agents = tuple(agents)
    names = {name for agent in agents for name in naming.all_names(agent, dossiers)}
    homes = home_store.homes(run, sorted(names))
    here = {agent: homes.get(agent, frozenset()) | {municipality_code} for agent in agents}
    return Moves(
        run=run,
        municipality_code=municipality_code,
        homes=homes,
        dossiers=naming.without_names_elsewhere(dossiers, dict(homes) | here),
        last_erased=last_erased,
    )


def with_movers(
    standings: Mapping[str, Standing], agents: Collection[str], *, known: Moves, month: Month
) -> dict[str, Standing]:
    """Return the standings before the month, with those of agents who last had a row elsewhere or by another name.

    The later standing wins.
    """
    found = dict(standings)
    for agent in sorted(agents):
        for name in known.names(agent):
            candidates = [_stood_at(name, other, month, known=known) for other in sorted(known.elsewhere(name))]
            for each in (standings.get(name), *candidates):
                if each is not None and _is_later(each, found.get(agent, NOTHING_YET)):
                    found[agent] = each
    return found


def ask_where_agents_went(known: Moves, ours: Mapping[Month, MunicipalityMonth]) -> None:
    """Ask the municipalities that agents went on to, when they judged from a standing that isn't so any more.

    `ours` are the municipality's current months.
    """
    for other in sorted(frozenset().union(*(known.elsewhere(agent) for agent in known.homes))):
        movers = {agent for agent, codes in known.homes.items() if other in codes}
        theirs = _head(other, known=known)
        for month in sorted(theirs.revision_by_month):
            last = max((each for each in ours if each < month), default=None)
            judged = None if last is None else store.current(known.run, theirs, month)
            if last is not None and judged is not None and _is_outdated(judged, ours[last], movers, known=known):
                ask_for(Request(run=known.run, municipality_code=other, from_month=month))
                break


def _head(municipality_code: str, *, known: Moves) -> store.Head:
    return store.heads(known.run, [municipality_code])[municipality_code].without_erased(known.last_erased)


def _stood_at(agent: str, municipality_code: str, month: Month, *, known: Moves) -> Standing | None:
    """Return where the id stood before the month by another municipality's months."""
    head = _head(municipality_code, known=known)
    theirs = store.current(known.run, head, head.last_before(month))
    return None if theirs is None else theirs.standings.get(agent)


def _is_later(standing: Standing, than: Standing) -> bool:
    return than.month is None or (standing.month is not None and standing.month > than.month)


def _is_outdated(judged: MunicipalityMonth, ours: MunicipalityMonth, movers: Collection[str], *, known: Moves) -> bool:
    """Whether a mover was judged from an older standing than ours, by any name."""
    known = replace(known, municipality_code=judged.municipality_code).in_month(judged.line_by_agent())
    standings: Sequence[tuple[Standing, Standing]] = [
        (ours.standings[name], line.before)
        for line in judged.lines
        if line.agent in movers
        for name in known.names(line.agent)
        if name in ours.standings
    ]
    return any(_overrules(standing, used) for standing, used in standings)


def _overrules(standing: Standing, used: Standing) -> bool:
    if standing.month is None or (used.month is not None and used.month > standing.month):
        return False
    return standing != used
