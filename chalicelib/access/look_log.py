"""Who looked at which agents' figures, when and why: written before they are shown, chained, erased after their time.

Keys, of their own so that a role may add looks and change none. A *scope* is a municipality's code, or `all` for what
shows agents of several:

- `looks#<scope>#<month>` / `<number>`: a look. The month is the Danish one of its instant, and never before that of
  the look before: what is erased by month is the chain's beginning.
- `looks-chain#<scope>` / `<number>`: its link, which stays (look_chain.py). The number alone is the key, so that two
  who note at once, also at the turn of a month, can't both be next.
- `looks-of#<agent>` / `<month>#<scope>`: that looks at the agent lie there, written and erased with them. Looks
  of `all` have none: they are few, and name very many.
- `looks-erased#<scope>` / `<number>`: which months' looks were erased on purpose. It has its link like a look.

Source: decision 22.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.access import look_chain
from chalicelib.access.look_chain import Broken, Kind, Link, Place
from chalicelib.common import municipalities
from chalicelib.common.clock import COPENHAGEN, Clock
from chalicelib.common.errors import Conflict, TryLater
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.common.months import Month, months_from
from chalicelib.runtime.tables import Table, conflict_means, transaction

#: The scope of what shows agents of several municipalities.
EVERYWHERE = "all"
#: An id has 64 characters at most, of 4 bytes; a DynamoDB item holds 400 KB.
_MOST_AGENTS_A_LOOK = 1000
#: Each is one more item of the look's transaction, which has 100 at most.
_MOST_AGENTS_A_LOOK_IN_A_MUNICIPALITY = 90
#: Each try that fails is a look of somebody else's that was noted.
_TRIES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look. `who` is the address of who looked; `purpose` is Danish: the agent may ask to see it."""

    who: str
    at: datetime
    purpose: str
    municipality_code: str | None
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of a scope found. `last` is the last link's chain, to hold against what is written elsewhere."""

    links: int
    contents: int
    last: str
    broken: tuple[Broken, ...]


