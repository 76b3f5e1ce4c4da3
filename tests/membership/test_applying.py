"""A municipality sends its request, confirms it and follows it; strangers can mail nobody through the form."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.access import limits
from chalicelib.common import municipalities
from chalicelib.mail.addresses import AddressRefused
from chalicelib.members import register
from chalicelib.members.member import Member, Service
from chalicelib.membership import applying, confirming, daily, refusals, store
from chalicelib.membership.entry_dates import EntryDateNotAllowed, EntryDateTooFar
from chalicelib.membership.requests import SYSTEM, Event, State
from tests import faults
from tests.membership.joining import ASKED, CONTACT, Joining, confirmation_of, mail, mail_ids


def test_a_request_is_stored_and_its_contact_asked_to_confirm(joining: Joining) -> None:
    request_id = joining.submit()

    request = store.get(request_id)
    assert request is not None
    assert (request.asked, request.state, request.submitted_on) == (ASKED, State.RECEIVED, date(2025, 2, 5))
    assert mail_ids() == [f"confirm-request_{request_id}_2025-02-05"]
    assert mail(mail_ids()[0]).to == (CONTACT,)


def test_a_refused_date_stores_and_mails_nothing(joining: Joining) -> None:
    with pytest.raises(EntryDateNotAllowed):
        joining.submit(replace(ASKED, entry_date=date(2025, 5, 1)))
    with pytest.raises(EntryDateTooFar):
        joining.submit(replace(ASKED, entry_date=date(2205, 4, 1)))
    with pytest.raises(EntryDateTooFar):
        joining.submit(replace(ASKED, entry_date=date(2205, 5, 1), dispensation_reason="Haster"))
    with pytest.raises(AddressRefused):
        joining.submit(replace(ASKED, contact_address="a@b.example,c@d.example"))

    assert mail_ids() == []
    assert list(store.in_state(State.RECEIVED)) == []


def test_spelling_of_the_address_makes_no_difference(joining: Joining) -> None:
    request_id = joining.submit(replace(ASKED, contact_address="Chef@Frederikssund.example"))

    assert applying.of_contact(request_id, address=CONTACT).contact_address == CONTACT


def test_a_stranger_can_cause_one_mail_a_day_to_an_address_and_every_request_is_kept(joining: Joining) -> None:
    first = joining.submit()
    others = [joining.submit(replace(ASKED, municipality_code=code)) for code in ("151", "153", "155")]
    joining.clock.set(instant=joining.clock.now() + timedelta(hours=23))
    others.append(joining.submit(replace(ASKED, municipality_code="157")))
    assert mail_ids() == [f"confirm-request_{first}_2025-02-05"]

    joining.confirm(first)
    confirming.confirm_own(others[0], address=CONTACT, clock=joining.clock)

    mine = {request.request_id: request.state for request in store.of_contact(CONTACT)}
    assert mine == {first: State.CONFIRMED, others[0]: State.CONFIRMED} | dict.fromkeys(others[1:], State.RECEIVED)


@pytest.mark.campaign
def test_victim_gets_at_most_1_mail_per_24h(joining: Joining) -> None:
    local, _, domain = CONTACT.partition("@")
    codes = [each.code for each in municipalities.MUNICIPALITIES]
    spellings = [CONTACT, CONTACT.upper(), f"{local.title()}@{domain.upper()}"]
    for number in range(500):
        tagged = f"{local}+{number // len(codes)}@{domain}"
        address = tagged if number >= len(codes) else spellings[number % len(spellings)]
        joining.submit(replace(ASKED, municipality_code=codes[number % len(codes)], contact_address=address))

    assert len(mail_ids()) == 1


def test_no_spelling_of_an_address_gets_it_a_second_mail(joining: Joining) -> None:
    spellings = (CONTACT, CONTACT.upper(), CONTACT.replace("@", "+1@"), CONTACT.replace("@", "+2@"))
    for code, address in zip(("151", "153", "155", "157"), spellings, strict=True):
        joining.submit(replace(ASKED, municipality_code=code, contact_address=address))

    assert len(mail_ids()) == 1


def test_who_loses_the_race_for_the_days_mail_is_stored_without(
    joining: Joining, monkeypatch: pytest.MonkeyPatch
) -> None:
    joining.submit()
    monkeypatch.setattr(limits, "may_mail", lambda **_: True)

    request_id = joining.submit(replace(ASKED, municipality_code="151"))

    assert store.get(request_id) is not None
    assert len(mail_ids()) == 1


def test_a_member_is_told_since_when_it_is_one(joining: Joining) -> None:
    register.put(
        Member(
            municipality_code="250",
            name="Frederikssund",
            leaders=(),
            services=frozenset(Service),
            active_from=date(2014, 1, 1),
        )
    )

    with pytest.raises(refusals.AlreadyMember, match=r"siden 1\. januar 2014"):
        joining.submit()


def test_an_open_request_is_named_with_its_date(joining: Joining) -> None:
    request_id = joining.confirmed()

    with pytest.raises(refusals.AlreadyAsked, match=rf"{request_id}, sendt 5\. februar 2025"):
        joining.submit(replace(ASKED, contact_address="anden@frederikssund.example"))


def test_who_asks_again_for_what_waits_gets_a_new_link_a_day_later(joining: Joining) -> None:
    request_id = joining.submit()
    first = confirmation_of(request_id)
    for hours, day, mails in ((0, 5, 1), (25, 6, 2), (1, 6, 2)):
        joining.clock.set(instant=joining.clock.now() + timedelta(hours=hours), business_date=date(2025, 2, day))
        with pytest.raises(refusals.AlreadyAsked, match="linket i den seneste mail"):
            joining.submit()
        assert len(mail_ids()) == mails

    assert confirmation_of(request_id) != first
    assert joining.confirm(request_id).state is State.CONFIRMED


@pytest.mark.parametrize(("day", "days"), [(5, 7), (6, 6), (10, 2), (11, 1)])
def test_a_link_lives_as_long_as_its_mail_says_and_the_request_as_long_as_the_link(
    joining: Joining, day: int, days: int
) -> None:
    request_id = joining.submit()
    if day > 5:
        joining.move_to(date(2025, 2, day))
        with pytest.raises(refusals.AlreadyAsked):
            joining.submit()
    assert mail(f"confirm-request_{request_id}_2025-02-{day:02}").facts["days"] == days

    joining.move_to(date(2025, 2, day + days))
    joining.clock.set(instant=joining.clock.now() - timedelta(seconds=1))
    daily.run(clock=joining.clock)

    assert joining.confirm(request_id).state is State.CONFIRMED


def test_asked_for_again_on_its_last_day_a_request_gets_a_new_week(joining: Joining) -> None:
    joining.submit()
    joining.move_to(date(2025, 2, 12))

    again = joining.submit()

    assert [request.request_id for request in store.of_contact(CONTACT)] == [again]
    assert mail(f"confirm-request_{again}_2025-02-12").facts["days"] == 7


@pytest.mark.parametrize(
    "changes",
    [
        {"services": frozenset({Service.CHATBOT})},
        {"entry_date": date(2025, 7, 1)},
        {"entry_date": date(2025, 5, 1), "dispensation_reason": "Vores aftale udløber"},
        {"contact_role": "Kommunaldirektør"},
    ],
)
def test_what_nobody_confirmed_is_replaced_by_what_the_same_address_asks_then(
    joining: Joining, changes: dict[str, Any]
) -> None:
    first = joining.submit()

    second = joining.submit(replace(ASKED, **changes))

    (waiting,) = store.of_contact(CONTACT)
    assert (waiting.request_id, waiting.asked) == (second, replace(ASKED, **changes))
    old = store.history(first)[-1]
    assert (old.what, old.act.by, old.reason) == (State.LAPSED, SYSTEM, f"Erstattet af anmodning {second}")
    request, _ = confirming.by_link(confirmation_of(first), second, clock=joining.clock)
    assert request is not None
    assert request.state is State.CONFIRMED


def test_a_confirmed_request_is_not_replaced(joining: Joining) -> None:
    joining.confirmed()

    with pytest.raises(refusals.AlreadyAsked):
        joining.submit(replace(ASKED, entry_date=date(2025, 7, 1)))


def test_a_request_that_nobody_confirmed_in_time_stands_in_nobodys_way(joining: Joining) -> None:
    first = joining.submit()
    joining.move_to(date(2025, 2, 13))

    second = joining.submit()

    assert [request.request_id for request in store.of_contact(CONTACT)] == [second]
    assert (store.history(first)[-1].what, store.history(first)[-1].reason) == (State.LAPSED, None)


def test_the_requests_of_others_do_not_exist(joining: Joining) -> None:
    request_id = joining.submit()

    calls: list[Callable[[], object]] = [
        lambda: applying.of_contact(request_id, address="en@anden.example"),
        lambda: applying.of_contact("0" * 16, address=CONTACT),
        lambda: confirming.confirm_own(request_id, address="en@anden.example", clock=joining.clock),
        lambda: applying.choose_new_date(request_id, date(2025, 7, 1), address="en@anden.example", clock=joining.clock),
    ]
    for call in calls:
        with pytest.raises(refusals.RequestUnknown):
            call()


def test_a_new_date_continues_where_the_request_was(joining: Joining) -> None:
    request_id = joining.approved()
    joining.move_to(date(2025, 4, 1))
    assert daily.run(clock=joining.clock) == {"new_date_needed": 1}

    after = applying.choose_new_date(request_id, date(2025, 7, 1), address=CONTACT, clock=joining.clock)

    assert (after.state, after.entry_date, after.new_date_needed) == (State.APPROVED, date(2025, 7, 1), False)
    assert store.get(request_id) == after
    assert [each.what for each in store.history(request_id)][-2:] == [Event.NEW_DATE_NEEDED, Event.NEW_DATE_CHOSEN]
    assert daily.run(clock=joining.clock) == {}


def test_the_form_offers_the_next_eight_dates(joining: Joining) -> None:
    offered = applying.offered_dates(clock=joining.clock)

    assert (len(offered), offered[0]) == (8, date(2025, 4, 1))


def test_a_lost_answer_to_the_submission_neither_loses_nor_refuses_it(joining: Joining) -> None:
    with faults.counted() as calls:
        joining.submit()
    number = calls.operations.index("TransactWriteItems") + 1

    with faults.answer_lost_at(number):
        request_id = joining.submit(replace(ASKED, municipality_code="151", contact_address="b@ballerup.example"))

    assert store.get(request_id) is not None
    assert f"confirm-request_{request_id}_2025-02-05" in mail_ids()
