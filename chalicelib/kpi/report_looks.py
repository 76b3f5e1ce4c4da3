"""Who looked at which report, and when: written before the report is shown, and never changed.

Reports hold figures of agents, and every look at figures of persons is to be accounted for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from pynamodb.attributes import UnicodeAttribute

from chalicelib.common.clock import Clock
from chalicelib.common.instants import instant_text
from chalicelib.runtime.tables import InstantAttribute, Table

_LOOKS_AT = "look#"  # keys of their own, so that a role may add looks and write nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a report. `by` is the address of who looked."""

    drop_id: str
    by: str
    at: datetime


class _Row(Table):
    feature = "kpi"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by = UnicodeAttribute()
    at = InstantAttribute()


def note(drop_id: str, *, by: str, clock: Clock) -> None:
    """Write down a look. Two at the same instant are two."""
    at = clock.now()
    row = _Row(f"{_LOOKS_AT}{drop_id}", f"{instant_text(at)}#{token_hex(8)}", by=by, at=at)
    row.save(condition=_Row.pk.does_not_exist())


def of(drop_id: str) -> tuple[Look, ...]:
    """Return every look at a drop's report, oldest first."""
    rows = _Row.query(f"{_LOOKS_AT}{drop_id}", consistent_read=True)
    return tuple(Look(drop_id=drop_id, by=row.by, at=row.at) for row in rows)
