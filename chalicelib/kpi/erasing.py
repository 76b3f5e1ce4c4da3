"""Erases the figures of persons once their month is past the retention period; what they came to stays.

Every run does all that is due and finds what an earlier one left. It goes by the months alone, never by a list of what
was erased before: a table that is restored from a backup is erased again by the next run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.common import municipalities
from chalicelib.common.months import Month, months_from
from chalicelib.kpi import erasure_store, figure_store
from chalicelib.kpi.agents.agent_rules import KIND, Figures
from chalicelib.kpi.cells import Entry

#: So far back months are looked for: the register's first figures are of 2022.
_MONTHS_LOOKED_BACK = 12 * 12


def erase_until(last: Month) -> int:
    """Erase the agents' rows of every month up to `last`; return how many rows were deleted.

    Raises:
        Conflict: a file changed one of the months meanwhile; the next run takes it.
    """
    found = erasure_store.of_months(KIND, months_from(last.plus(1 - _MONTHS_LOOKED_BACK), last))
    deleted = 0
    for month, erasure in sorted(found.items()):
        if erasure.totals is None:
            erasure_store.let_go(KIND, month, version=erasure.version, totals_by_code=totals(month))
        if not erasure.rows_are_gone:
            deleted += erasure_store.delete_rows(KIND, month, municipalities.by_code)
            erasure_store.note_gone(KIND, month)
    if last not in found or found[last].rows_are_gone:
        # Rows that a crash left where no head came to be, or that a file was writing while its month was erased.
        deleted += erasure_store.delete_rows(KIND, last, municipalities.by_code)
    return deleted


def totals(month: Month) -> Mapping[str, erasure_store.Totals]:
    """Return what the agents' rows of a month come to, by municipality: the same before and after they are erased."""
    known = erasure_store.of_months(KIND, [month]).get(month)
    if known is not None and known.totals is not None:
        return known.totals
    bodies = {code: cell.body for code, cell in figure_store.head(KIND, month).cell_by_code.items()}
    return {code: _totals(entries) for code, entries in figure_store.entries(KIND, month, bodies).items()}


def _totals(entries: Sequence[Entry]) -> dict[str, int]:
    rows = [Figures._make(entry.values) for entry in entries]
    return {
        "agents": len(rows),
        "answered": sum(row.answered for row in rows),
        "resolved": sum(row.resolved for row in rows),
    }
