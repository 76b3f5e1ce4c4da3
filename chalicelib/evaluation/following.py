"""Bring one municipality's evaluation up to date: what every message on the evaluations queue asks for.

It doesn't matter why it was asked (the month was started, a file corrected the figures, an agent came from another
municipality), how often, or in which order: it compares what went into the stored evaluation with what would go in
now, evaluates what differs, and writes revisions and mails in one transaction. Nothing differs: nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict, TryLater
from chalicelib.common.months import Month
from chalicelib.evaluation import letters, store, summaries
from chalicelib.evaluation.ledger import Change, MunicipalityMonth, Row, changed_standings, evaluate_rows
from chalicelib.evaluation.ledger_json import standing_to_json
from chalicelib.evaluation.policies import policy_for, rules_used
from chalicelib.evaluation.requests import LIVE, Request, ask_for
from chalicelib.evaluation.rules import AgentMonth, Standing
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleBook

_ATTEMPTS = 4


def bring_up_to_date(request: Request, *, clock: Clock = system_clock) -> None:
    """Evaluate what differs for the request's municipality, from its month on.

    Raises:
        TryLater: others kept writing the same municipality; the message returns.
    """
    for _ in range(_ATTEMPTS):
        try:
            _follow_once(request, clock=clock)
        except Conflict:
            continue
        return
    raise TryLater(f"Kommune {request.municipality_code} evalueres af andre lige nu.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evaluated:
    """A month just evaluated, and the revision that it replaces."""

    was: MunicipalityMonth | None
    now: MunicipalityMonth


def _follow_once(request: Request, *, clock: Clock) -> None:
    code = request.municipality_code
    book = rulebook.load()
    due = [each.month for each in store.due_months(request.run)]
    head = store.heads(request.run, [code])[code]
    first = _first_to_look_at(request, due=due, head=head)
    evaluated = _evaluate([month for month in due if month >= first], run=request.run, head=head, book=book)
    if evaluated:
        mails = _mails(evaluated, book=book, clock=clock) if request.run == LIVE else []
        store.commit(request.run, head=head, evaluated=[each.now for each in evaluated], mails=mails, at=clock.now())
        outbox.nudge(mail.mail_id for mail in mails)
    _ask_where_agents_went(request.run, code, from_month=first)
    if request.run == LIVE:
        summaries.record_when_complete([month for month in due if month >= first], book=book, clock=clock)


def _first_to_look_at(request: Request, *, due: list[Month], head: store.Head) -> Month:
    """Return the request's month, or an earlier due one that has figures but no evaluation: order is no matter."""
    for month in due:
        if month >= request.from_month:
            break
        if month not in head.revision_by_month and figures.municipality_month(request.municipality_code, month):
            return month
    return request.from_month


def _evaluate(months: list[Month], *, run: str, head: store.Head, book: RuleBook) -> list[_Evaluated]:
    code = head.municipality_code
    evaluated: list[_Evaluated] = []
    if not months:
        return evaluated
    before = store.current(run, head, head.last_before(months[0]))
    standings = {} if before is None else dict(before.standings)
    for month in months:
        was = store.current(run, head, month)
        found = figures.municipality_month(code, month)
        if found is None:
            continue
        rows = _rows(found)
        standings = _with_movers(standings, rows, run=run, code=code, month=month)
        rules = rules_used(month, book)
        snapshot = _snapshot(found.revision, rules=rules, standings=standings)
        if was is not None and was.snapshot == snapshot:
            standings, before = dict(was.standings), was
            continue
        lines, standings = evaluate_rows(
            rows, municipality_code=code, standings=standings, policy=policy_for(month, book)
        )
        now = MunicipalityMonth(
            municipality_code=code,
            month=month,
            revision=1 if was is None else was.revision + 1,
            figures_revision=found.revision,
            snapshot=snapshot,
            rules=rules,
            lines=lines,
            standings=standings,
        )
        _note_homes(run, code, now, was=was, before=before)
        before = now
        evaluated.append(_Evaluated(was=was, now=now))
    return evaluated


