"""What a proposal of a pause rests on: the agent's months from step 1 on, as they stand now and as they were then.

A case is decided on the ground that it was proposed on, but whoever decides sees the months since, better ones too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from chalicelib.cases.dossier import Ground, GroundMonth
from chalicelib.common.danish import month_name, number, percent
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import Line, MunicipalityMonth
from chalicelib.followup import agent_months, month_chart


def facts(ground: Ground, *, names: Sequence[str], today: date) -> dict[str, Any]:
    """Return the chart and the rows of the agent's months from step 1 on, the newest first.

    `names` are all the agent's ids: a case may rest on months under more than one.
    """
    months = [
        each for each in reading.months_of(ground.municipality_code, most=_most(ground, today)) if _counts(each, ground)
    ]
    lines = [(month, line) for month in months if (line := agent_months.line_of(month, names)) is not None]
    row_by_month = {month.month: _row(month, line) for month, line in lines}
    for carries in ground.months:
        row = row_by_month.setdefault(carries.month, _row_elsewhere(carries))
        row["then"] = f"{number(carries.resolved)} af {number(carries.answered)}"
    return {
        "step_1": month_name(ground.step_1),
        "rows": [row for _, row in sorted(row_by_month.items(), reverse=True)],
        "chart": month_chart.drawn(agent_months.points(months, names)) if months else None,
    }


def _most(ground: Ground, today: date) -> int:
    """Return how many months there can be from step 1 until today."""
    return 12 * (today.year - ground.step_1.year) + today.month - ground.step_1.number + 1


def _counts(month: MunicipalityMonth, ground: Ground) -> bool:
    return month.month >= ground.step_1


def _row(month: MunicipalityMonth, line: Line) -> dict[str, Any]:
    return {
        **reading.line_facts(line),
        "month": month_name(month.month),
        "now": f"{number(line.resolved)} af {number(line.answered)}",
        "rules": agent_months.rules_used(month.rules, line),
        "report": f"/rapporter/{line.source['drop_id']}",
        "then": "",
    }


def _row_elsewhere(carries: GroundMonth) -> dict[str, Any]:
    """Return a month of which the municipality has no line now: the agent was elsewhere, or a correction took it."""
    return {
        "month": month_name(carries.month),
        "now": "",
        "share": percent(carries.resolved, carries.answered),
        "interval": None,
        "pooled": None,
        "step": "Står ikke i kommunens opgørelse nu",
        "reason": "",
        "rules": [],
        "source": "",
        "report": "",
        "then": "",
    }
