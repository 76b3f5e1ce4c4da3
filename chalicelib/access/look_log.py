"""Who looked at which agents' figures, when and why: written before they are shown, and never changed.

Keys, of their own so that a role may add looks and change none: `look#agent#<agent>` for a look at one agent,
`look#municipality#<code>` at several of one municipality, `look#all` at those of several.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from pynamodb.attributes import UnicodeAttribute

from chalicelib.common.clock import Clock
from chalicelib.common.errors import Conflict
from chalicelib.common.instants import instant_text
from chalicelib.runtime.tables import InstantAttribute, JSONTextAttribute, Table, conflict_means


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look. `who` is the address of who looked; `purpose` is Danish: the agent may ask to see it."""

    who: str
    at: datetime
    purpose: str
    municipality_code: str | None
    agents: tuple[str, ...]


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    who = UnicodeAttribute()
    at = InstantAttribute()
    purpose = UnicodeAttribute()
    municipality_code = UnicodeAttribute(null=True)
    agents = JSONTextAttribute()

    def look(self) -> Look:
        return Look(
            who=self.who,
            at=self.at,
            purpose=self.purpose,
            municipality_code=self.municipality_code,
            agents=tuple(self.agents),
        )


def note(*, who: str, purpose: str, municipality_code: str | None, agents: Sequence[str], clock: Clock) -> None:
    """Write down a look at these agents. Two at the same instant are two.

    A store that can't be reached raises pynamodb's error, which the visitor is told as 503: nobody looks unseen.
    """
    at = clock.now()
    row = _Row(
        _key(municipality_code, agents),
        f"{instant_text(at)}#{token_hex(16)}",
        who=who,
        at=at,
        purpose=purpose,
        municipality_code=municipality_code,
        agents=sorted(agents),
    )
    # Nobody else has the token: a look that is there is this one, whose answer was lost before the put was tried again.
    with suppress(Conflict), conflict_means("Opslaget er noteret."):
        row.save(condition=_Row.pk.does_not_exist())


def at_agent(agent: str) -> tuple[Look, ...]:
    """Return every look at one agent alone, oldest first (strong read)."""
    return _looks(_key(None, (agent,)))


def at_municipality(municipality_code: str) -> tuple[Look, ...]:
    """Return every look at several or none of a municipality's agents, oldest first (strong read)."""
    return _looks(_key(municipality_code, ()))


def _looks(key: str) -> tuple[Look, ...]:
    return tuple(row.look() for row in _Row.query(key, consistent_read=True))


def _key(municipality_code: str | None, agents: Sequence[str]) -> str:
    if len(agents) == 1:
        return f"look#agent#{agents[0]}"
    return f"look#municipality#{municipality_code}" if municipality_code else "look#all"
