"""What the procedure would have said of stored months under some rule and from some month on: counted, never stored.

Every month is judged by `rules.judge`, so a try can't differ from the procedure. Nobody decides anything in a try: a
proposal stays open, which is why an agent has at most one. History follows the agent; what is said of a month
counts for the municipality that the agent was in that month.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.common.months import Month, Quarter
from chalicelib.evaluation.rules import (
    BELOW_TARGET,
    NOTHING_YET,
    AgentMonth,
    Outcome,
    Policy,
    Standing,
    judge,
)

PolicyFor = Callable[[Month], Policy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One agent's month, and where the agent was in it. An agent has one row a month."""

    municipality_code: str
    agent: str
    calls: AgentMonth


RowsByMonth = Mapping[Month, Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was said: agents' months by outcome, and `mails`, the municipalities' months with something to tell."""

    step_1: int = 0
    step_2: int = 0
    not_certain: int = 0
    waiting: int = 0
    proposals: int = 0
    mails: int = 0

    @property
    def notices(self) -> int:
        """Agents' months at step 1 or 2."""
        return self.step_1 + self.step_2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What a try came to, in all and by municipality code."""

    total: Tally
    tally_by_code: Mapping[str, Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A rule for all months, and the first month under it. `guard_level_permille` is None when the guard is off."""

    target_percent: int
    minimum_answered: int
    guard_level_permille: int | None
    first: Month

    @property
    def policy(self) -> Policy:
        return Policy(
            target_percent=self.target_percent,
            minimum_answered=self.minimum_answered,
            guard_level_permille=self.guard_level_permille,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one start under one rule came to: notices of step 1 and 2, and the agents with a pause proposed."""

    notices: int
    proposals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedOn:
    """What is tried on: the stored rows, the rules in force for the months under the procedure, and today's rule.

    `level_permille` is the guard's level in today's rule, also when the guard is off.
    """

    rows_by_month: RowsByMonth
    policy_by_month: Mapping[Month, Policy]
    today: Try
    level_permille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Today's rule beside the tried one, and what each start would come to: a cell by quarter and target in percent."""

    today: Outcomes
    tried: Outcomes
    cell_by_start: Mapping[Quarter, Mapping[int, Cell]]


#: The targets that are compared beside today's and the tried one.
TARGETS = (65, 70)


def too_few(rows: RowsByMonth, *, least: int) -> frozenset[str]:
    """Return the municipalities with fewer than `least` agents, and more until they have so many together.

    Else what is said of them together, or of all but the others, is said of those agents.
    """
    agents_by_code: dict[str, set[str]] = {}
    for row in (row for found in rows.values() for row in found):
        agents_by_code.setdefault(row.municipality_code, set()).add(row.agent)
    found: set[str] = set()
    together: set[str] = set()
    for code, agents in sorted(agents_by_code.items(), key=lambda each: (len(each[1]), each[0])):
        if len(agents) >= least and (not found or len(together) >= least):
            break
        found.add(code)
        together |= agents
    return frozenset(found)


def compare(tried_on: TriedOn, tried_rule: Try) -> Comparison:
    """Return what a try would have come to beside today's rule: the procedure's rules month by month, from its start.

    The starts are compared under the try's minimum and guard.
    """
    rows, policy = tried_on.rows_by_month, tried_rule.policy
    quarters = sorted({Quarter.of(month) for month in rows})
    targets = sorted({tried_on.today.target_percent, *TARGETS, tried_rule.target_percent})
    cells_by_target = {
        target: starts(
            rows,
            firsts=[quarter.months[0] for quarter in quarters],
            policy=replace(policy, target_percent=target),
        )
        for target in targets
    }
    return Comparison(
        today=tried(rows, first=tried_on.today.first, policy_for=tried_on.policy_by_month.__getitem__),
        tried=tried(rows, first=tried_rule.first, policy_for=lambda _: policy),
        cell_by_start={
            quarter: {target: cells[quarter.months[0]] for target, cells in cells_by_target.items()}
            for quarter in quarters
        },
    )


def judged(rows_by_month: RowsByMonth, *, first: Month, policy_for: PolicyFor) -> Iterator[tuple[Row, Outcome]]:
    """Yield what each row from the month `first` on comes to, month by month; the procedure starts from nothing."""
    standings: dict[str, Standing] = {}
    for month in sorted(month for month in rows_by_month if month >= first):
        policy = policy_for(month)
        for row in rows_by_month[month]:
            judgement = judge(row.calls, before=standings.get(row.agent, NOTHING_YET), policy=policy)
            standings[row.agent] = judgement.after
            yield row, judgement.outcome


def tried(rows_by_month: RowsByMonth, *, first: Month, policy_for: PolicyFor) -> Outcomes:
    """Return what starting in the month `first` would have come to, in all and by municipality code.

    A municipality with rows from then on is counted, also when there was nothing to say.
    """
    counts_by_code: dict[str, Counter[Outcome]] = {}
    told: set[tuple[str, Month]] = set()
    for row, outcome in judged(rows_by_month, first=first, policy_for=policy_for):
        counts_by_code.setdefault(row.municipality_code, Counter())[outcome] += 1
        if outcome in BELOW_TARGET:
            told.add((row.municipality_code, row.calls.month))
    mails_by_code = Counter(code for code, _ in told)
    return Outcomes(
        total=_tally(sum(counts_by_code.values(), Counter()), mails=len(told)),
        tally_by_code={
            code: _tally(counts, mails=mails_by_code[code]) for code, counts in sorted(counts_by_code.items())
        },
    )


def starts(rows_by_month: RowsByMonth, *, firsts: Iterable[Month], policy: Policy) -> dict[Month, Cell]:
    """Return what each first month would have come to under one rule for all months.

    The same as `tried` for each of them, in a fraction of the time: two starts judge an agent alike from the month on
    in which they leave the agent standing alike, which is mostly soon.
    """
    calls_by_agent: dict[str, list[AgentMonth]] = {}
    for month in sorted(rows_by_month):
        for row in rows_by_month[month]:
            calls_by_agent.setdefault(row.agent, []).append(row.calls)
    latest_first = sorted(set(firsts), reverse=True)
    notices, proposals = dict.fromkeys(latest_first, 0), dict.fromkeys(latest_first, 0)
    for months in calls_by_agent.values():
        path = _Path(months, policy=policy)
        for first in latest_first:
            told, proposed = path.walk(first)
            notices[first] += told
            proposals[first] += proposed
    return {first: Cell(notices=notices[first], proposals=proposals[first]) for first in sorted(latest_first)}


class _Path:
    """One agent's months, walked from the latest start to the earliest, each walk ended where it meets the one before.

    For each month walked: the standing after it, and the notices and proposals from it on.
    """

    def __init__(self, months: Sequence[AgentMonth], *, policy: Policy) -> None:
        self._months = months
        self._policy = policy
        self._after: list[Standing | None] = [None] * len(months)
        self._from: list[tuple[int, int]] = [(0, 0)] * (len(months) + 1)

    def walk(self, first: Month) -> tuple[int, int]:
        """Return the notices and the proposals from `first` on."""
        begin = next((place for place, calls in enumerate(self._months) if calls.month >= first), len(self._months))
        standing, rest, outcomes = NOTHING_YET, (0, 0), list[Outcome]()
        for place in range(begin, len(self._months)):
            judgement = judge(self._months[place], before=standing, policy=self._policy)
            standing = judgement.after
            outcomes.append(judgement.outcome)
            if standing.proposal_month is not None:
                break  # nobody decides it, so neither a notice nor another proposal follows
            if standing == self._after[place]:
                rest = self._from[place + 1]
                break
            self._after[place] = standing
        for place, outcome in reversed(list(enumerate(outcomes, start=begin))):
            told, proposed = rest
            is_notice = outcome in (Outcome.STEP_1, Outcome.STEP_2)
            rest = self._from[place] = (told + is_notice, proposed + (outcome is Outcome.PAUSE_PROPOSED))
        return rest


def _tally(counts: Mapping[Outcome, int], *, mails: int) -> Tally:
    return Tally(
        step_1=counts.get(Outcome.STEP_1, 0),
        step_2=counts.get(Outcome.STEP_2, 0),
        not_certain=counts.get(Outcome.NOT_CERTAIN, 0),
        waiting=counts.get(Outcome.PROPOSAL_OPEN, 0),
        proposals=counts.get(Outcome.PAUSE_PROPOSED, 0),
        mails=mails,
    )
