"""The ledger: what each municipality's evaluation of a month came to, line by line, and how two revisions differ.

A line says for one agent and month: the inputs and the file and row they came from, the outcome and why, the standing
before and after. A correction never edits a line; it adds a revision of the municipality's month.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.cases.effects import NO_EFFECTS, Effects
from chalicelib.common.months import Month
from chalicelib.evaluation.rules import AgentMonth, Judgement, Outcome, Policy, Reason, Standing, judge

#: In the place of a snapshot that was erased: no month's inputs have it.
NO_SNAPSHOT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One agent's figures of a month, as the evaluation takes them in. `source`: drop_id, key, sheet, row, revision."""

    calls: AgentMonth
    agent: str
    source: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger."""

    municipality_code: str
    agent: str
    month: Month
    answered: int
    resolved: int
    outcome: Outcome
    reason: Reason
    pooled: tuple[int, int] | None
    before: Standing
    after: Standing
    source: Mapping[str, Any]

    @property
    def is_improvement(self) -> bool:
        """Whether the agent came back to the target from a step."""
        return self.outcome is Outcome.OK and self.before.months_below > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCounts:
    """What a municipality's lines of a month come to, without anybody in it."""

    agents: int
    answered: int
    resolved: int
    count_by_outcome: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityMonth:
    """One revision of a municipality's evaluated month.

    `standings` holds every agent the municipality ever had a row for, as they stand after the month; `rules` the rule
    values used, by name; `snapshot` is the digest of all that went in, until something is erased (`NO_SNAPSHOT`).
    """

    municipality_code: str
    month: Month
    revision: int
    figures_revision: int
    snapshot: str
    rules: Mapping[str, Any]
    lines: tuple[Line, ...]
    standings: Mapping[str, Standing]

    def line_by_agent(self) -> dict[str, Line]:
        return {line.agent: line for line in self.lines}

    def counts(self) -> MonthCounts:
        return MonthCounts(
            agents=len(self.lines),
            answered=sum(line.answered for line in self.lines),
            resolved=sum(line.resolved for line in self.lines),
            count_by_outcome=Counter(line.outcome for line in self.lines),
        )

    def says_the_same_as(self, other: MunicipalityMonth) -> bool:
        """Whether both judge the same figures by the same rules to the same lines and standings."""
        return (self.figures_revision, self.rules, self.lines, self.standings) == (
            other.figures_revision,
            other.rules,
            other.lines,
            other.standings,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a correction changed for one agent and month: a line may be new (`was` is None) or gone (`now` is None).

    `revision` is that of the corrected month.
    """

    agent: str
    month: Month
    revision: int
    was: Line | None
    now: Line | None


def evaluate_rows(
    rows: Iterable[Row],
    *,
    municipality_code: str,
    standings: Mapping[str, Standing],
    policy: Policy,
    effects_by_agent: Mapping[str, Effects],
) -> tuple[tuple[Line, ...], dict[str, Standing]]:
    """Return the ledger lines of a municipality's month, by agent, and everybody's standings after it.

    An agent without a row gets no line and keeps the standing.
    """
    after = dict(standings)
    lines: list[Line] = []
    for row in sorted(rows, key=lambda row: row.agent):
        before, effects = standings.get(row.agent, Standing()), effects_by_agent.get(row.agent, NO_EFFECTS)
        judgement = judge(row.calls, before=before, policy=policy, effects=effects)
        lines.append(_line(row, judgement, municipality_code=municipality_code))
        after[row.agent] = judgement.after
    return tuple(lines), after


def _line(row: Row, judgement: Judgement, *, municipality_code: str) -> Line:
    return Line(
        municipality_code=municipality_code,
        agent=row.agent,
        month=row.calls.month,
        answered=row.calls.answered,
        resolved=row.calls.resolved,
        outcome=judgement.outcome,
        reason=judgement.reason,
        pooled=judgement.pooled,
        before=judgement.before,
        after=judgement.after,
        source=row.source,
    )


def changed_standings(was: MunicipalityMonth, now: MunicipalityMonth) -> tuple[Change, ...]:
    """Return what people must be told: the agents whose step after the month is another than it was, by agent.

    A figure that changes without changing anybody's step is in the ledger, but no news.
    """
    old, new = was.line_by_agent(), now.line_by_agent()
    nothing = Standing()
    return tuple(
        Change(agent=agent, month=now.month, revision=now.revision, was=old.get(agent), now=new.get(agent))
        for agent in sorted(old.keys() | new.keys())
        if not was.standings.get(agent, nothing).is_same_step_as(now.standings.get(agent, nothing))
    )
