"""What others may read of the evaluation: the current lines of a run's month, and the months of a municipality."""

from __future__ import annotations

from typing import Any

from chalicelib.common import municipalities
from chalicelib.common.months import Month
from chalicelib.evaluation import store, wording
from chalicelib.evaluation.ledger import Line, MunicipalityMonth
from chalicelib.evaluation.requests import LIVE
from chalicelib.evaluation.rules import Outcome

__all__ = ["Line", "MunicipalityMonth", "Outcome", "line_facts", "lines", "months_of", "rows_of"]


def lines(run: str, month: Month) -> tuple[Line, ...]:
    """Return the month's current ledger lines of all municipalities, by municipality code and agent."""
    heads = store.heads(run, municipalities.by_code)
    evaluated = (store.current(run, head, month) for _, head in sorted(heads.items()))
    return tuple(line for each in evaluated if each is not None for line in each.lines)


def months_of(municipality_code: str, *, most: int = 12) -> tuple[MunicipalityMonth, ...]:
    """Return the current revisions of a municipality's latest `most` months of the live run, oldest first."""
    head = store.heads(LIVE, [municipality_code])[municipality_code]
    return store.currents(LIVE, head, sorted(head.revision_by_month)[-most:])


def rows_of(agent: str) -> dict[str, tuple[Month, ...]]:
    """Return the months in which an agent id has a line in the live run, oldest first, by municipality code."""
    codes = sorted(store.homes(LIVE, [agent]).get(agent, ()))
    months_by_code = {code: _months_with(agent, head) for code, head in store.heads(LIVE, codes).items()}
    return {code: months for code, months in months_by_code.items() if months}


def _months_with(agent: str, head: store.Head) -> tuple[Month, ...]:
    evaluated = store.currents(LIVE, head, head.revision_by_month)
    return tuple(each.month for each in evaluated if agent in each.line_by_agent())


def line_facts(line: Line) -> dict[str, Any]:
    """Return what is shown to people of a line: its figures, step and source as in the mails, and why."""
    return {**wording.line_facts(line), "reason": wording.REASON_TEXT[line.reason]}
