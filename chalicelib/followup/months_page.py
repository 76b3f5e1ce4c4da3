"""The page of all months: what the network's agents came to, month by month, without anybody in it.

Erased months are on it as they were: what is shown was counted when they were evaluated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from chalicelib.access.people import Role
from chalicelib.access.table import ROLES_BY_ROUTE
from chalicelib.access.visit import Visit
from chalicelib.common import municipalities
from chalicelib.common.danish import month_name, percent
from chalicelib.common.months import Month, months_from
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import MonthCounts
from chalicelib.followup import month_chart
from chalicelib.followup.month_chart import Kind, Point
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleBook, RuleName
from chalicelib.runtime.web import Answer

#: The pages that this one leads on to, for those who may open them: the menu has no room for each.
_RELATED = (
    ("/sager", "Sager", "forslag om pause, beviser og beskeder, der venter på jer"),
    ("/hvad-nu-hvis", "Hvad nu hvis", "hvad et andet mål eller en anden start ville have betydet"),
    ("/proevekoersel", "Prøvekørsel", "månederne før starten, med de mails, der ville være sendt"),
    ("/indsigt", "Indsigt", "alt, hvad vi har om en agent, til en, der beder om det"),
)


def shown(visit: Visit) -> Answer:
    """Return the page."""
    by_month, book = reading.counts_by_month(), rulebook.load()
    months = {month: _sum(by_code) for month, by_code in by_month.items()}
    latest = max(months, default=None)
    may_open = visit.somebody.role is Role.SECRETARIAT
    return visit.page(
        "followup/months.html",
        related=[
            {"address": address, "name": name, "what": what}
            for address, name, what in _RELATED
            if visit.somebody.role in ROLES_BY_ROUTE["GET", address]
        ],
        months=[_row(month, counts, book=book) for month, counts in sorted(months.items(), reverse=True)],
        chart=month_chart.drawn(_points(months, book=book)),
        latest=month_name(latest) if latest else "",
        municipalities=[
            {"address": f"/opfoelgning/{code}", "name": municipalities.by_code[code].name}
            for code in (by_month[latest] if latest and may_open else ())
        ],
    )


def _sum(by_code: Mapping[str, MonthCounts]) -> MonthCounts:
    """Return what the municipalities of a month come to together."""
    count_by_outcome: Counter[reading.Outcome] = Counter()
    for counts in by_code.values():
        count_by_outcome.update(counts.count_by_outcome)
    return MonthCounts(
        agents=sum(counts.agents for counts in by_code.values()),
        answered=sum(counts.answered for counts in by_code.values()),
        resolved=sum(counts.resolved for counts in by_code.values()),
        count_by_outcome=count_by_outcome,
    )


def _row(month: Month, counts: MonthCounts, *, book: RuleBook) -> dict[str, Any]:
    return {
        "month": month_name(month),
        "agents": counts.agents,
        "answered": counts.answered,
        "resolved": counts.resolved,
        "share": percent(counts.resolved, counts.answered),
        "target": f"{_target(month, book)} %",
        "outcomes": [
            {"name": reading.OUTCOME_TEXT[outcome], "count": counts.count_by_outcome[outcome]}
            for outcome in reading.Outcome
            if counts.count_by_outcome.get(outcome)
        ],
    }


def _points(months: Mapping[Month, MonthCounts], *, book: RuleBook) -> list[Point]:
    """Return the months as a chart draws them, from the first to the last."""
    running = months_from(min(months), max(months)) if months else ()
    return [_point(month, months.get(month), target=_target(month, book)) for month in running]


def _point(month: Month, counts: MonthCounts | None, *, target: int) -> Point:
    if counts is None or not counts.answered:
        return Point(month=month, target_percent=target, kind=Kind.NOT_COUNTED, answered=0, resolved=0)
    is_reached = 100 * counts.resolved >= target * counts.answered
    kind = Kind.AT_TARGET if is_reached else Kind.BELOW
    return Point(month=month, target_percent=target, kind=kind, answered=counts.answered, resolved=counts.resolved)


def _target(month: Month, book: RuleBook) -> int:
    percentage: int = book.in_force(RuleName.FCR_TARGET_PERCENT, month).value
    return percentage
