"""The life of a request: each step from where it is allowed, refused by name from everywhere else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.common.acts import Act
from chalicelib.common.errors import Refused
from chalicelib.members.member import Service
from chalicelib.membership import refusals, steps
from chalicelib.membership.entry_dates import EntryDateNotAllowed, EntryDateRule, MonthDay, is_allowed
from chalicelib.membership.requests import (
    DAYS_TO_CONFIRM,
    OPEN,
    SYSTEM,
    UNSIGNED,
    Event,
    Request,
    State,
    Step,
    Submission,
)
from chalicelib.rulebook.meetings import Decision, ItemType

RULE = EntryDateRule(
    in_force_from=date(2023, 1, 25),
    days=tuple(MonthDay(month, 1) for month in (1, 4, 7, 10)),
    decision_id="2023-01-25/10",
)
SUBMITTED = date(2025, 2, 5)
ENTRY = date(2025, 4, 1)
CONTACT = "chef@frederikssund.example"
ASKED = Submission(
    municipality_code="250",
    services=frozenset(Service),
    entry_date=ENTRY,
    contact_role="Borgerservicechef",
    contact_address=CONTACT,
)


def act(by: str = "s@ddh.example", on: date = SUBMITTED) -> Act:
    return Act(by=by, at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC), on=on)


def decision(kind: ItemType = ItemType.DECISION, meeting: date = date(2025, 1, 29)) -> Decision:
    return Decision(
        decision_id=f"{meeting}/4",
        meeting=meeting,
        item=4,
        type=kind,
        text="Frederikssund",
        registered_by="s@ddh.example",
        registered_at=datetime(2025, 1, 30, tzinfo=UTC),
    )


def received(asked: Submission = ASKED, on: date = SUBMITTED) -> Request:
    return steps.received(asked, request_id="r1", act=act(CONTACT, on), rule=RULE).request


def standing(state: State, **changes: Any) -> Request:
    """A request in a state, as if it had got there."""
    agreement = None
    if state in (State.AGREEMENT_SENT, State.SIGNED, State.ACTIVE, State.WITHDRAWN):
        approved = replace(received(), state=State.APPROVED)
        agreement = sent(approved).request.agreement
    return replace(received(), state=state, agreement=agreement, **changes)


def approve(request: Request, **facts: Any) -> Step:
    usual: dict[str, Any] = {"act": act(), "decision": decision(), "leaders": ()}
    return steps.approved(request, **(usual | facts))


def decline(request: Request, **facts: Any) -> Step:
    usual: dict[str, Any] = {"act": act(), "decision": decision(), "leaders": (), "reason": "Der er ikke plads i år."}
    return steps.declined(request, **(usual | facts))


def sent(request: Request, **facts: Any) -> Step:
    usual: dict[str, Any] = {
        "act": act(),
        "version": "1",
        "notice_months": 6,
        "document_url": "https://ddh.example/aftale",
    }
    return steps.agreement_sent(request, **(usual | facts))


def sign(request: Request, **facts: Any) -> Step:
    usual: dict[str, Any] = {"act": act(), "by_role": "Kommunaldirektør", "signed_on": SUBMITTED}
    return steps.signed(request, **(usual | facts))


def choose(request: Request, entry_date: date, on: date) -> Step:
    return steps.new_date_chosen(request, act=act(CONTACT, on), entry_date=entry_date, rule=RULE)


def test_a_request_goes_from_the_form_to_the_entry_date() -> None:
    request = received()
    taken = [request.state]
    for take in (
        lambda each: steps.confirmed(each, act=act(CONTACT)),
        lambda each: steps.validated(each, act=act()),
        approve,
        sent,
        sign,
        lambda each: steps.activated(each, act=act(SYSTEM, ENTRY)),
        lambda each: steps.withdrawn(each, act=act(SYSTEM, date(2026, 1, 1)), last_day=date(2025, 12, 31)),
    ):
        step = take(request)
        request = step.request
        taken.append(request.state)
        assert step.entry.number == request.version == len(taken)
        assert step.entry.what is request.state

    assert taken == [
        State.RECEIVED,
        State.CONFIRMED,
        State.VALIDATED,
        State.APPROVED,
        State.AGREEMENT_SENT,
        State.SIGNED,
        State.ACTIVE,
        State.WITHDRAWN,
    ]
    assert request.decision_id == "2025-01-29/4"
    assert request.agreement is not None
    assert (request.agreement.signed_by_role, request.agreement.signed_on) == ("Kommunaldirektør", SUBMITTED)


TRANSITIONS: dict[str, tuple[Callable[[Request], Step], set[State]]] = {
    "confirm": (lambda each: steps.confirmed(each, act=act()), {State.RECEIVED}),
    "lapse": (lambda each: steps.lapsed(each, act=act(on=date(2025, 3, 1))), {State.RECEIVED}),
    "validate": (lambda each: steps.validated(each, act=act()), {State.CONFIRMED}),
    "approve": (approve, {State.VALIDATED}),
    "decline": (decline, {State.CONFIRMED, State.VALIDATED}),
    "cancel": (lambda each: steps.cancelled(each, act=act(CONTACT)), {State.RECEIVED, *OPEN}),
    "send the agreement": (sent, {State.APPROVED}),
    "sign": (sign, {State.AGREEMENT_SENT}),
    "activate": (lambda each: steps.activated(each, act=act(on=ENTRY)), {State.SIGNED}),
    "mark late": (lambda each: steps.new_date_needed(each, act=act(on=ENTRY)), set(UNSIGNED)),
    "choose a new date": (lambda each: choose(each, date(2025, 7, 1), ENTRY), set(UNSIGNED)),
    "withdraw": (
        lambda each: steps.withdrawn(each, act=act(on=date(2025, 7, 1)), last_day=date(2025, 6, 30)),
        {State.ACTIVE},
    ),
}


@pytest.mark.parametrize("name", TRANSITIONS)
def test_each_step_is_taken_from_its_states_and_refused_by_name_from_all_others(name: str) -> None:
    take, states = TRANSITIONS[name]
    for state in State:
        if state in states:
            assert take(standing(state)).request.version == 2
        else:
            with pytest.raises(refusals.NotNow, match="kan ikke gøres nu"):
                take(standing(state))


def test_an_ordinary_request_needs_an_allowed_date() -> None:
    with pytest.raises(EntryDateNotAllowed):
        received(replace(ASKED, entry_date=date(2025, 5, 1)))


def test_a_dispensation_takes_another_date_after_today_and_only_where_it_is_needed() -> None:
    asked = replace(ASKED, entry_date=date(2025, 5, 1), dispensation_reason="Vores egen aftale udløber")

    assert received(asked).asked == asked
    with pytest.raises(refusals.DispensationNotNeeded, match="er en almindelig indmeldelsesdato"):
        received(replace(asked, entry_date=ENTRY))
    with pytest.raises(refusals.EntryNotAhead):
        received(replace(asked, entry_date=SUBMITTED))


@pytest.mark.parametrize("by", [CONTACT, "leder@frederikssund.example"])
def test_nobody_decides_the_case_of_the_own_municipality(by: str) -> None:
    for take in (approve, decline):
        with pytest.raises(refusals.OwnCase):
            take(standing(State.VALIDATED), act=act(by), leaders=("leder@frederikssund.example",))


@pytest.mark.parametrize(
    "granted",
    [
        decision(ItemType.DISCUSSION),
        decision(ItemType.ORIENTATION),
        decision(meeting=SUBMITTED + timedelta(days=1)),
    ],
)
def test_only_a_decision_that_is_taken_can_approve_or_decline(granted: Decision) -> None:
    for take in (approve, decline):
        with pytest.raises(refusals.NotADecision, match="type B"):
            take(standing(State.VALIDATED), decision=granted)


def test_a_decision_of_today_counts() -> None:
    assert approve(standing(State.VALIDATED), decision=decision(meeting=SUBMITTED)).request.state is State.APPROVED


def test_a_refusal_tells_the_municipality_why() -> None:
    with pytest.raises(refusals.ReasonMissing):
        decline(standing(State.VALIDATED), reason="  ")

    assert decline(standing(State.VALIDATED)).entry.reason == "Der er ikke plads i år."


@pytest.mark.parametrize(
    ("signed_on", "is_fine"),
    [(date(2025, 2, 4), False), (date(2025, 2, 5), True), (date(2025, 2, 8), True), (date(2025, 2, 9), False)],
)
def test_an_agreement_is_signed_between_its_sending_and_today(signed_on: date, is_fine: bool) -> None:
    request = standing(State.AGREEMENT_SENT)
    today = act(on=date(2025, 2, 8))
    if is_fine:
        assert sign(request, act=today, signed_on=signed_on).request.state is State.SIGNED
    else:
        with pytest.raises(refusals.NotASigningDate):
            sign(request, act=today, signed_on=signed_on)


@pytest.mark.parametrize("is_marked", [False, True])
@pytest.mark.parametrize(
    ("signed_on", "is_in_time"),
    [
        pytest.param(date(2025, 3, 31), True, id="the day before"),
        pytest.param(ENTRY, False, id="the entry date itself"),
        pytest.param(date(2025, 4, 2), False, id="the day after"),
    ],
)
def test_an_agreement_signed_in_time_counts_when_it_is_entered_later(
    signed_on: date, is_in_time: bool, is_marked: bool
) -> None:
    request = standing(State.AGREEMENT_SENT, new_date_needed=is_marked)
    later = act(on=date(2025, 4, 3))
    if is_in_time:
        after = sign(request, act=later, signed_on=signed_on).request
        assert (after.state, after.is_late_on(later.on), after.entry_date) == (State.SIGNED, False, ENTRY)
    else:
        with pytest.raises(refusals.NewDateFirst, match="ikke underskrevet inden indmeldelsesdatoen"):
            sign(request, act=later, signed_on=signed_on)


def test_who_does_not_confirm_within_a_week_is_given_up() -> None:
    last = SUBMITTED + timedelta(days=DAYS_TO_CONFIRM)

    with pytest.raises(refusals.NotYet):
        steps.lapsed(received(), act=act(SYSTEM, last))

    assert steps.lapsed(received(), act=act(SYSTEM, last + timedelta(days=1))).request.state is State.LAPSED


@pytest.mark.parametrize("state", UNSIGNED)
def test_from_the_entry_date_on_an_unsigned_request_only_gets_a_new_date_or_is_declined(state: State) -> None:
    unmarked = standing(state)
    marked = steps.new_date_needed(unmarked, act=act(SYSTEM, ENTRY)).request
    take_further_by_state: dict[State, Callable[[Request, Act], Step]] = {
        State.CONFIRMED: lambda each, today: steps.validated(each, act=today),
        State.VALIDATED: lambda each, today: approve(each, act=today),
        State.APPROVED: lambda each, today: sent(each, act=today),
        State.AGREEMENT_SENT: lambda each, today: sign(each, act=today, signed_on=today.on),
    }
    take_further = take_further_by_state[state]

    for request in (unmarked, marked):
        with pytest.raises(refusals.NewDateFirst, match="Kontaktpersonen skal vælge en ny dato"):
            take_further(request, act(on=ENTRY))
        assert decline(request, act=act(on=ENTRY)).request.state is State.DECLINED
        again = choose(request, date(2025, 7, 1), ENTRY)
        assert again.entry.what is Event.NEW_DATE_CHOSEN
        assert (again.request.state, again.request.entry_date) == (state, date(2025, 7, 1))
        assert take_further(again.request, act(on=ENTRY)).request.version == again.request.version + 1


def test_a_new_date_is_asked_for_once_and_not_before_the_entry_date() -> None:
    with pytest.raises(refusals.NotYet):
        steps.new_date_needed(standing(State.APPROVED), act=act(SYSTEM, ENTRY - timedelta(days=1)))
    marked = steps.new_date_needed(standing(State.APPROVED), act=act(SYSTEM, ENTRY)).request
    with pytest.raises(refusals.NotYet):
        steps.new_date_needed(marked, act=act(SYSTEM, ENTRY))


def test_a_date_that_holds_is_not_changed() -> None:
    with pytest.raises(refusals.NewDateNotAsked, match="gælder stadig"):
        choose(standing(State.APPROVED), date(2025, 7, 1), SUBMITTED)


def test_a_new_date_is_an_ordinary_one_and_the_dispensation_for_the_old_one_falls() -> None:
    special = replace(ASKED, entry_date=date(2025, 3, 1), dispensation_reason="Vores egen aftale udløber")
    request = replace(received(special), state=State.APPROVED, decision_id="2025-01-29/4")
    on = date(2025, 3, 1)

    with pytest.raises(EntryDateNotAllowed):
        choose(request, date(2025, 5, 1), on)
    after = choose(request, ENTRY, on).request

    assert (after.asked.dispensation_reason, after.decision_id, after.state) == (None, "2025-01-29/4", State.APPROVED)


def test_nobody_becomes_a_member_before_the_entry_date_or_leaves_before_the_last_day() -> None:
    with pytest.raises(refusals.NotYet, match=r"1\. april 2025"):
        steps.activated(standing(State.SIGNED), act=act(SYSTEM, ENTRY - timedelta(days=1)))
    with pytest.raises(refusals.NotYet, match=r"1\. juli 2025"):
        steps.withdrawn(standing(State.ACTIVE), act=act(SYSTEM, date(2025, 6, 30)), last_day=date(2025, 6, 30))


def test_an_activation_after_an_outage_counts_from_the_entry_date() -> None:
    assert steps.activated(standing(State.SIGNED), act=act(SYSTEM, date(2025, 4, 9))).request.entry_date == ENTRY


PRESSED: tuple[Callable[[Request, Act, Decision], Step], ...] = (
    lambda each, now, granted: steps.confirmed(each, act=now),
    lambda each, now, granted: steps.lapsed(each, act=now),
    lambda each, now, granted: steps.validated(each, act=now),
    lambda each, now, granted: approve(each, act=now, decision=granted),
    lambda each, now, granted: decline(each, act=now, decision=granted),
    lambda each, now, granted: sent(each, act=now),
    lambda each, now, granted: sign(each, act=now, signed_on=now.on),
    lambda each, now, granted: steps.activated(each, act=now),
    lambda each, now, granted: steps.new_date_needed(each, act=now),
    lambda each, now, granted: choose(each, date(2025, 7, 1), now.on),
    lambda each, now, granted: steps.withdrawn(each, act=now, last_day=date(2025, 12, 31)),
    lambda each, now, granted: steps.cancelled(each, act=now),
)
#: What takes a request further from where it stands, so that most of what is drawn gets somewhere.
ONWARD = {
    State.RECEIVED: 0,
    State.CONFIRMED: 2,
    State.VALIDATED: 3,
    State.APPROVED: 5,
    State.AGREEMENT_SENT: 6,
    State.SIGNED: 7,
}


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_pressed_in_any_order_a_membership_rests_on_a_decision_and_a_right_date(data: Any) -> None:
    """Invariant I10: the start is an ordinary date or an approved exception naming it; the decision came first."""
    special = data.draw(st.booleans())
    asked = replace(ASKED, entry_date=date(2025, 3, 10), dispensation_reason="x") if special else ASKED
    request, today, days = received(asked), SUBMITTED, [SUBMITTED]
    for choice in data.draw(st.lists(st.integers(0, 2 * len(PRESSED)), min_size=8, max_size=25)):
        today += timedelta(days=data.draw(st.sampled_from([0, 0, 0, 1, 20])))
        kind = data.draw(st.sampled_from([ItemType.DECISION, ItemType.DECISION, ItemType.DISCUSSION]))
        granted = decision(kind, today + timedelta(days=data.draw(st.sampled_from([-30, -1, 0, 1]))))
        now = act(data.draw(st.sampled_from(["s@ddh.example", "s@ddh.example", CONTACT])), today)
        onward = 9 if request.is_late_on(today) else ONWARD.get(request.state, 10)
        pressed = choice if choice < len(PRESSED) else onward
        try:
            step = PRESSED[pressed](request, now, granted)
        except Refused:
            continue
        request = step.request
        days.append(today)
        assert step.entry.number == request.version == len(days)
        if step.entry.what is State.APPROVED:
            assert step.entry.act.by != CONTACT
            assert granted.type is ItemType.DECISION
            assert granted.meeting <= today < request.entry_date
        if step.entry.what is State.ACTIVE:
            assert today >= request.entry_date
            assert request.decision_id is not None
            exception = request.asked.dispensation_reason is not None and request.entry_date == asked.entry_date
            assert exception or is_allowed(request.entry_date, submitted=SUBMITTED, rule=RULE)
