"""An agent's months as the pages show them: each with outcome, why, the rules it was judged by, and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from chalicelib.common.danish import decimal_number, month_name
from chalicelib.common.months import Month, months_from
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import Line, MunicipalityMonth, Outcome
from chalicelib.followup.month_chart import Kind, Point
from chalicelib.rulebook.rules import RuleName

_NOT_COUNTED = (Outcome.NOT_EVALUABLE, Outcome.PAUSED)


def rows(months: Sequence[MunicipalityMonth], agent: str) -> list[dict[str, Any]]:
    """Return the agent's months as a table shows them, the newest first. `months` are oldest first."""
    found = [(month, line) for month in months if (line := month.line_by_agent().get(agent)) is not None]
    return [
        {**reading.line_facts(line), "month": month_name(line.month), "rules": rules_used(month.rules, line)}
        for month, line in reversed(found)
    ]


def points(months: Sequence[MunicipalityMonth], names: Sequence[str]) -> list[Point]:
    """Return an agent's months, by all its ids, as a chart draws them: each from the first to the last of `months`."""
    by_month = {month.month: month for month in months}
    return [_point(month, by_month, names) for month in months_from(months[0].month, months[-1].month)]


def line_of(month: MunicipalityMonth, names: Sequence[str]) -> Line | None:
    """Return an agent's line of a month, by whichever of its ids it has one."""
    line_by_agent = month.line_by_agent()
    return next((line_by_agent[name] for name in names if name in line_by_agent), None)


def rules_used(rules: Mapping[str, Any], line: Line) -> list[str]:
    """Return the rules that a line was judged by, each with its decision; the guard where it was asked."""
    target, minimum = rules[RuleName.FCR_TARGET_PERCENT], rules[RuleName.MINIMUM_ANSWERED_CALLS]
    told = [f"Mål {target['value']} % ({target['decision_id']})"]
    if minimum["value"] > 1:
        told.append(f"Mindst {minimum['value']} besvarede opkald ({minimum['decision_id']})")
    guard = rules[RuleName.SMALL_SAMPLE_GUARD]
    if line.pooled is not None and guard["value"]["on"]:
        level = decimal_number(Decimal(guard["value"]["level_permille"]) / 10, places=1)
        told.append(f"Sikkerhed: højst {level} % risiko for tilfældighed ({guard['decision_id']})")
    return told


def _point(month: Month, by_month: Mapping[Month, MunicipalityMonth], names: Sequence[str]) -> Point:
    known = by_month.get(month) or by_month[max(each for each in by_month if each < month)]
    target = known.rules[RuleName.FCR_TARGET_PERCENT]["value"]
    line = line_of(by_month[month], names) if month in by_month else None
    if line is None:
        return Point(month=month, target_percent=target, kind=Kind.NOT_COUNTED, answered=0, resolved=0)
    return Point(month=month, target_percent=target, kind=_kind(line), answered=line.answered, resolved=line.resolved)


def _kind(line: Line) -> Kind:
    if line.outcome in _NOT_COUNTED:
        return Kind.NOT_COUNTED
    return Kind.AT_TARGET if line.outcome is Outcome.OK else Kind.BELOW
