"""How often a partner's systems may call, and how often they did: one row a partner and day, one write a call.

Days and minutes are UTC's. The counts are for people to look at, and for the limit; nothing else rests on them, so a
write that was repeated after a lost answer may count twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pynamodb.attributes import UnicodeAttribute

from chalicelib.common.clock import Clock
from chalicelib.common.errors import AppError, Conflict
from chalicelib.runtime.tables import IntegerAttribute, Table, conflict_means

#: [A] A partner's own systems, not its customers: some calls a day.
MOST_CALLS_A_MINUTE = 120
_KEPT = timedelta(days=400)
_TRIES = 5


class TooManyCalls(AppError):
    """Raised when a partner called as often as it may in a minute. `seconds` later it may again."""

    code = "too_many_calls"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Der er plads til {MOST_CALLS_A_MINUTE} kald i minuttet. Prøv igen om {seconds} sekunder.")
        self.seconds = seconds


class _Row(Table):
    feature = "access"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    total = IntegerAttribute()
    minute = UnicodeAttribute()
    in_minute = IntegerAttribute()
    expires_at_epoch = IntegerAttribute()  # for the table's TTL, which only tidies


def count(partner_id: str, *, clock: Clock) -> None:
    """Count a call of a partner's.

    Raises:
        TooManyCalls: the partner called as often as it may in this minute.
    """
    now = clock.now()
    minute = f"{now:%H:%M}"
    row = _Row(_pk(partner_id), f"calls#{now:%Y-%m-%d}")
    kept_until = _Row.expires_at_epoch.set(int((now + _KEPT).timestamp()))
    for _ in range(_TRIES):
        try:
            with conflict_means("full, or another minute"):
                row.update(
                    [_Row.total.add(1), _Row.in_minute.add(1)],
                    condition=(_Row.minute == minute) & (_Row.in_minute < MOST_CALLS_A_MINUTE),
                )
            return
        except Conflict:
            pass
        try:
            with conflict_means("this minute"):
                row.update(
                    [_Row.total.add(1), _Row.in_minute.set(1), _Row.minute.set(minute), kept_until],
                    condition=_Row.pk.does_not_exist() | (_Row.minute != minute),
                )
            return
        except Conflict:  # full, or another call began the minute meanwhile
            if _counted(row, minute) >= MOST_CALLS_A_MINUTE:
                break
    raise TooManyCalls(60 - now.second)


def by_day(partner_id: str, *, since: date) -> Mapping[date, int]:
    """Return how many calls a partner made on each day from `since` on; days without any are left out."""
    rows = _Row.query(_pk(partner_id), _Row.sk.between(f"calls#{since.isoformat()}", "calls#9999"))
    return {date.fromisoformat(row.sk.removeprefix("calls#")): row.total for row in rows}


def _counted(row: _Row, minute: str) -> int:
    stored = _Row.get(row.pk, row.sk, consistent_read=True)
    return stored.in_minute if stored.minute == minute else 0


def _pk(partner_id: str) -> str:
    return f"partner#{partner_id}"
