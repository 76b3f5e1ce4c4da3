"""The moves of an event that is told: laws over every order of facts, and the schedule as it is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.webhooks import rules
from chalicelib.webhooks.delivery import LEASE, Answer, Delivery, Outcome, State
from chalicelib.webhooks.rules import NotGivenUp

NOW = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)
NEW = Delivery(state=State.WAITING, recorded_at=NOW)
TAKEN = Answer(outcome=Outcome.TAKEN)
FAILED = Answer(outcome=Outcome.FAILED, code="status_500")
GONE = Answer(outcome=Outcome.GONE, code="status_410")


def calling(delivery: Delivery = NEW, *, now: datetime | None = None, owner: str = "a") -> Delivery:
    return rules.claimed(delivery, owner=owner, now=now or delivery.due_at)


def answered(delivery: Delivery, answer: Answer, *, now: datetime = NOW, jitter: float = 0.0) -> Delivery:
    return rules.answered(delivery, delivery.attempts[-1].number, answer, now=now, jitter=jitter)


def failing_all_along(jitter: float = 0.0) -> list[Delivery]:
    """An event whose receiver never takes it, after each attempt."""
    stages, delivery = [], NEW
    while delivery.state is State.WAITING:
        now = delivery.due_at
        delivery = answered(calling(delivery), FAILED, now=now, jitter=jitter)
        stages.append(delivery)
    return stages


def test_a_failing_event_is_tried_by_the_schedule_of_standard_webhooks_and_then_given_up() -> None:
    stages = failing_all_along()

    called_at = [attempt.claimed_at for attempt in stages[-1].attempts]
    waited = [after - before for before, after in pairwise(called_at)]
    assert [str(each) for each in waited] == [
        "0:00:05",
        "0:05:00",
        "0:30:00",
        "2:00:00",
        "5:00:00",
        "10:00:00",
        "14:00:00",
        "20:00:00",
        "1 day, 0:00:00",
    ]
    assert stages[-1].state is State.GIVEN_UP
    assert stages[-1].trouble == "status_500"


@given(st.floats(min_value=0, max_value=1))
def test_jitter_makes_a_wait_longer_by_a_fifth_at_most(jitter: float) -> None:
    waiting = answered(calling(), FAILED, jitter=jitter)

    assert timedelta(seconds=5) <= waiting.due_at - NOW <= timedelta(seconds=6)


def test_only_one_of_two_claims_wins() -> None:
    first = calling(owner="a")
    second = rules.claimed(first, owner="b", now=NOW)

    assert rules.claim_of(second, "a") is not None
    assert rules.claim_of(second, "b") is None


def test_an_event_is_not_called_before_it_is_due() -> None:
    waiting = answered(calling(), FAILED)

    assert calling(waiting, now=waiting.due_at - timedelta(microseconds=1)) is waiting
    assert calling(waiting, now=waiting.due_at).state is State.CALLING


def test_an_answer_that_comes_twice_counts_once() -> None:
    once = answered(calling(), FAILED)

    assert answered(once, FAILED) is once


def test_a_caller_that_said_nothing_counts_as_failed_when_its_lease_is_over() -> None:
    under_way = calling()

    assert rules.lapsed(under_way, now=NOW + LEASE - timedelta(microseconds=1), jitter=0) is under_way
    after = rules.lapsed(under_way, now=NOW + LEASE, jitter=0)
    assert (after.state, after.failures) == (State.WAITING, 1)


@pytest.mark.parametrize("answer", [FAILED, GONE])
def test_a_caller_that_comes_back_after_its_lease_moves_nothing(answer: Answer) -> None:
    lapsed = rules.lapsed(calling(), now=NOW + LEASE, jitter=0)

    after = rules.answered(lapsed, 1, answer, now=NOW + LEASE, jitter=0)

    assert (after.state, after.failures, after.due_at) == (State.WAITING, 1, lapsed.due_at)


def test_that_the_partner_took_it_counts_however_late_it_is_told() -> None:
    lapsed = rules.lapsed(calling(), now=NOW + LEASE, jitter=0)

    assert rules.answered(lapsed, 1, TAKEN, now=NOW + LEASE, jitter=0).state is State.DELIVERED


def test_a_receiver_that_wants_no_more_is_not_called_again() -> None:
    assert answered(calling(), GONE).state is State.GIVEN_UP


def test_an_event_that_was_given_up_is_tried_again_from_the_beginning_of_the_schedule() -> None:
    given_up = failing_all_along()[-1]
    later = given_up.due_at + timedelta(days=1)

    again = rules.asked_again(given_up, now=later)

    assert rules.is_due(again, now=later)
    failed = answered(calling(again), FAILED, now=later)
    assert failed.due_at == later + timedelta(seconds=5)
    assert failed.attempts[-1].number == 11


def test_the_latest_attempts_are_kept_however_often_it_is_asked_for() -> None:
    delivery = NEW
    for _ in range(3):
        while delivery.state is State.WAITING:
            delivery = answered(calling(delivery), FAILED, now=delivery.due_at)
        delivery = rules.asked_again(delivery, now=delivery.due_at)

    assert [attempt.number for attempt in delivery.attempts] == list(range(11, 31))


@pytest.mark.parametrize("delivery", [NEW, calling(), answered(calling(), TAKEN)])
def test_what_waits_or_was_taken_is_not_asked_for_again(delivery: Delivery) -> None:
    with pytest.raises(NotGivenUp):
        rules.asked_again(delivery, now=NOW)


_facts = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.sampled_from("abc")),
        st.tuples(st.just("answer"), st.tuples(st.integers(1, 25), st.sampled_from([TAKEN, FAILED, GONE]))),
        st.tuples(st.sampled_from(["lapse", "unaddressed", "again"]), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 200_000)),
    ),
    max_size=60,
)


@given(_facts)
def test_whatever_comes_in_whatever_order(facts: list[tuple[str, object]]) -> None:
    delivery, now, taken, wanted = NEW, NOW, False, 0
    for what, detail in facts:
        before = delivery
        if what == "wait":
            assert isinstance(detail, int)
            now += timedelta(seconds=detail)
        elif what == "claim":
            delivery = rules.claimed(delivery, owner=str(detail), now=now)
        elif what == "answer":
            assert isinstance(detail, tuple)
            number, answer = detail
            delivery = rules.answered(delivery, number, answer, now=now, jitter=0.5)
        elif what == "lapse":
            delivery = rules.lapsed(delivery, now=now, jitter=0.5)
        elif what == "unaddressed":
            delivery = rules.unaddressed(delivery, now=now)
        elif delivery.state in (State.GIVEN_UP, State.UNADDRESSED):
            delivery, wanted = rules.asked_again(delivery, now=now), wanted + 1
        taken = taken or delivery.state is State.DELIVERED
        # What the partner took stays taken; a call under way has its lease; the number of calls has an end.
        assert not taken or delivery.state is State.DELIVERED
        if before.state is State.CALLING and delivery.state is State.CALLING:
            assert delivery.attempts[-1].owner == before.attempts[-1].owner
        numbers = [attempt.number for attempt in delivery.attempts]
        assert numbers == sorted(set(numbers))
        assert len(numbers) <= rules.ATTEMPTS_KEPT
        assert delivery.failures <= len(rules.WAITS)
        assert not numbers or numbers[-1] <= (wanted + 1) * (len(rules.WAITS) + 1)
