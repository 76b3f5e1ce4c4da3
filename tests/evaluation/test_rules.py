"""The procedure for one agent: the sentences of DOMAIN as laws, and a table of its corners."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases.effects import Effects
from chalicelib.common.months import Month
from chalicelib.evaluation.rules import (
    BELOW_TARGET,
    NOTHING_YET,
    AgentMonth,
    Outcome,
    Policy,
    Reason,
    Standing,
    follow,
    judge,
)

POLICY = Policy(target_percent=60, minimum_answered=30, guard_level_permille=25)
FIRST = Month(2024, 10)


def months(*counts: tuple[int, int]) -> list[AgentMonth]:
    """Agent months from October 2024 on, from (answered, resolved)."""
    return [
        AgentMonth(month=FIRST.plus(index), answered=answered, resolved=resolved)
        for index, (answered, resolved) in enumerate(counts)
    ]


def outcomes(*counts: tuple[int, int], policy: Policy = POLICY) -> list[str]:
    return [judgement.outcome.value for judgement in follow(months(*counts), policy=policy)]


counts = st.integers(0, 400).flatmap(lambda answered: st.tuples(st.just(answered), st.integers(0, answered)))
histories = st.lists(counts, max_size=12)

LOW, HIGH, FEW, NONE = (100, 30), (100, 80), (29, 2), (0, 0)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        pytest.param(
            [(100, 59), (100, 61), (100, 59)], ["step_1", "ok", "step_1"], id="59, 61, 59 gives step 1, ok, step 1"
        ),
        pytest.param([(100, 60)], ["ok"], id="60 of 100 meets the target"),
        pytest.param([(1000, 599)], ["step_1"], id="599 of 1000 does not, though it rounds to 60"),
        pytest.param(
            [LOW, LOW, LOW], ["step_1", "step_2", "step_3_pause_proposed"], id="three low months propose a pause"
        ),
        pytest.param(
            [LOW, FEW, LOW], ["step_1", "not_evaluable", "step_2"], id="too few calls neither count nor reset"
        ),
        pytest.param([LOW, NONE, LOW], ["step_1", "not_evaluable", "step_2"], id="no calls neither count nor reset"),
        pytest.param([(30, 17), (29, 17)], ["step_1", "not_evaluable"], id="30 calls are enough, 29 are not"),
        pytest.param(
            [LOW, LOW, LOW, LOW, HIGH, LOW],
            ["step_1", "step_2", "step_3_pause_proposed", "proposal_open", "ok", "proposal_open"],
            id="an open proposal stays open through a good month",
        ),
        pytest.param(
            [(1000, 599)] * 4,
            ["step_1", "step_2", "step_3_not_certain", "step_3_not_certain"],
            id="just below for months is never certain",
        ),
        pytest.param(
            [(1000, 599), (1000, 599), (1000, 599), (1000, 500)],
            ["step_1", "step_2", "step_3_not_certain", "step_3_pause_proposed"],
            id="not certain becomes certain with the last three months",
        ),
        pytest.param(
            [LOW, LOW, LOW, FEW],
            ["step_1", "step_2", "step_3_pause_proposed", "not_evaluable"],
            id="too few while it waits",
        ),
    ],
)
def test_the_procedure_goes_step_by_step(history: list[tuple[int, int]], expected: list[str]) -> None:
    assert outcomes(*history) == expected


def test_a_minimum_of_0_switches_it_off_but_no_calls_are_still_no_month() -> None:
    policy = replace(POLICY, minimum_answered=0)

    assert outcomes((1, 0), (0, 0), policy=policy) == ["step_1", "not_evaluable"]


def test_without_the_guard_the_third_month_proposes() -> None:
    policy = replace(POLICY, guard_level_permille=None)

    judgement = follow(months(*[(1000, 599)] * 3), policy=policy)[-1]

    assert (judgement.outcome, judgement.reason) == (Outcome.PAUSE_PROPOSED, Reason.THIRD_MONTH_WITHOUT_GUARD)


def test_the_guard_pools_the_last_three_evaluable_months() -> None:
    judgements = follow(months((100, 10), LOW, FEW, (50, 20)), policy=POLICY)

    assert judgements[-1].pooled == (250, 60)


@given(histories)
def test_every_history_has_an_outcome_a_month_and_never_skips_a_step(history: list[tuple[int, int]]) -> None:
    judgements = follow(months(*history), policy=POLICY)

    assert len(judgements) == len(history)
    for judgement in judgements:
        assert judgement.after.months_below in (0, judgement.before.months_below, judgement.before.months_below + 1)
        if judgement.outcome in (Outcome.PAUSE_PROPOSED, Outcome.NOT_CERTAIN):
            assert judgement.after.months_below >= 3
            assert len(judgement.after.last_three) == 3
            assert all(100 * calls.resolved < 60 * calls.answered for calls in judgement.after.last_three)


@given(histories)
def test_a_month_at_target_resets_the_count(history: list[tuple[int, int]]) -> None:
    standing = follow([*months(*history), *months(LOW)], policy=POLICY)[-1].after

    after = judge(AgentMonth(month=FIRST.plus(20), answered=100, resolved=60), before=standing, policy=POLICY).after

    assert (after.months_below, after.last_three) == (0, ())


@given(histories, st.integers(0, 29))
def test_a_month_that_cant_be_evaluated_changes_nothing(history: list[tuple[int, int]], answered: int) -> None:
    judgements = follow(months(*history), policy=POLICY)
    before = judgements[-1].after if judgements else NOTHING_YET

    judgement = judge(AgentMonth(month=FIRST.plus(20), answered=answered, resolved=0), before=before, policy=POLICY)

    assert judgement.outcome is Outcome.NOT_EVALUABLE
    assert replace(judgement.after, month=None) == replace(before, month=None)


@given(histories)
def test_at_most_one_proposal_is_open(history: list[tuple[int, int]]) -> None:
    proposed = [each for each in follow(months(*history), policy=POLICY) if each.outcome is Outcome.PAUSE_PROPOSED]

    assert len(proposed) <= 1


@given(counts)
def test_below_target_is_compared_in_whole_numbers(count: tuple[int, int]) -> None:
    answered, resolved = count

    (judgement,) = follow(months(count), policy=POLICY)

    assert (judgement.outcome in BELOW_TARGET) == (answered >= 30 and 100 * resolved < 60 * answered)


@given(histories, histories)
def test_following_in_two_goes_is_following_in_one(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    all_months = months(*first, *second)

    begun = follow(all_months[: len(first)], policy=POLICY)
    standing = begun[-1].after if begun else Standing()

    assert begun + follow(all_months[len(first) :], policy=POLICY, standing=standing) == follow(
        all_months, policy=POLICY
    )


@pytest.mark.parametrize(
    ("history", "reasons"),
    [
        ([HIGH], ["at_target"]),
        ([NONE, FEW], ["no_calls", "too_few_calls"]),
        (
            [LOW, LOW, LOW, LOW],
            ["below_target", "below_target", "surely_below_over_three_months", "proposal_waits"],
        ),
        ([(1000, 599)] * 3, ["below_target", "below_target", "not_enough_calls_to_be_sure"]),
    ],
)
def test_every_outcome_says_why(history: list[tuple[int, int]], reasons: list[str]) -> None:
    judgements = follow(months(*history), policy=POLICY)

    assert [judgement.reason.value for judgement in judgements] == reasons


@given(histories)
def test_each_judgement_begins_where_the_last_one_ended(history: list[tuple[int, int]]) -> None:
    judgements = follow(months(*history), policy=POLICY)

    befores = [judgement.before for judgement in judgements]
    assert befores == [NOTHING_YET, *(judgement.after for judgement in judgements)][: len(befores)]


def test_what_is_not_certain_says_of_how_many_calls_of_the_last_three_months() -> None:
    judgements = follow(months((1000, 590), *[(1000, 599)] * 3), policy=POLICY)

    assert [judgement.pooled for judgement in judgements] == [None, None, (3000, 1788), (3000, 1797)]
    assert judgements[-1].before == judgements[-2].after


def _after(*counts: tuple[int, int], effects: Effects) -> tuple[str, str, int]:
    """Return the outcome, the reason and the counter of the last month, to which the effects belong."""
    *before, last = months(*counts)
    judged = follow(before, policy=POLICY)
    judgement = judge(last, before=judged[-1].after if judged else NOTHING_YET, policy=POLICY, effects=effects)
    return judgement.outcome.value, judgement.reason.value, judgement.after.months_below


def test_the_counter_starts_anew_with_the_month_that_a_decision_fell_in() -> None:
    declined = Effects(reset_on=date(2025, 1, 25))

    assert _after(LOW, LOW, LOW, LOW, effects=declined) == ("step_1", "below_target", 1)
    assert _after(LOW, LOW, LOW, HIGH, effects=declined) == ("ok", "at_target", 0)
    assert _after(LOW, LOW, LOW, FEW, effects=declined) == ("not_evaluable", "too_few_calls", 0)


def test_the_counter_starts_anew_once() -> None:
    in_october = Effects(reset_on=date(2024, 10, 31))

    assert _after(LOW, LOW, effects=in_october) == ("step_2", "below_target", 2)


@pytest.mark.parametrize("counts", [LOW, HIGH, FEW, NONE])
def test_a_paused_month_neither_counts_nor_resets(counts: tuple[int, int]) -> None:
    paused = Effects(is_paused=True)

    assert _after(LOW, LOW, LOW, counts, effects=paused) == ("paused", "off_the_queue", 3)


@pytest.mark.parametrize(("trained_since", "expected"), [
    (date(2024, 10, 1), ("step_1", "trained", 1)),
    (date(2024, 12, 24), ("step_1", "trained", 1)),
    (date(2024, 9, 30), ("step_3_pause_proposed", "surely_below_over_three_months", 3)),
    (None, ("step_3_pause_proposed", "surely_below_over_three_months", 3)),
])  # fmt: skip
def test_who_took_both_trainings_since_step_1_is_not_proposed_and_begins_at_step_1(
    trained_since: date | None, expected: tuple[str, str, int]
) -> None:
    assert _after(LOW, LOW, LOW, effects=Effects(trained_since=trained_since)) == expected


def test_training_changes_nothing_but_a_proposal() -> None:
    trained = Effects(trained_since=date(2024, 10, 1))
    unsure = (31, 18)

    assert _after(LOW, LOW, effects=trained) == ("step_2", "below_target", 2)
    assert _after(unsure, unsure, unsure, effects=trained)[0] == "step_3_not_certain"


def test_the_month_of_step_1_is_the_first_of_all_months_below() -> None:
    unsure = (31, 18)
    judged = follow(months(HIGH, unsure, FEW, unsure, unsure, unsure), policy=POLICY)

    assert {str(each.after.step_1) for each in judged[1:]} == {"2024-11"}
    assert judged[0].after.step_1 is None


@given(histories, st.none() | st.dates(date(2024, 9, 1), date(2025, 12, 1)), st.booleans())
def test_a_proposal_rests_on_three_months_below_since_the_counter_started(
    history: list[tuple[int, int]], reset_on: date | None, is_paused: bool
) -> None:
    standing = NOTHING_YET
    for calls in months(*history):
        known = reset_on if reset_on and reset_on <= calls.month.last_day else None
        judgement = judge(calls, before=standing, policy=POLICY, effects=Effects(reset_on=known, is_paused=is_paused))
        standing = judgement.after
        if judgement.outcome is Outcome.PAUSE_PROPOSED:
            assert len(standing.last_three) == 3
            assert known is None or all(each.month.last_day >= known for each in standing.last_three)
            assert not is_paused
