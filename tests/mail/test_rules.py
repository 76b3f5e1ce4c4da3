"""The life of a mail, fact by fact. THREATS F10 to F14, I20, I22."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail import rules
from chalicelib.mail.delivery import (
    GRACE,
    LEASE,
    RECEIPT_DELAY,
    RECEIPT_EXPECTED,
    SENDER_LIFE,
    Answer,
    Delivery,
    Evidence,
    Outcome,
    Receipt,
    State,
)

NOW = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)
TODAY = date(2025, 2, 5)
ACCEPTED = Answer(outcome=Outcome.ACCEPTED, ses_message_id="ses-1")
THROTTLED = Answer(outcome=Outcome.NOT_SENT, code="TooManyRequestsException")
REFUSED = Answer(outcome=Outcome.REFUSED, code="MessageRejected")
LOST = Answer(outcome=Outcome.UNKNOWN, code="ReadTimeoutError")

PENDING = Delivery(state=State.PENDING, recorded_at=NOW)


def _claimed(delivery: Delivery = PENDING, *, owner: str = "a", now: datetime = NOW) -> Delivery:
    return rules.claimed(delivery, owner=owner, now=now, today=TODAY, digest="d", size=1)


def _answered(delivery: Delivery, answer: Answer, *, number: int = 1, now: datetime = NOW) -> Delivery:
    return rules.answered(delivery, number, answer, now=now, jitter=1.0)


def _settled(delivery: Delivery, *told: tuple[int, Evidence]) -> Delivery:
    receipts = [Receipt(attempt=attempt, evidence=evidence) for attempt, evidence in told]
    return rules.settled(delivery, receipts, ses_message_id="ses-1", sent_at=NOW + timedelta(seconds=1))


def _sent_again() -> Delivery:
    """Return a mail whose first sender was never heard of again and whose second is under way."""
    given_up = rules.overdue(_claimed(), now=NOW + LEASE + GRACE)
    return _claimed(given_up, owner="b", now=NOW + LEASE + GRACE)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(ACCEPTED, State.SENT), (THROTTLED, State.PENDING), (REFUSED, State.FAILED), (LOST, State.SENDING)],
)
def test_what_the_call_came_to_decides_where_the_mail_stands(answer: Answer, state: State) -> None:
    assert _answered(_claimed(), answer).state is state


@pytest.mark.parametrize(
    ("evidence", "state", "reason"),
    [
        (Evidence.SENT, State.SENT, None),
        (Evidence.DELIVERED, State.DELIVERED, None),
        (Evidence.COMPLAINED, State.COMPLAINED, "complained"),
        (Evidence.BOUNCED_FOR_NOW, State.BOUNCED, "bounced_for_now"),
        (Evidence.BOUNCED, State.BOUNCED, "bounced"),
        (Evidence.SUPPRESSED, State.BOUNCED, "suppressed"),
        (Evidence.REJECTED, State.FAILED, "rejected"),
    ],
)
def test_what_ses_tells_settles_the_mail(evidence: Evidence, state: State, reason: str | None) -> None:
    settled = _settled(_claimed(), (1, evidence))

    assert (settled.state, settled.reason) == (state, reason)


def test_a_mail_is_claimed_by_one_sender_only() -> None:
    first = _claimed(owner="a")

    second = _claimed(first, owner="b")

    assert second == first
    assert rules.claim_of(first, "a") is not None
    assert rules.claim_of(first, "b") is None


def test_no_mail_is_claimed_before_the_quiet_period_is_over() -> None:
    held = replace(PENDING, send_from=date(2025, 8, 2))

    assert not rules.is_due(held, now=NOW, today=date(2025, 8, 1))
    assert rules.is_due(held, now=NOW, today=date(2025, 8, 2))
    assert held.due_at == datetime(2025, 8, 1, 22, 0, tzinfo=UTC), "midnight in Denmark"


def test_a_lease_ends_after_its_length() -> None:
    attempt = _claimed().attempts[0]

    assert not rules.lease_is_over(attempt, now=NOW + LEASE - timedelta(microseconds=1))
    assert rules.lease_is_over(attempt, now=NOW + LEASE)


def test_the_grace_outlasts_a_stuck_sender_and_the_delay_of_its_receipt() -> None:
    assert GRACE >= SENDER_LIFE + RECEIPT_DELAY
    assert _claimed().due_at == NOW + LEASE + GRACE


@pytest.mark.parametrize(
    ("deferrals", "longest"),
    [
        (0, timedelta(minutes=1)),
        (1, timedelta(minutes=2)),
        (5, timedelta(minutes=32)),
        (6, timedelta(hours=1)),
        (400, timedelta(hours=1)),
    ],
)
def test_a_mail_that_was_put_off_waits_longer_each_time(deferrals: int, longest: timedelta) -> None:
    tired = replace(PENDING, deferrals=deferrals)

    waits = [
        rules.deferred(tired, trouble="unrenderable", now=NOW, today=TODAY, jitter=jitter).due_at - NOW
        for jitter in (0.0, 1.0)
    ]

    assert waits == [longest / 2, longest]


def test_a_mail_that_was_put_off_is_due_again_when_its_wait_is_over() -> None:
    put_off = _answered(_claimed(), THROTTLED)

    assert not rules.is_due(put_off, now=NOW + timedelta(seconds=59), today=TODAY)
    assert rules.is_due(put_off, now=NOW + timedelta(minutes=1), today=TODAY)
    assert _claimed(put_off, owner="b", now=NOW + timedelta(minutes=1)).attempts[-1].number == 2


def test_each_putting_off_is_counted_and_says_why() -> None:
    once = _answered(_claimed(), THROTTLED)
    later = NOW + timedelta(minutes=1)
    twice = rules.deferred(once, trouble="unrenderable", now=later, today=TODAY, jitter=1.0)

    assert (once.deferrals, once.reason, once.retry_at) == (1, "TooManyRequestsException", NOW + timedelta(minutes=1))
    assert (twice.deferrals, twice.reason, twice.retry_at) == (2, "unrenderable", later + timedelta(minutes=2))


def test_a_refused_mail_says_why() -> None:
    assert _answered(_claimed(), REFUSED).reason == "MessageRejected"


def test_an_attempts_first_answer_stands() -> None:
    lost = _answered(_claimed(), LOST)

    assert _answered(lost, REFUSED) == lost


def test_an_attempt_keeps_the_id_that_ses_gave_whoever_told_it() -> None:
    by_answer = _answered(_claimed(), ACCEPTED)
    by_event = _settled(_claimed(), (1, Evidence.SENT))

    assert [each.attempts[0].ses_message_id for each in (by_answer, by_event)] == ["ses-1", "ses-1"]


def test_a_mail_that_somebody_sends_is_not_put_off_by_another_who_cannot_render_it() -> None:
    sending = _claimed()

    assert rules.deferred(sending, trouble="unrenderable", now=NOW, today=TODAY, jitter=0.5) == sending


def test_an_attempt_of_unknown_outcome_waits_for_its_grace() -> None:
    lost = _answered(_claimed(), LOST)

    assert rules.overdue(lost, now=NOW + LEASE + GRACE - timedelta(microseconds=1)) == lost
    given_up = rules.overdue(lost, now=NOW + LEASE + GRACE)
    assert (given_up.state, given_up.reason) == (State.PENDING, "no_answer")


def test_after_the_grace_nothing_but_the_sending_itself_is_waited_for() -> None:
    after_a_throttle = _claimed(_answered(_claimed(), THROTTLED), owner="b", now=NOW + timedelta(minutes=1))

    given_up = rules.overdue(after_a_throttle, now=after_a_throttle.due_at)

    assert (given_up.state, given_up.retry_at) == (State.PENDING, None)


def test_after_the_grace_a_mail_is_sent_once_more_and_marked() -> None:
    again = _sent_again()

    assert (again.state, again.may_be_duplicate) == (State.SENDING, True)


def test_a_second_unknown_outcome_asks_a_person() -> None:
    twice_lost = _answered(_sent_again(), LOST, number=2)

    given_up = rules.overdue(twice_lost, now=NOW + 2 * (LEASE + GRACE))

    assert (given_up.state, given_up.reason) == (State.FAILED, "uncertain")


def test_what_an_earlier_attempt_was_refused_for_is_not_tried_a_third_time() -> None:
    told_late = _answered(_sent_again(), REFUSED, number=1)

    given_up = rules.overdue(told_late, now=NOW + 2 * (LEASE + GRACE))

    assert (given_up.state, given_up.reason) == (State.FAILED, "MessageRejected")


def test_a_sender_that_died_before_its_call_counts_as_unknown() -> None:
    assert rules.overdue(_claimed(), now=NOW + LEASE + GRACE).state is State.PENDING


def test_an_attempt_that_certainly_sent_nothing_makes_no_duplicate() -> None:
    put_off = _answered(_claimed(), THROTTLED)

    assert not _claimed(put_off, owner="b", now=NOW + timedelta(hours=1)).may_be_duplicate


@pytest.mark.parametrize("answer", [THROTTLED, REFUSED, LOST])
def test_a_sender_that_comes_back_after_another_began_moves_nothing(answer: Answer) -> None:
    again = _sent_again()

    after = _answered(again, answer, number=1)

    assert (after.state, after.retry_at, after.trouble) == (again.state, again.retry_at, again.trouble)


def test_a_sender_that_comes_back_and_was_accepted_settles_the_mail() -> None:
    assert _answered(_sent_again(), ACCEPTED, number=1).state is State.SENT


def test_a_late_receipt_stops_the_second_sending() -> None:
    given_up = rules.overdue(_claimed(), now=NOW + LEASE + GRACE)

    settled = _settled(given_up, (1, Evidence.SENT))

    assert (settled.state, settled.may_be_duplicate, settled.reason) == (State.SENT, False, None)
    assert _claimed(settled, owner="b") == settled


def test_a_late_receipt_corrects_a_mail_that_was_given_up() -> None:
    given_up = rules.overdue(_answered(_sent_again(), LOST, number=2), now=NOW + 2 * (LEASE + GRACE))

    settled = _settled(given_up, (2, Evidence.DELIVERED))

    assert (settled.state, settled.reason, settled.may_be_duplicate) == (State.DELIVERED, None, True)


def test_of_several_recipients_the_worst_stands() -> None:
    receipts = [
        Receipt(attempt=1, evidence=Evidence.DELIVERED, recipient=0),
        Receipt(attempt=1, evidence=Evidence.BOUNCED, recipient=1),
        Receipt(attempt=1, evidence=Evidence.DELIVERED, recipient=2),
    ]

    settled = rules.settled(_claimed(), receipts, ses_message_id=None, sent_at=None)

    assert settled.state is State.BOUNCED
    assert [receipt.recipient for receipt in settled.receipts if receipt.evidence is Evidence.BOUNCED] == [1]


def test_an_event_that_tells_nothing_changes_nothing() -> None:
    assert rules.settled(_claimed(), [], ses_message_id=None, sent_at=None) == _claimed()


def test_the_mail_is_accepted_from_the_first_moment_that_anybody_told() -> None:
    early, late = NOW, NOW + timedelta(minutes=3)
    receipt = [Receipt(attempt=1, evidence=Evidence.SENT)]

    by_sender_first = rules.settled(
        _answered(_claimed(), ACCEPTED, now=late), receipt, ses_message_id=None, sent_at=early
    )
    by_event_first = _answered(
        rules.settled(_claimed(), receipt, ses_message_id=None, sent_at=early), ACCEPTED, now=late
    )

    assert by_sender_first == by_event_first
    assert by_sender_first.accepted_at == early


def test_a_mail_that_ses_rejected_after_all_was_never_accepted() -> None:
    assert _settled(_claimed(), (1, Evidence.REJECTED)).accepted_at is None


def test_no_receipt_after_a_day_is_noticed() -> None:
    assert _answered(_claimed(), ACCEPTED).due_at == NOW + RECEIPT_EXPECTED


def test_every_order_of_an_answer_and_three_receipts_ends_the_same() -> None:
    facts: list[Callable[[Delivery], Delivery]] = [
        lambda it: _answered(it, ACCEPTED),
        lambda it: _settled(it, (1, Evidence.SENT)),
        lambda it: _settled(it, (1, Evidence.DELIVERED)),
        lambda it: _settled(it, (1, Evidence.BOUNCED_FOR_NOW)),
        lambda it: _settled(it, (1, Evidence.SENT)),
    ]

    ends = set()
    for order in permutations(facts):
        delivery = _claimed()
        for fact in order:
            delivery = fact(delivery)
        ends.add(delivery)

    assert len(ends) == 1


_TOLD = st.tuples(st.sampled_from([1, 2]), st.sampled_from(list(Evidence)[1:]))


@given(
    st.lists(_TOLD, min_size=1, max_size=6),
    st.randoms(use_true_random=False),
    st.sampled_from([_claimed(), _sent_again()]),
)
def test_receipts_shuffled_and_repeated_end_the_same(
    told: list[tuple[int, Evidence]], random: Random, start: Delivery
) -> None:
    shuffled = told + told[: len(told) // 2]
    random.shuffle(shuffled)

    in_order, in_disorder = start, start
    for one in told:
        in_order = _settled(in_order, one)
    for one in shuffled:
        in_disorder = _settled(in_disorder, one)

    assert in_disorder == in_order
    assert in_order.evidence == max(evidence for _, evidence in told)


# What may happen to a mail, in any order: (kind, attempt, detail).
_FACT = st.one_of(
    st.tuples(st.just("claim"), st.integers(1, 9), st.none()),
    st.tuples(st.just("answer"), st.integers(1, 4), st.sampled_from([ACCEPTED, THROTTLED, REFUSED, LOST])),
    st.tuples(st.just("told"), st.integers(0, 4), st.sampled_from(list(Evidence)[1:])),
    st.tuples(st.just("time"), st.integers(1, 100), st.none()),
    st.tuples(st.just("sweep"), st.just(0), st.none()),
    st.tuples(st.just("unrenderable"), st.just(0), st.none()),
)


@given(st.lists(_FACT, max_size=25))
def test_whatever_happens_only_allowed_moves_are_made_and_evidence_never_goes_back(
    facts: list[tuple[str, int, object]],
) -> None:
    delivery, now = PENDING, NOW
    for kind, number, detail in facts:
        before = delivery
        if kind == "claim":
            delivery = _claimed(delivery, owner=str(number), now=now)
        elif kind == "answer":
            assert isinstance(detail, Answer)
            delivery = _answered(delivery, detail, number=number, now=now)
        elif kind == "told":
            assert isinstance(detail, Evidence)
            delivery = _settled(delivery, (number, detail))
        elif kind == "time":
            now += timedelta(minutes=number)
        elif kind == "sweep":
            delivery = rules.overdue(delivery, now=now)
        else:
            delivery = rules.deferred(delivery, trouble="unrenderable", now=now, today=TODAY, jitter=0.5)
        assert delivery.state is before.state or delivery.state in rules.TRANSITIONS[before.state]
        assert delivery.evidence >= before.evidence
        assert (delivery.state is State.FAILED) <= (delivery.reason is not None)
        assert delivery.due_at.tzinfo is not None


@given(st.lists(st.sampled_from([ACCEPTED, THROTTLED, REFUSED, LOST]), max_size=12))
def test_a_mail_that_is_swept_often_enough_comes_to_rest(answers: list[Answer]) -> None:
    delivery, now, left = PENDING, NOW, list(answers)
    for _ in range(60):
        now += timedelta(hours=2)
        delivery = rules.overdue(delivery, now=now)
        delivery = _claimed(delivery, owner=str(now), now=now)
        attempt = rules.claim_of(delivery, str(now))
        if attempt is not None:
            delivery = _answered(delivery, left.pop(0) if left else ACCEPTED, number=attempt.number, now=now)

    assert delivery.state in (State.SENT, State.FAILED)


def test_a_long_throttling_does_not_let_the_history_grow_without_end() -> None:
    delivery, now = PENDING, NOW
    for number in range(1, 200):
        now += timedelta(hours=2)
        delivery = _answered(_claimed(delivery, owner=str(number), now=now), THROTTLED, number=number, now=now)

    assert len(delivery.attempts) == rules.UNSENT_ATTEMPTS_KEPT + 1
    assert delivery.attempts[-1].number == 199


def test_no_state_is_a_dead_end_that_waits_or_leads_back_from_the_worst() -> None:
    assert set(rules.TRANSITIONS) == set(State)
    assert State.PENDING not in set().union(
        *(rules.TRANSITIONS[state] for state in State if state is not State.SENDING)
    )