class _Content(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    told = UnicodeAttribute()  # in its one form: its digest is chained
    salt = UnicodeAttribute()


class _LinkRow(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    month = UnicodeAttribute()
    kind = UnicodeAttribute()
    digest = UnicodeAttribute()
    chain = UnicodeAttribute()

    @classmethod
    def of(cls, scope: str, link: Link) -> _LinkRow:
        return cls(
            _chain_key(scope), link.number, month=link.month, kind=link.kind, digest=link.digest, chain=link.chain
        )

    def link(self) -> Link:
        return Link(number=self.sk, month=self.month, kind=self.kind, digest=self.digest, chain=self.chain)


class _OfAgent(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def note(*, who: str, purpose: str, municipality_code: str | None, agents: Sequence[str], clock: Clock) -> None:
    """Write down a look at these agents. Two at the same instant are two; one at very many is several.

    A store that can't be reached raises pynamodb's error, which the visitor is told as 503: nobody looks unseen.

    Raises:
        TryLater: others noted looks all the time.
    """
    at = clock.now()
    in_order = sorted(agents)
    most = _MOST_AGENTS_A_LOOK_IN_A_MUNICIPALITY if municipality_code else _MOST_AGENTS_A_LOOK
    for start in range(0, max(1, len(in_order)), most):
        some = in_order[start : start + most]
        _append(
            municipality_code or EVERYWHERE,
            Kind.LOOK,
            {"who": who, "at": instant_text(at), "purpose": purpose, "agents": some},
            month=Month.of(at.astimezone(COPENHAGEN).date()),
        )


def of_agent(agent: str, *, since: Month, until: Month) -> tuple[Look, ...]:
    """Return every look at an agent in these months, oldest first.

    One strong query to find where they lie, one a municipality and month in which the agent was looked at, and one a
    month for what shows agents of several municipalities.
    """
    looks = [
        look
        for scope, month in _places(agent, since, until)
        for row in _Content.query(_looks_key(scope, month), consistent_read=True)
        if agent in (look := _look(row, scope)).agents
    ]
    return tuple(sorted(looks, key=lambda look: look.at))


def _places(agent: str, since: Month, until: Month) -> list[tuple[str, str]]:
    """Return the scopes and months in which looks at an agent may lie."""
    rows = _OfAgent.query(_of_agent_key(agent), _OfAgent.sk.between(f"{since}#", f"{until}#~"), consistent_read=True)
    noted = [row.sk.partition("#") for row in rows]
    everywhere = [(EVERYWHERE, str(month)) for month in months_from(since, until)]
    return [*((scope, month) for month, _, scope in noted), *everywhere]


def check(scope: str, *, also: Collection[Month] = ()) -> Checked:
    """Hold a scope's links to each other, and to the contents of their months and of the months `also`.

    What a chain can't tell by itself: that its newest links were removed together with their contents, or that all of
    it was written anew. `last` held against an earlier one tells that.
    """
    links = [row.link() for row in _LinkRow.query(_chain_key(scope), consistent_read=True)]
    marks = _contents(_erased_key(scope), Kind.ERASURE, "")
    contents = dict(marks)
    for month in {link.month for link in links if link.kind == Kind.LOOK} | {str(each) for each in also}:
        contents |= _contents(_looks_key(scope, month), Kind.LOOK, month)
    digest_by_place = {place: look_chain.digest(row.salt, row.told) for place, row in contents.items()}
    erased = {
        str(month)
        for link in links
        if digest_by_place.get(Place.of(link)) == link.digest and link.kind == Kind.ERASURE
        for month in _months_of(marks[Place.of(link)])
    }
    return Checked(
        links=len(links),
        contents=len(contents) - len(marks),
        last=links[-1].chain if links else look_chain.START,
        broken=(
            *look_chain.broken_links(links),
            *look_chain.broken_contents(links, digest_by_place, erased=erased),
        ),
    )


def erase_until(month: Month) -> int:
    """Erase the looks of that month and of those before it, in every scope; return how many.

    In each scope it is chained which months are erased, before they are. Repeat what was interrupted: it erases the
    rest. By key: some three calls a scope, and one a look and a month.
    """
    return sum(_erase(scope, month) for scope in (*municipalities.by_code, EVERYWHERE))


def _erase(scope: str, until: Month) -> int:
    last_mark = next(iter(_backwards(_Content, _erased_key(scope))), None)
    erased, since = 0, None
    if last_mark is not None:
        done = _months_of(last_mark)
        erased = _delete(scope, done)
        since = done[-1].next()
    else:
        first = next(iter(_LinkRow.query(_chain_key(scope), consistent_read=True, limit=1)), None)
        since = Month.parse(first.month) if first is not None else None
    if since is None or since > until:
        return erased
    # Its month is no later than the last look's, which another may be about to follow.
    _append(scope, Kind.ERASURE, {"since": str(since), "until": str(until)}, month=since)
    return erased + _delete(scope, list(months_from(since, until)))


def _delete(scope: str, months: Sequence[Month]) -> int:
    erased = 0
    for month in months:
        rows = list(_Content.query(_looks_key(scope, str(month)), consistent_read=True))
        for agent in sorted({agent for row in rows for agent in _found_by(row, scope)}):
            _OfAgent(_of_agent_key(agent), f"{month}#{scope}").delete()
        for row in rows:
            row.delete()
        erased += len(rows)
    return erased


def _append(scope: str, kind: Kind, content: Mapping[str, Any], *, month: Month) -> None:
    """Put a content and its link after the last one, whoever else does so at the same time."""
    salt, told = token_hex(16), look_chain.told(content)
    digest = look_chain.digest(salt, told)
    for _ in range(_TRIES):
        last = next((row.link() for row in _backwards(_LinkRow, _chain_key(scope))), None)
        link = look_chain.linked(last, month=max(str(month), last.month if last else ""), kind=kind, digest=digest)
        key = _looks_key(scope, link.month) if kind is Kind.LOOK else _erased_key(scope)
        row = _Content(key, link.number, told=told, salt=salt)
        try:
            with conflict_means("Et andet opslag blev noteret samtidig."), transaction() as writing:
                writing.save(row, condition=_Content.pk.does_not_exist())
                writing.save(_LinkRow.of(scope, link), condition=_LinkRow.pk.does_not_exist())
                for agent in _found_by(row, scope) if kind is Kind.LOOK else ():
                    writing.save(_OfAgent(_of_agent_key(agent), f"{link.month}#{scope}"))
            return
        except Conflict:
            # Nobody else has the salt: a content that is there with it is this one, whose answer was lost.
            stored = next(iter(_Content.query(key, _Content.sk == link.number, consistent_read=True)), None)
            if stored is not None and stored.salt == salt:
                return
    raise TryLater("Mange slår op lige nu, så opslaget kunne ikke noteres. Prøv igen om lidt.")


def _backwards(row: type[Any], key: str) -> Any:
    return row.query(key, consistent_read=True, scan_index_forward=False, limit=1)


def _contents(key: str, kind: Kind, month: str) -> dict[Place, _Content]:
    rows = _Content.query(key, consistent_read=True)
    return {Place(kind=kind.value, month=month, number=row.sk): row for row in rows}


def _months_of(mark: _Content) -> list[Month]:
    told = json.loads(mark.told)
    return list(months_from(Month.parse(told["since"]), Month.parse(told["until"])))


def _look(row: _Content, scope: str) -> Look:
    told = json.loads(row.told)
    return Look(
        who=told["who"],
        at=instant_from(told["at"]),
        purpose=told["purpose"],
        municipality_code=None if scope == EVERYWHERE else scope,
        agents=tuple(told["agents"]),
    )


def _found_by(look: _Content, scope: str) -> tuple[str, ...]:
    """Return the agents by whom a look is found."""
    return () if scope == EVERYWHERE else tuple(json.loads(look.told).get("agents", ()))


def _of_agent_key(agent: str) -> str:
    return f"looks-of#{agent}"


def _looks_key(scope: str, month: str) -> str:
    return f"looks#{scope}#{month}"


def _chain_key(scope: str) -> str:
    return f"looks-chain#{scope}"


def _erased_key(scope: str) -> str:
    return f"looks-erased#{scope}"
