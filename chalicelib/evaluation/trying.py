"""What somebody may try the rules on: the stored figures, and the rulebook as it stands today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.cases import naming
from chalicelib.common.clock import Clock
from chalicelib.common.months import Month
from chalicelib.evaluation import proposals
from chalicelib.evaluation.policies import policy_for
from chalicelib.evaluation.rules import AgentMonth
from chalicelib.evaluation.what_if import Row, TriedOn, Try
from chalicelib.kpi import figures
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName

#: How far back months are tried.
MOST_MONTHS = 36


def tried_on(*, clock: Clock) -> TriedOn:
    """Return the months that are over and have figures, at most the latest 36, with the rules that they go by."""
    book = rulebook.load()
    this_month = Month.of(clock.today())
    stored = figures.stored_months(this_month.plus(-MOST_MONTHS), this_month.previous())
    policy = policy_for(this_month, book)
    today = Try(
        target_percent=policy.target_percent,
        minimum_answered=policy.minimum_answered,
        guard_level_permille=policy.guard_level_permille,
        first=book.procedure_start(clock.today()),
    )
    return TriedOn(
        rows_by_month=_rows(stored),
        policy_by_month={month: policy_for(month, book) for month in stored if month >= today.first},
        today=today,
        level_permille=book.in_force(RuleName.SMALL_SAMPLE_GUARD, this_month).value["level_permille"],
    )


def _rows(stored: Mapping[Month, Iterable[figures.AgentFigure]]) -> dict[Month, tuple[Row, ...]]:
    """Return the rows by the first of each agent's ids: history follows the agent to another one."""
    codes_by_agent: dict[str, frozenset[str]] = {}
    for figure in (figure for found in stored.values() for figure in found):
        codes_by_agent[figure.agent] = codes_by_agent.get(figure.agent, frozenset()) | {figure.municipality_code}
    agents = codes_by_agent.keys()
    dossiers = naming.without_names_elsewhere(proposals.dossiers(sorted(agents)), codes_by_agent)
    first_id = {agent: naming.all_names(agent, dossiers)[0] for agent in agents}
    return {month: tuple(_row(figure, first_id[figure.agent]) for figure in found) for month, found in stored.items()}


def _row(figure: figures.AgentFigure, first_id: str) -> Row:
    return Row(
        municipality_code=figure.municipality_code,
        agent=first_id,
        calls=AgentMonth(month=figure.month, answered=figure.answered, resolved=figure.resolved),
    )