def _rows(found: figures.MunicipalityFigures) -> list[Row]:
    return [
        Row(
            agent=figure.agent,
            calls=AgentMonth(month=figure.month, answered=figure.answered, resolved=figure.resolved),
            source={
                "drop_id": figure.source.drop_id,
                "key": figure.source.key,
                "sheet": figure.source.sheet,
                "row": figure.source.row,
                "revision": figure.source.revision,
            },
        )
        for figure in found.figures
    ]


def _with_movers(
    standings: Mapping[str, Standing], rows: list[Row], *, run: str, code: str, month: Month
) -> dict[str, Standing]:
    """Return the standings with those of agents who last had a row elsewhere: history follows the agent's id."""
    found = dict(standings)
    for agent, municipalities in store.homes(run, (row.agent for row in rows)).items():
        for other in sorted(municipalities - {code}):
            head = store.heads(run, [other])[other]
            theirs = store.current(run, head, head.last_before(month))
            if theirs is None or agent not in theirs.standings:
                continue
            elsewhere, here = theirs.standings[agent], found.get(agent, Standing())
            if here.month is None or (elsewhere.month is not None and elsewhere.month > here.month):
                found[agent] = elsewhere
    return found


def _note_homes(
    run: str, code: str, now: MunicipalityMonth, *, was: MunicipalityMonth | None, before: MunicipalityMonth | None
) -> None:
    """Note the agents that are new here. Before the commit: noting one too many is harmless, one too few is not."""
    known = {line.agent for month in (was, before) if month is not None for line in month.lines}
    for line in now.lines:
        if line.agent not in known:
            store.add_home(run, line.agent, code)


def _snapshot(figures_revision: int, *, rules: Mapping[str, Any], standings: Mapping[str, Standing]) -> str:
    """Return the digest of all that goes into an evaluation."""
    went_in = {
        "figures": figures_revision,
        "rules": rules,
        "standings": {agent: standing_to_json(standing) for agent, standing in standings.items()},
    }
    text = json.dumps(went_in, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _mails(evaluated: list[_Evaluated], *, book: RuleBook, clock: Clock) -> list[outbox.Mail]:
    """Return a notice for each month evaluated for the first time, and one correction for all that changed."""
    first_times = [each.now for each in evaluated if each.was is None]
    changes: list[Change] = []
    for each in evaluated:
        if each.was is not None:
            changes.extend(changed_standings(each.was, each.now))
    revisions = {each.now.month: each.now.revision for each in evaluated}
    mails = [letters.notice(month, book=book, today=clock.today()) for month in first_times]
    if changes:
        code = evaluated[0].now.municipality_code
        mails += letters.corrections(code, changes, revisions=revisions, book=book, today=clock.today())
    return [mail for mail in mails if mail is not None]


def _ask_where_agents_went(run: str, code: str, *, from_month: Month) -> None:
    """Ask the municipalities that agents went on to, when they judged from a standing that isn't so any more."""
    head = store.heads(run, [code])[code]
    last = store.current(run, head, max(head.revision_by_month, default=None))
    if last is None:
        return
    elsewhere = {agent: codes - {code} for agent, codes in store.homes(run, last.standings).items()}
    for other in sorted(frozenset().union(*elsewhere.values())):
        movers = {agent for agent, codes in elsewhere.items() if other in codes}
        month = _first_outdated(run, head, store.heads(run, [other])[other], movers=movers, from_month=from_month)
        if month is not None:
            ask_for(Request(run=run, municipality_code=other, from_month=month))


def _first_outdated(
    run: str, ours: store.Head, theirs: store.Head, *, movers: set[str], from_month: Month
) -> Month | None:
    """Return the first of their months that judged a mover from an older standing than ours; None when none did."""
    for month in sorted(each for each in theirs.revision_by_month if each > from_month):
        judged = store.current(run, theirs, month)
        known = store.current(run, ours, ours.last_before(month))
        if judged is None or known is None:
            continue
        for line in judged.lines:
            standing = known.standings.get(line.agent)
            if line.agent in movers and standing is not None and _overrules(standing, line.before):
                return month
    return None


def _overrules(standing: Standing, used: Standing) -> bool:
    if standing.month is None or (used.month is not None and used.month > standing.month):
        return False
    return standing != used
