"""Bring one municipality's evaluation up to date: what every message on the evaluations queue asks for.

It doesn't matter why it was asked (the month was started, a file corrected the figures, an agent came from another
municipality), how often, or in which order: it compares what went into the stored evaluation with what would go in
now, evaluates what differs, and writes revisions and mails in one transaction. Nothing differs: nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chalicelib.cases.effects import Effects
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict, TryLater
from chalicelib.common.months import Month
from chalicelib.evaluation import erased, home_store, letters, moving, proposals, run_store, store, summaries
from chalicelib.evaluation.ledger import Change, MunicipalityMonth, Row, changed_standings, evaluate_rows
from chalicelib.evaluation.ledger_json import standing_to_json
from chalicelib.evaluation.moving import Moves
from chalicelib.evaluation.policies import policy_for, rules_used
from chalicelib.evaluation.requests import LIVE, Request
from chalicelib.evaluation.rules import AgentMonth, Standing
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook import retention
from chalicelib.rulebook.rules import RuleBook
from chalicelib.runtime import metrics
from chalicelib.runtime.metrics import Metric

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What stands for a municipality: its figures and current revisions by month, and where its agents were too.

    All of it as if what is past the retention period, up to `last_erased`, were erased already.
    """

    run: str
    last_erased: Month
    head: store.Head
    before: MunicipalityMonth | None
    figures_by_month: Mapping[Month, figures.MunicipalityFigures]
    current_by_month: Mapping[Month, MunicipalityMonth]
    moves: Moves
    evaluated_on_by_month: Mapping[Month, date]


def _follow_once(request: Request, *, clock: Clock) -> None:
    book = rulebook.load()
    last_erased = retention.last_erased(book, clock.today())
    due = [each for each in run_store.due_months(request.run) if each.month > last_erased]
    head = store.heads(request.run, [request.municipality_code])[request.municipality_code]
    first = _first_to_look_at(request, due=[each.month for each in due], head=head)
    to_look_at = [each for each in due if each.month >= first]
    stored = _read(to_look_at, run=request.run, head=head.without_erased(last_erased), last_erased=last_erased)
    evaluated = _evaluate(stored, book=book)
    if evaluated:
        mails = _mails(stored, evaluated, book=book, clock=clock) if request.run == LIVE else []
        now = [each.now for each in evaluated]
        store.commit(request.run, head=head, evaluated=now, mails=mails, clock=clock)
        outbox.nudge(mail.mail_id for mail in mails)
        metrics.count(Metric.MUNICIPALITY_MONTHS_EVALUATED, len(evaluated))
        # Read again after the commit: whoever took an agent over meanwhile noted that before reading our standing.
        again = moving.moves(
            request.run,
            request.municipality_code,
            _agents(stored, now),
            dossiers=stored.moves.dossiers,
            last_erased=last_erased,
        )
        stored = replace(stored, moves=again)
        # Erasing an old note of somebody who came back in between is made good.
        _note_newcomers(stored, again.homes)
    now_by_month = dict(stored.current_by_month) | {each.now.month: each.now for each in evaluated}
    if request.run == LIVE:
        proposals.reconcile(request.municipality_code, now_by_month, dossiers=stored.moves.dossiers, clock=clock)
    moving.ask_where_agents_went(stored.moves, now_by_month)
    if request.run == LIVE:
        summaries.record_when_complete(to_look_at, book=book, clock=clock)


def _first_to_look_at(request: Request, *, due: list[Month], head: store.Head) -> Month:
    """Return the request's month, or an earlier due one that has figures but no evaluation: order is no matter."""
    for month in due:
        if month >= request.from_month:
            break
        if month not in head.revision_by_month and figures.municipality_month(request.municipality_code, month):
            return month
    return request.from_month


