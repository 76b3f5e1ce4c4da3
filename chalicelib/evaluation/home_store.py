"""In which municipalities each agent has rows, by run.

Keys:

- `agent#<run>#<agent>` / `home`: the municipalities where the agent has rows.
- `newcomers#<run>` / `<month>#<code>#<agent>`: that the agent was noted there for a month's figures, whether or not a
  line came of it: so the note above is found and erased.
"""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from chalicelib.common.months import Month
from chalicelib.runtime.tables import Table


class _HomeRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="home")
    municipalities = UnicodeSetAttribute()


class _NewcomerRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


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
