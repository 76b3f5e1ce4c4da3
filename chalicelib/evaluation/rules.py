"""The follow-up procedure for one agent: month after month, what the figures mean.

OK → step 1 → step 2 → step 3, where a pause is *proposed*; a person decides it (GDPR art. 22). A month at or above
the target leads back to OK. A month with too few calls, or none, neither counts nor resets; nor does one that ends in
a pause. What people decided reaches a month as its effects (chalicelib/cases/effects.py).

Source: the steering group, 19.06.2024; the minimum of calls and the guard are assumptions kept as dated rules.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from chalicelib.cases.effects import NO_EFFECTS, Effects
from chalicelib.common.months import Month
from chalicelib.evaluation.statistics import is_significantly_below

STEPS_BEFORE_A_PROPOSAL = 3


class Outcome(StrEnum):
    """What a month came to for an agent."""

    OK = "ok"
    STEP_1 = "step_1"
    STEP_2 = "step_2"
    PAUSE_PROPOSED = "step_3_pause_proposed"
    NOT_CERTAIN = "step_3_not_certain"
    PROPOSAL_OPEN = "proposal_open"
    NOT_EVALUABLE = "not_evaluable"
    PAUSED = "paused"


#: The outcomes that call for something: a municipality with none of these gets no mail.
BELOW_TARGET = frozenset(
    {Outcome.STEP_1, Outcome.STEP_2, Outcome.PAUSE_PROPOSED, Outcome.NOT_CERTAIN, Outcome.PROPOSAL_OPEN}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules in force for a month. `guard_level_permille` is None when the guard is off; 25 is 2.5 %, one-sided."""

    target_percent: int
    minimum_answered: int
    guard_level_permille: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMonth:
    """One agent's calls in one month: `resolved` of `answered` were ended by the agent."""

    month: Month
    answered: int
    resolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an agent stands after a month.

    `months_below` counts the evaluable months below target since the last one at target; `last_three` are the latest
    of them, oldest first, and `step_1` is the first of them all; `proposal_month` is the month whose proposal of a
    pause a person decides; `month` is the last one with a row.
    """

    month: Month | None = None
    months_below: int = 0
    last_three: tuple[AgentMonth, ...] = ()
    step_1: Month | None = None
    proposal_month: Month | None = None

    def is_same_step_as(self, other: Standing) -> bool:
        """Whether nothing that anybody was or would be told differs."""
        return (self.months_below, self.proposal_month) == (other.months_below, other.proposal_month)


NOTHING_YET = Standing()


class Reason(StrEnum):
    """Why a month came to its outcome."""

    AT_TARGET = "at_target"
    NO_CALLS = "no_calls"
    TOO_FEW_CALLS = "too_few_calls"
    BELOW_TARGET = "below_target"
    SURELY_BELOW_OVER_THREE_MONTHS = "surely_below_over_three_months"
    THIRD_MONTH_WITHOUT_GUARD = "third_month_without_guard"
    NOT_ENOUGH_CALLS_TO_BE_SURE = "not_enough_calls_to_be_sure"
    PROPOSAL_WAITS = "proposal_waits"
    OFF_THE_QUEUE = "off_the_queue"
    TRAINED = "trained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A month's outcome, why, and the standing before and after it.

    `pooled` holds (answered, resolved) over the last three evaluable months, where these decided the outcome.
    """

    outcome: Outcome
    reason: Reason
    before: Standing
    after: Standing
    pooled: tuple[int, int] | None = None


def judge(calls: AgentMonth, *, before: Standing, policy: Policy, effects: Effects = NO_EFFECTS) -> Judgement:
    """Return what a month means for an agent who stood at `before`, given what people decided.

    Total: every combination of counts (0 ≤ resolved ≤ answered) has an outcome.
    """
    before = _anew(before, effects)
    here = replace(before, month=calls.month)
    if effects.is_paused:
        return Judgement(outcome=Outcome.PAUSED, reason=Reason.OFF_THE_QUEUE, before=before, after=here)
    if calls.answered == 0:
        return Judgement(outcome=Outcome.NOT_EVALUABLE, reason=Reason.NO_CALLS, before=before, after=here)
    if calls.answered < policy.minimum_answered:
        return Judgement(outcome=Outcome.NOT_EVALUABLE, reason=Reason.TOO_FEW_CALLS, before=before, after=here)
    if 100 * calls.resolved >= policy.target_percent * calls.answered:
        after = replace(here, months_below=0, last_three=(), step_1=None)
        return Judgement(outcome=Outcome.OK, reason=Reason.AT_TARGET, before=before, after=after)
    after = replace(
        here,
        months_below=before.months_below + 1,
        last_three=(*before.last_three, calls)[-3:],
        step_1=before.step_1 or calls.month,
    )
    judgement = _judge_below(before=before, after=after, policy=policy)
    if judgement.outcome is Outcome.PAUSE_PROPOSED and after.step_1 and effects.is_trained(after.step_1):
        first = replace(here, months_below=1, last_three=(calls,), step_1=calls.month)
        return Judgement(outcome=Outcome.STEP_1, reason=Reason.TRAINED, before=before, after=first)
    return judgement


def _anew(standing: Standing, effects: Effects) -> Standing:
    """Return the standing, or nothing but its month when the counter started anew after that month."""
    if effects.reset_on is None:
        return standing
    if standing.month is not None and effects.reset_on <= standing.month.last_day:
        return standing
    return Standing(month=standing.month)


def _judge_below(*, before: Standing, after: Standing, policy: Policy) -> Judgement:
    if before.proposal_month is not None:
        return Judgement(outcome=Outcome.PROPOSAL_OPEN, reason=Reason.PROPOSAL_WAITS, before=before, after=after)
    if after.months_below < STEPS_BEFORE_A_PROPOSAL:
        outcome = Outcome.STEP_1 if after.months_below == 1 else Outcome.STEP_2
        return Judgement(outcome=outcome, reason=Reason.BELOW_TARGET, before=before, after=after)
    pooled = (sum(calls.answered for calls in after.last_three), sum(calls.resolved for calls in after.last_three))
    proposed = replace(after, proposal_month=after.month)
    if policy.guard_level_permille is None:
        reason = Reason.THIRD_MONTH_WITHOUT_GUARD
    elif is_significantly_below(
        answered=pooled[0],
        resolved=pooled[1],
        target_percent=policy.target_percent,
        level_permille=policy.guard_level_permille,
    ):
        reason = Reason.SURELY_BELOW_OVER_THREE_MONTHS
    else:
        return Judgement(
            outcome=Outcome.NOT_CERTAIN,
            reason=Reason.NOT_ENOUGH_CALLS_TO_BE_SURE,
            before=before,
            after=after,
            pooled=pooled,
        )
    return Judgement(outcome=Outcome.PAUSE_PROPOSED, reason=reason, before=before, after=proposed, pooled=pooled)


def follow(months: Iterable[AgentMonth], *, policy: Policy, standing: Standing = NOTHING_YET) -> list[Judgement]:
    """Return the judgements of an agent's months, oldest first, from `standing` on."""
    judgements: list[Judgement] = []
    for calls in months:
        judgements.append(judge(calls, before=standing, policy=policy))
        standing = judgements[-1].after
    return judgements
