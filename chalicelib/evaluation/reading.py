"""What others may read of the evaluation: the current lines of a run's month."""

from __future__ import annotations

from chalicelib.common import municipalities
from chalicelib.common.months import Month
from chalicelib.evaluation import store
from chalicelib.evaluation.ledger import Line


def lines(run: str, month: Month) -> tuple[Line, ...]:
    """Return the month's current ledger lines of all municipalities, by municipality code and agent."""
    heads = store.heads(run, municipalities.by_code)
    evaluated = (store.current(run, head, month) for _, head in sorted(heads.items()))
    return tuple(line for each in evaluated if each is not None for line in each.lines)
