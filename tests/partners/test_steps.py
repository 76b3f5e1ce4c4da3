"""The life of agreements: each step from where it is allowed, refused by name from elsewhere; periods never overlap."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.common.acts import Act
from chalicelib.common.errors import AppError, Conflict
from chalicelib.partners import extending, refusals, reminding, steps
from chalicelib.partners.agreements import (
    SYSTEM,
    Agreement,
    Answer,
    Evaluation,
    Event,
    Partner,
    Partnership,
    Party,
    Stage,
    State,
    Step,
    Terms,
)
from chalicelib.partners.periods import Period, months_in
from chalicelib.rulebook.meetings import Decision, ItemType

RENOSYD = Partner(
    partner_id="renosyd", name="RenoSyd", cvr="12345678", contacts=("drift@renosyd.example",), queue="RenoSyd"
)
STAFF = "s@ddh.example"
START, END = date(2024, 3, 1), date(2024, 9, 30)
SIGNED = date(2024, 2, 10)
TERMS = Terms(
    period=Period(start=START, end=END),
    review_date=None,
    coverage="Opkald om affald på hverdage",
    calls_per_month=900,
    price_per_call_oere=2550,
)
OPEN_TERMS = replace(TERMS, period=Period(start=START, end=None), review_date=date(2025, 3, 1))


def act(on: date = SIGNED, by: str = STAFF) -> Act:
    return Act(by=by, at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC), on=on)


def decision(kind: ItemType = ItemType.DECISION, meeting: date = date(2024, 1, 24)) -> Decision:
    return Decision(
        decision_id=f"{meeting}/4",
        meeting=meeting,
        item=4,
        type=kind,
        text="Mandat",
        registered_by=STAFF,
        registered_at=datetime(2024, 1, 25, tzinfo=UTC),
    )


def proposed(terms: Terms = TERMS) -> Partnership:
    partnership = steps.registered(RENOSYD, act=act()).partnership
    return steps.proposed(partnership, terms=terms, act=act()).partnership


def active(terms: Terms = TERMS) -> Partnership:
    return steps.activated(proposed(terms), decision=decision(), act=act()).partnership


def ask(
    partnership: Partnership, *, until: date = date(2025, 3, 31), on: date = date(2024, 8, 1), **facts: Any
) -> Step:
    usual: dict[str, Any] = {"key": "k1", "calls_per_month": 1000}
    return extending.asked(partnership, until=until, act=act(on, "key:1"), **(usual | facts))


def extend(
    partnership: Partnership, *, until: date | None = date(2025, 3, 31), on: date = date(2024, 8, 1), **facts: Any
) -> Step:
    usual: dict[str, Any] = {
        "review_date": None,
        "calls_per_month": 1000,
        "price_per_call_oere": 2550,
        "decision": decision(),
    }
    return extending.extended(partnership, until=until, act=act(on), **(usual | facts))


def latest(partnership: Partnership) -> Agreement:
    assert partnership.latest is not None
    return partnership.latest


def latest_proposal(terms: Terms) -> Agreement:
    proposal = proposed(terms).proposal
    assert proposal is not None
    return proposal


def test_an_agreement_goes_from_dialogue_over_its_extension_to_its_end() -> None:
    step = steps.registered(RENOSYD, act=act())
    stages = [step.partnership.stage_on(SIGNED)]
    ways: tuple[Callable[[Partnership], Step], ...] = (
        lambda each: steps.proposed(each, terms=TERMS, act=act()),
        lambda each: steps.activated(each, decision=decision(), act=act()),
        ask,
        extend,
        lambda each: steps.expired(each, number=1, act=act(date(2024, 10, 1), SYSTEM)),
        lambda each: steps.expired(each, number=2, act=act(date(2025, 4, 1), SYSTEM)),
    )
    for take in ways:
        step = take(step.partnership)
        stages.append(step.partnership.stage_on(step.entry.act.on))
        assert step.entry.number == step.partnership.version == len(stages)

    assert stages == [
        Stage.DIALOGUE,
        Stage.PROPOSED,
        Stage.COMING,
        Stage.ACTIVE,
        Stage.ACTIVE,
        Stage.ACTIVE,
        Stage.ENDED,
    ]
    first, second = step.partnership.granted
    assert (months_in(first.period), second.period.start) == (7, date(2024, 10, 1))
    assert step.partnership.extension_requests[0].answer is Answer.GRANTED


def test_an_agreement_rests_on_a_mandate_in_force_on_the_day_of_activation() -> None:
    for refused in (decision(kind=ItemType.DISCUSSION), decision(meeting=SIGNED + timedelta(days=1))):
        with pytest.raises(refusals.NotAMandate):
            steps.activated(proposed(), decision=refused, act=act())

    late = steps.activated(proposed(), decision=decision(meeting=date(2024, 6, 19)), act=act(date(2024, 6, 19)))

    assert latest(late.partnership).mandate == "2024-06-19/4"
    assert late.partnership.in_force_on(START) == latest(late.partnership)


@pytest.mark.parametrize(
    ("start", "end", "review", "refused"),
    [
        (START, START - timedelta(days=1), None, refusals.EndsBeforeItStarts),
        (START, None, None, refusals.ReviewDateNeeded),
        (START, None, START, refusals.ReviewDateNeeded),
        (date(2023, 1, 1), None, SIGNED, refusals.ReviewDateNeeded),
        (START, END, END, refusals.ReviewDateNotNeeded),
        (START, date(2035, 1, 1), None, refusals.TooFarAhead),
        (START, None, date.max, refusals.TooFarAhead),
        (date(9999, 1, 1), date.max, None, refusals.TooFarAhead),
    ],
)
def test_terms_that_do_not_hold_are_refused(
    start: date, end: date | None, review: date | None, refused: type[AppError]
) -> None:
    with pytest.raises(refused):
        proposed(replace(TERMS, period=Period(start=start, end=end), review_date=review))


def test_a_second_agreement_may_not_share_a_day_with_the_first() -> None:
    partnership = active()
    on_its_last_day = replace(TERMS, period=Period(start=END, end=None), review_date=date(2026, 1, 1))
    with pytest.raises(refusals.PeriodsOverlap) as caught:
        steps.proposed(partnership, terms=on_its_last_day, act=act())
    assert isinstance(caught.value, Conflict)
    assert "30. september 2024" in caught.value.message

    after = replace(on_its_last_day, period=Period(start=END + timedelta(days=1), end=None))
    assert steps.proposed(partnership, terms=after, act=act()).partnership.proposal


def test_a_proposal_whose_days_were_given_to_an_extension_is_not_activated() -> None:
    after = replace(TERMS, period=Period(start=date(2025, 1, 1), end=date(2025, 6, 30)))
    partnership = extend(steps.proposed(active(), terms=after, act=act()).partnership).partnership

    with pytest.raises(refusals.PeriodsOverlap):
        steps.activated(partnership, decision=decision(), act=act())


def test_one_proposal_waits_at_a_time_and_can_be_given_up() -> None:
    with pytest.raises(refusals.AlreadyProposed):
        steps.proposed(proposed(), terms=TERMS, act=act())
    given_up = steps.dropped(proposed(), act=act()).partnership
    assert given_up.stage_on(SIGNED) is Stage.DIALOGUE
    with pytest.raises(refusals.NothingProposed):
        steps.dropped(given_up, act=act())
    with pytest.raises(refusals.NothingProposed):
        steps.activated(given_up, decision=decision(), act=act())


def test_an_open_agreement_cannot_be_extended_nor_asked_to_be() -> None:
    for take in (extend, ask):
        with pytest.raises(refusals.OpenEnded) as caught:
            take(active(OPEN_TERMS))
        assert isinstance(caught.value, Conflict)


def test_an_extension_may_be_open_and_is_then_the_last_one() -> None:
    partnership = extend(active(), until=None, review_date=date(2025, 10, 1)).partnership

    assert latest(partnership).period == Period(start=date(2024, 10, 1), end=None)
    with pytest.raises(refusals.OpenEnded):
        extend(partnership)


def test_an_extension_lengthens_what_still_runs_under_a_mandate_of_its_own() -> None:
    with pytest.raises(refusals.NotLonger):
        extend(active(), until=END)
    for take in (extend, ask):
        with pytest.raises(refusals.TooFarAhead):
            take(active(), until=date.max)
    with pytest.raises(refusals.NotRunning):
        extend(active(), on=date(2024, 10, 1))
    with pytest.raises(refusals.NotRunning):
        extend(proposed())
    with pytest.raises(refusals.NotAMandate):
        extend(active(), decision=decision(ItemType.ORIENTATION))
    assert extend(active(), on=END).entry.what is Event.EXTENDED


def test_one_wish_to_extend_waits_and_the_same_wish_again_is_the_same() -> None:
    partnership = ask(active()).partnership
    with pytest.raises(refusals.AlreadyAsked):
        ask(partnership, key="k2")

    again = extending.asked_before(partnership, key="k1", until=date(2025, 3, 31), calls_per_month=1000)
    assert again == partnership.open_request
    assert extending.asked_before(partnership, key="k2", until=END, calls_per_month=1) is None
    with pytest.raises(refusals.KeyUsed):
        extending.asked_before(partnership, key="k1", until=date(2025, 3, 31), calls_per_month=1)


def test_a_wish_is_declined_with_a_decision_and_a_reason_and_another_may_follow() -> None:
    partnership = ask(active()).partnership
    with pytest.raises(refusals.ReasonMissing):
        extending.declined(partnership, decision=decision(), reason=" ", act=act())
    with pytest.raises(refusals.NotAMandate):
        extending.declined(partnership, decision=decision(ItemType.DISCUSSION), reason="Nej", act=act())

    after = extending.declined(partnership, decision=decision(), reason="Ingen plads", act=act()).partnership

    assert after.extension_requests[0].answer is Answer.DECLINED
    with pytest.raises(refusals.NothingAsked):
        extending.declined(after, decision=decision(), reason="Nej", act=act())
    assert ask(after, key="k2").partnership.open_request


def test_it_ends_by_itself_the_day_after_and_an_unanswered_wish_falls() -> None:
    partnership = ask(active()).partnership
    with pytest.raises(refusals.NotYet):
        steps.expired(partnership, number=1, act=act(END, SYSTEM))
    assert partnership.in_force_on(END)
    assert partnership.in_force_on(date(2024, 10, 1)) is None

    step = steps.expired(partnership, number=1, act=act(date(2024, 10, 5), SYSTEM))

    assert step.entry.what is Event.ENDED
    assert step.partnership.extension_requests[0].answer is Answer.LAPSED
    with pytest.raises(refusals.AgreementUnknown):
        steps.expired(step.partnership, number=1, act=act(date(2024, 10, 6), SYSTEM))


def test_where_another_goes_on_the_next_day_only_the_period_is_over() -> None:
    step = steps.expired(extend(active()).partnership, number=1, act=act(date(2024, 10, 1), SYSTEM))

    assert step.entry.what is Event.CONTINUED
    assert step.partnership.stage_on(date(2024, 10, 1)) is Stage.ACTIVE


def test_an_earlier_last_day_cuts_what_runs_and_drops_what_was_to_follow() -> None:
    partnership = ask(extend(active()).partnership, until=date(2025, 12, 31)).partnership
    last_day = date(2024, 8, 31)

    step = steps.end_set(partnership, last_day=last_day, reason="Opsagt", act=act(date(2024, 8, 1)))

    assert [each.state for each in step.partnership.agreements] == [State.ACTIVE, State.DROPPED]
    assert latest(step.partnership).period.end == last_day
    assert step.partnership.open_request is None


@pytest.mark.parametrize("terms", [TERMS, OPEN_TERMS])
def test_a_last_day_is_set_ahead_and_never_makes_it_longer(terms: Terms) -> None:
    on = date(2024, 8, 1)
    for last_day in (on - timedelta(days=1), END) if terms.period.end else (on - timedelta(days=1),):
        with pytest.raises(refusals.NotALastDay):
            steps.end_set(active(terms), last_day=last_day, reason="Opsagt", act=act(on))
    with pytest.raises(refusals.ReasonMissing):
        steps.end_set(active(terms), last_day=on, reason="", act=act(on))
    with pytest.raises(refusals.NotRunning):
        steps.end_set(proposed(terms), last_day=on, reason="Opsagt", act=act(on))

    cut = latest(steps.end_set(active(terms), last_day=on, reason="Opsagt", act=act(on)).partnership)

    assert (cut.period.end, cut.settles_on, cut.terms.review_date) == (on, on, None)
    assert cut.end_was_set


def test_only_what_was_made_shorter_had_its_end_set_and_what_then_follows_had_not() -> None:
    partnership = extend(active()).partnership
    cut = steps.end_set(partnership, last_day=date(2024, 12, 31), reason="Opsagt", act=act(date(2024, 8, 1)))
    assert [each.end_was_set for each in cut.partnership.granted] == [False, True]

    longer = extend(cut.partnership, until=date(2025, 6, 30)).partnership
    assert [each.end_was_set for each in longer.granted] == [False, True, False]


def test_reminders_are_due_60_and_30_days_before_and_a_missed_one_is_not_made_up_for() -> None:
    def due(days_before: int, reminded: int | None = None) -> int | None:
        partnership = active()
        agreement = replace(latest(partnership), reminded=reminded)
        return reminding.reminder_due(partnership, agreement, today=END - timedelta(days=days_before))

    assert [due(days) for days in (61, 60, 45, 31, 30, 3, 0, -1)] == [None, 60, 60, 60, 30, 30, 30, None]
    assert [due(days, 60) for days in (60, 31, 30)] == [None, None, 30]
    assert [due(days, 30) for days in (30, 0)] == [None, None]


def test_what_is_settled_or_has_not_begun_is_not_reminded_of() -> None:
    extended = extend(active()).partnership
    assert reminding.reminder_due(extended, extended.granted[0], today=END) is None
    short = active(replace(TERMS, period=Period(start=START, end=START + timedelta(days=20))))
    assert reminding.reminder_due(short, latest(short), today=START - timedelta(days=1)) is None
    assert reminding.reminder_due(short, latest(short), today=START) == 30
    ended = steps.expired(active(), number=1, act=act(date(2024, 10, 1))).partnership
    assert reminding.reminder_due(ended, latest(ended), today=END) is None


def test_an_open_agreement_is_reminded_of_before_its_review_and_again_before_the_next() -> None:
    partnership = active(OPEN_TERMS)
    assert reminding.reminder_due(partnership, latest(partnership), today=date(2025, 2, 1)) == 30
    partnership = reminding.reminded(partnership, number=1, days=30, act=act(date(2025, 2, 1))).partnership
    assert reminding.reminder_due(partnership, latest(partnership), today=date(2025, 2, 2)) is None
    with pytest.raises(refusals.ReviewDateNeeded):
        reminding.reviewed(partnership, number=1, next_review=date(2025, 2, 2), act=act(date(2025, 2, 2)))
    with pytest.raises(refusals.TooFarAhead):
        reminding.reviewed(partnership, number=1, next_review=date.max, act=act())
    with pytest.raises(refusals.ReviewDateNotNeeded):
        reminding.reviewed(active(), number=1, next_review=date(2026, 3, 1), act=act())

    after = reminding.reviewed(partnership, number=1, next_review=date(2026, 3, 1), act=act(date(2025, 2, 2)))

    assert reminding.reminder_due(after.partnership, latest(after.partnership), today=date(2025, 12, 31)) == 60


def test_an_open_agreement_that_was_not_reviewed_in_time_is_spoken_of_again_until_it_is() -> None:
    day = OPEN_TERMS.review_date
    assert day is not None

    def due(days_over: int, reminded: int | None = 30) -> int | None:
        partnership = active(OPEN_TERMS)
        agreement = replace(latest(partnership), reminded=reminded)
        return reminding.reminder_due(partnership, agreement, today=day + timedelta(days=days_over))

    assert [due(days) for days in (0, 1, 2, 30, 31, 61, 400)] == [None, -1, -1, -1, -31, -61, -391]
    assert [due(days, -1) for days in (1, 30, 31, 60)] == [None, None, -31, -31]
    assert due(1, None) == -1, "missed reminders are not made up for"

    late = day + timedelta(days=40)
    reviewed = reminding.reviewed(active(OPEN_TERMS), number=1, next_review=date(2026, 3, 1), act=act(late))
    assert reminding.reminder_due(reviewed.partnership, latest(reviewed.partnership), today=late) is None


def test_a_review_is_overdue_the_day_after_its_date_while_the_agreement_stands() -> None:
    review_date = date(2025, 3, 1)
    agreement = latest(active(OPEN_TERMS))
    assert [agreement.review_is_overdue_on(review_date + timedelta(days=days)) for days in (0, 1)] == [False, True]
    for other in (latest(active()), replace(agreement, state=State.ENDED), latest_proposal(OPEN_TERMS)):
        assert not other.review_is_overdue_on(date(2030, 1, 1))


def test_each_party_evaluates_once_what_was_in_force() -> None:
    said = Evaluation(
        party=Party.PARTNER, wants_to_go_on=True, calls_per_month=950, text="Godt", by="drift@renosyd.example", on=END
    )
    once = steps.evaluated(active(), number=1, evaluation=said, act=act(END)).partnership
    with pytest.raises(refusals.AlreadyEvaluated):
        steps.evaluated(once, number=1, evaluation=said, act=act(END))
    with pytest.raises(refusals.AgreementUnknown):
        steps.evaluated(proposed(), number=1, evaluation=said, act=act(END))

    both = steps.evaluated(once, number=1, evaluation=replace(said, party=Party.SECRETARIAT), act=act(END))

    assert [each.party for each in latest(both.partnership).evaluations] == [Party.PARTNER, Party.SECRETARIAT]


DAYS = st.dates(date(2024, 1, 1), date(2025, 12, 31))
_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["propose", "activate", "drop", "ask", "extend", "decline", "end", "expire", "review"]),
        DAYS,
        st.none() | DAYS,
        st.integers(0, 40),
    ),
    max_size=25,
)


def _moved(partnership: Partnership, move: str, day: date, other: date | None, today: date) -> Step:
    number = max(len(partnership.agreements), 1)
    review = (other or day) + timedelta(days=60) if other is None else None
    simple = {
        "propose": lambda: steps.proposed(
            partnership,
            terms=replace(TERMS, period=Period(start=day, end=other), review_date=review),
            act=act(today),
        ),
        "activate": lambda: steps.activated(partnership, decision=decision(meeting=today), act=act(today)),
        "drop": lambda: steps.dropped(partnership, act=act(today)),
        "ask": lambda: ask(partnership, until=day, on=today, key=f"k{partnership.version}"),
        "extend": lambda: extend(
            partnership, until=other, on=today, review_date=review, decision=decision(meeting=today)
        ),
        "decline": lambda: extending.declined(partnership, decision=decision(), reason="Nej", act=act(today)),
        "end": lambda: steps.end_set(partnership, last_day=day, reason="Opsagt", act=act(today)),
        "expire": lambda: steps.expired(partnership, number=number, act=act(today)),
        "review": lambda: reminding.reviewed(partnership, number=number, next_review=day, act=act(today)),
    }
    return simple[move]()


@settings(max_examples=300, deadline=None)
@given(moves=_MOVES)
def test_whatever_is_done_periods_never_overlap_and_extensions_leave_no_gap(
    moves: list[tuple[str, date, date | None, int]],
) -> None:
    partnership, today = steps.registered(RENOSYD, act=act(date(2024, 1, 24))).partnership, date(2024, 1, 24)
    for move, day, other, days_later in moves:
        today += timedelta(days=days_later)
        before = partnership
        with suppress(AppError):
            step = _moved(before, move, day, other, today)
            partnership = step.partnership
            assert partnership.version == before.version + 1
            if step.entry.what is Event.EXTENDED:
                _check_extension(before, partnership)

        granted = partnership.granted
        assert not any(one.period.overlaps(next_one.period) for one, next_one in combinations(granted, 2))
        assert all(one.period.start < next_one.period.start for one, next_one in pairwise(granted))
        assert all(each.mandate and (each.period.is_open == (each.terms.review_date is not None)) for each in granted)
        assert sum(each.answer is Answer.OPEN for each in partnership.extension_requests) <= 1
        assert (partnership.stage_on(today) is Stage.ACTIVE) == (partnership.in_force_on(today) is not None)


def _check_extension(before: Partnership, after: Partnership) -> None:
    """What stood before stands unshortened, and the new period begins the day after the last end."""
    assert after.granted[:-1] == before.granted
    last_end = latest(before).period.end
    assert last_end is not None
    assert latest(after).period.start - last_end == timedelta(days=1)
    end = latest(after).period.end
    assert end is None or end > last_end
