"""How the ledger's values are written as JSON and read back. Both versions of a changed shape must stay readable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import Line, MonthCounts
from chalicelib.evaluation.rules import AgentMonth, Outcome, Reason, Standing


def standing_to_json(standing: Standing) -> dict[str, Any]:
    """Return `{"month": "2024-12", "below": 2, "three": [["2024-11", 100, 59], …], "step_1": "2024-11", …}`."""
    return {
        "month": None if standing.month is None else str(standing.month),
        "below": standing.months_below,
        "three": [[str(calls.month), calls.answered, calls.resolved] for calls in standing.last_three],
        "step_1": None if standing.step_1 is None else str(standing.step_1),
        "proposal": None if standing.proposal_month is None else str(standing.proposal_month),
    }


def standing_from_json(stored: Mapping[str, Any]) -> Standing:
    return Standing(
        month=None if stored["month"] is None else Month.parse(stored["month"]),
        months_below=stored["below"],
        last_three=tuple(
            AgentMonth(month=Month.parse(month), answered=answered, resolved=resolved)
            for month, answered, resolved in stored["three"]
        ),
        step_1=None if stored["step_1"] is None else Month.parse(stored["step_1"]),
        proposal_month=None if stored["proposal"] is None else Month.parse(stored["proposal"]),
    )


def line_to_json(line: Line) -> dict[str, Any]:
    return {
        "agent": line.agent,
        "answered": line.answered,
        "resolved": line.resolved,
        "outcome": line.outcome,
        "reason": line.reason,
        "pooled": line.pooled,
        "before": standing_to_json(line.before),
        "after": standing_to_json(line.after),
        "source": dict(line.source),
    }


def line_from_json(stored: Mapping[str, Any], *, municipality_code: str, month: Month) -> Line:
    return Line(
        municipality_code=municipality_code,
        agent=stored["agent"],
        month=month,
        answered=stored["answered"],
        resolved=stored["resolved"],
        outcome=Outcome(stored["outcome"]),
        reason=Reason(stored["reason"]),
        pooled=None if stored["pooled"] is None else (stored["pooled"][0], stored["pooled"][1]),
        before=standing_from_json(stored["before"]),
        after=standing_from_json(stored["after"]),
        source=stored["source"],
    )


def counts_to_json(counts: MonthCounts) -> list[Any]:
    """Return `[agents, answered, resolved, {"ok": 3, …}]`."""
    return [counts.agents, counts.answered, counts.resolved, dict(counts.count_by_outcome)]


def counts_from_json(stored: Sequence[Any]) -> MonthCounts:
    agents, answered, resolved, count_by_outcome = stored
    return MonthCounts(
        agents=agents,
        answered=answered,
        resolved=resolved,
        count_by_outcome={Outcome(outcome): count for outcome, count in count_by_outcome.items()},
    )
