"""In which municipalities each agent has rows, by run.

Keys:

- `agent#<run>#<agent>` / `home`: the municipalities where the agent has rows.
- `newcomers#<run>` / `<month>#<code>#<agent>`: that the agent was noted there for a month's figures, whether or not a
  line came of it: so the note above is found and erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.common.months import Month
from chalicelib.runtime.tables import Table, transaction


class _HomeRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="home")
    municipalities = UnicodeSetAttribute()


class _NewcomerRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who was noted in a municipality for a month's figures. `key` tells it from the others."""

    key: str
    municipality_code: str
    agent: str


def homes(run: str, agents: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the municipalities where each agent has rows, by agent; agents without any are left out (strong reads)."""
    rows = _HomeRow.batch_get(((f"agent#{run}#{agent}", "home") for agent in agents), consistent_read=True)
    return {row.pk.removeprefix(f"agent#{run}#"): frozenset(row.municipalities) for row in rows}


def add_home(run: str, agent: str, municipality_code: str, *, month: Month) -> None:
    """Note that the agent has rows in the municipality, the latest in a month, after what leads erasure to the note.

    Repeating it changes nothing; one too many is harmless.
    """
    _NewcomerRow(f"newcomers#{run}", f"{month}#{municipality_code}#{agent}").save()
    _HomeRow(f"agent#{run}#{agent}", "home").update(actions=[_HomeRow.municipalities.add({municipality_code})])


def leave_home(run: str, agent: str, municipality_code: str, *, on_condition: Callable[[TransactWrite], None]) -> None:
    """Note that an agent has no rows in the municipality any more, on a condition; one without any has no note.

    Raises:
        pynamodb's TransactWriteError: the condition isn't met, or the agent turned up somewhere else meanwhile.
    """
    try:
        row = _HomeRow.get(f"agent#{run}#{agent}", "home", consistent_read=True)
    except _HomeRow.DoesNotExist:
        return
    if municipality_code not in row.municipalities:
        return
    unchanged = _HomeRow.municipalities == row.municipalities
    with transaction() as writes:
        on_condition(writes)
        if len(row.municipalities) == 1:
            writes.delete(row, condition=unchanged)
        else:
            writes.update(row, actions=[_HomeRow.municipalities.delete({municipality_code})], condition=unchanged)


def newcomers(run: str, last: Month) -> tuple[Newcomer, ...]:
    """Return who was noted for months up to `last`, by month and municipality (strong read)."""
    rows = _NewcomerRow.query(f"newcomers#{run}", _NewcomerRow.sk < str(last.next()), consistent_read=True)
    told = ((row.sk, *row.sk.split("#", 2)[1:]) for row in rows)
    return tuple(Newcomer(key=key, municipality_code=code, agent=agent) for key, code, agent in told)


def delete_newcomer(run: str, newcomer: Newcomer) -> None:
    """Delete that somebody was noted. Repeating it changes nothing."""
    _NewcomerRow(f"newcomers#{run}", newcomer.key).delete()
