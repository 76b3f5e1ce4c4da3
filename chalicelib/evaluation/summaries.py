"""The secretariat's monthly summary: recorded once, by whichever municipality's evaluation is the month's last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from chalicelib.common import municipalities
from chalicelib.common.clock import Clock
from chalicelib.common.danish import month_name, percent
from chalicelib.common.months import Month
from chalicelib.evaluation import proposals, run_store, store
from chalicelib.evaluation.ledger import Line, MunicipalityMonth
from chalicelib.evaluation.requests import LIVE
from chalicelib.evaluation.rules import BELOW_TARGET, Outcome, Standing
from chalicelib.evaluation.wording import STEP_TEXT
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.rulebook.rules import RuleBook, RuleName
from chalicelib.runtime import settings


def record_when_complete(due: Iterable[run_store.DueMonth], *, book: RuleBook, clock: Clock) -> None:
    """Record the summary of each month whose municipalities are all evaluated, unless it is recorded already."""
    for each in due:
        month, without = each.month, each.without
        mail_id = f"summary_{month}"
        if outbox.state_of(mail_id) is not None:
            continue
        expected = [
            member.municipality_code for member in register.active_in(month) if member.municipality_code not in without
        ]
        heads = store.heads(LIVE, expected)
        if not all(month in head.revision_by_month for head in heads.values()):
            continue
        evaluated = [now for head in heads.values() if (now := store.current(LIVE, head, month)) is not None]
        if outbox.record_alone(_summary(month, evaluated, without=without, book=book, clock=clock), clock=clock):
            outbox.nudge([mail_id])


def _summary(
    month: Month, evaluated: list[MunicipalityMonth], *, without: tuple[str, ...], book: RuleBook, clock: Clock
) -> outbox.Mail:
    lines = [line for each in evaluated for line in each.lines]
    answered, resolved = sum(line.answered for line in lines), sum(line.resolved for line in lines)
    count_by_outcome = Counter(line.outcome for line in lines)
    told = {line.municipality_code for line in lines if line.outcome in BELOW_TARGET}
    return outbox.Mail(
        mail_id=f"summary_{month}",
        to=(settings.secretariat_address(),),
        subject=f"Månedens opfølgning: {month_name(month)}",
        template="evaluation/summary",
        facts={
            "month": str(month),
            "agents_count": len(lines),
            "answered": answered,
            "resolved": resolved,
            "share": percent(resolved, answered),
            "target_percent": book.in_force(RuleName.FCR_TARGET_PERCENT, month).value,
            "counts": [[STEP_TEXT[outcome], count_by_outcome[outcome]] for outcome in Outcome],
            "municipalities_told": len(told),
            "proposed": [_facts(line) for line in lines if line.outcome is Outcome.PAUSE_PROPOSED],
            "not_certain": [_facts(line) for line in lines if line.outcome is Outcome.NOT_CERTAIN],
            "waiting": _waiting(evaluated, month),
            "page_url": f"{settings.base_url()}/sager",
            "without": [municipalities.by_code[code].name for code in without],
            "response_window_days": book.in_force(RuleName.RESPONSE_WINDOW_DAYS, clock.today()).value,
        },
        send_from=book.release_date(clock.today()),
    )


def _waiting(evaluated: Iterable[MunicipalityMonth], month: Month) -> list[dict[str, Any]]:
    """Return the earlier proposals that still wait, whatever this month was, and by whoever had the agent last."""
    undecided = proposals.undecided()
    by_agent: dict[str, tuple[Standing, str, Line | None]] = {}
    for each in evaluated:
        line_by_agent = each.line_by_agent()
        for agent, standing in each.standings.items():
            if agent not in undecided or standing.month is None or standing.proposal_month in (None, month):
                continue
            known = by_agent.get(agent)
            if known is None or known[0].month is None or known[0].month < standing.month:
                by_agent[agent] = (standing, each.municipality_code, line_by_agent.get(agent))
    return [
        {
            "municipality": municipalities.by_code[code].name,
            "agent": agent,
            "since": str(standing.proposal_month),
            "line": line and {"share": percent(line.resolved, line.answered), "answered": line.answered},
        }
        for agent, (standing, code, line) in sorted(by_agent.items(), key=lambda item: (item[1][1], item[0]))
    ]


def _facts(line: Line) -> dict[str, Any]:
    answered, resolved = line.pooled or (line.answered, line.resolved)
    return {
        "municipality": municipalities.by_code[line.municipality_code].name,
        "agent": line.agent,
        "answered": answered,
        "resolved": resolved,
        "share": percent(resolved, answered),
    }