def _read(due: Sequence[run_store.DueMonth], *, run: str, head: store.Head, last_erased: Month) -> _Stored:
    code, months = head.municipality_code, [each.month for each in due]
    found = {month: read for month in months if (read := figures.municipality_month(code, month))}
    current = {month: stands for month in months if (stands := store.current(run, head, month))}
    before = store.current(run, head, head.last_before(months[0])) if months else None
    stored = _Stored(
        run=run,
        last_erased=last_erased,
        head=head,
        before=before,
        figures_by_month=found,
        current_by_month=current,
        moves=Moves(run=run, municipality_code=code, homes={}, dossiers={}, last_erased=last_erased),
        evaluated_on_by_month={each.month: each.started_on for each in due},
    )
    agents = _agents(stored)
    dossiers = proposals.dossiers(agents) if run == LIVE else proposals.names(agents)
    moves = moving.moves(run, code, agents, dossiers=dossiers, last_erased=last_erased)
    _note_newcomers(stored, moves.homes)
    return replace(stored, moves=moves)


def _agents(stored: _Stored, evaluated: Sequence[MunicipalityMonth] = ()) -> set[str]:
    """Return everybody who has figures or a standing in what was read and evaluated."""
    months = (stored.before, *stored.current_by_month.values(), *evaluated)
    agents = {agent for month in months if month is not None for agent in month.standings}
    return agents.union(figure.agent for found in stored.figures_by_month.values() for figure in found.figures)


def _note_newcomers(stored: _Stored, homes: Mapping[str, frozenset[str]]) -> None:
    """Note who has rows here, before anybody's standing elsewhere is read: so a change there can't be missed."""
    code = stored.head.municipality_code
    for found in stored.figures_by_month.values():
        store.check_size(code, len(found.figures))
    months = sorted(stored.figures_by_month.items())
    last_by_agent = {figure.agent: month for month, found in months for figure in found.figures}
    for agent, month in sorted(last_by_agent.items()):
        if code not in homes.get(agent, frozenset()):
            home_store.add_home(stored.run, agent, code, month=month)


def _evaluate(stored: _Stored, *, book: RuleBook) -> list[_Evaluated]:
    """Return the months whose inputs differ from those of their current revision, oldest first."""
    code = stored.head.municipality_code
    evaluated: list[_Evaluated] = []
    standings = {} if stored.before is None else dict(stored.before.standings)
    for month, found in sorted(stored.figures_by_month.items()):
        rows, was = _rows(found), stored.current_by_month.get(month)
        agents = {row.agent for row in rows}
        known = stored.moves.in_month(agents)
        standings = moving.with_movers(standings, agents, known=known, month=month)
        standings = erased.with_remembered(standings, rows, was=was, last_erased=stored.last_erased)
        rules = rules_used(month, book)
        effects = proposals.effects_in(
            known.dossiers, rows, month=month, evaluated_on=stored.evaluated_on_by_month[month]
        )
        effects = erased.with_training(effects, was=was, last_erased=stored.last_erased)
        snapshot = _snapshot(found.revision, rules=rules, standings=standings, effects=effects)
        if was is not None and was.snapshot == snapshot:
            standings = dict(was.standings)
            continue
        policy = policy_for(month, book)
        lines, standings = evaluate_rows(
            rows, municipality_code=code, standings=standings, policy=policy, effects_by_agent=effects
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
        # Erasing takes away what went in, and nothing of what came out.
        if was is not None and was.says_the_same_as(now):
            continue
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


def _snapshot(
    figures_revision: int,
    *,
    rules: Mapping[str, Any],
    standings: Mapping[str, Standing],
    effects: Mapping[str, Effects],
) -> str:
    """Return the digest of all that goes into an evaluation."""
    went_in = {
        "figures": figures_revision,
        "rules": rules,
        "standings": {agent: standing_to_json(standing) for agent, standing in standings.items()},
        "effects": {agent: str(each) for agent, each in effects.items()},
    }
    text = json.dumps(went_in, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _mails(stored: _Stored, evaluated: list[_Evaluated], *, book: RuleBook, clock: Clock) -> list[outbox.Mail]:
    """Return a notice for each month evaluated for the first time, and one correction for all that changed."""
    today = clock.today()
    notices = [letters.notice(each.now, book=book, today=today) for each in evaluated if each.was is None]
    mails = [mail for mail in notices if mail is not None]
    changes: list[Change] = []
    for each in evaluated:
        if each.was is not None:
            changes.extend(changed_standings(each.was, each.now))
    if changes:
        current = stored.current_by_month
        after = dict(current) | {each.now.month: each.now for each in evaluated}
        was, now = current[max(current)], after[max(after)]
        mails += letters.corrections(changes, was=was, now=now, book=book, today=today)
    return mails
