"""The contact proves the address by the link in a mail, and says which of the requests that wait for it is right."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.access import grants, sessions
from chalicelib.access.links import LinkSpent
from chalicelib.access.people import Person, Role
from chalicelib.common.errors import Conflict
from chalicelib.membership import confirming, refusals, store
from chalicelib.membership.requests import State
from tests.membership.joining import ASKED, CONTACT, Joining, confirmation_of, mail, mail_ids

OTHER = replace(ASKED, municipality_code="450")


def state_of(request_id: str) -> State:
    request = store.get(request_id)
    assert request is not None
    return request.state


def test_confirming_proves_the_address_and_opens_the_status_page(joining: Joining) -> None:
    request_id = joining.submit()
    token = confirmation_of(request_id)
    for _ in range(3):
        assert [each.request_id for each in confirming.waiting(token, clock=joining.clock)] == [request_id]

    request, session = confirming.by_link(token, request_id, clock=joining.clock)

    found = sessions.find(f"{sessions.COOKIE}={session}", clock=joining.clock)
    assert found is not None
    assert found.person == Person(address=CONTACT, role=Role.CONTACT)
    assert request is not None
    assert request.state is State.CONFIRMED
    assert [each.what for each in store.history(request_id)] == [State.RECEIVED, State.CONFIRMED]
    for again in (confirming.waiting, lambda token, clock: confirming.by_link(token, request_id, clock=clock)):
        with pytest.raises(LinkSpent):
            again(token, clock=joining.clock)


def test_the_contact_and_the_secretariat_are_mailed_what_is_confirmed(joining: Joining) -> None:
    request_id = joining.confirmed()

    assert mail(f"received_{request_id}").to == (CONTACT,)
    told = mail(f"confirmed-staff_{request_id}")
    assert told.to == ("sekretariat@ddh.example",)
    assert told.facts["page_url"].endswith(f"/anmodninger/{request_id}")


def test_a_stranger_who_types_the_address_first_only_brings_its_owner_the_link(joining: Joining) -> None:
    strangers = joining.submit(OTHER)
    joining.clock.set(instant=joining.clock.now().replace(hour=joining.clock.now().hour + 1))
    own = joining.submit()
    assert len(mail_ids()) == 1
    token = confirmation_of(strangers)
    assert [each.request_id for each in confirming.waiting(token, clock=joining.clock)] == [own, strangers]

    confirming.by_link(token, own, clock=joining.clock)

    assert (state_of(own), state_of(strangers)) == (State.CONFIRMED, State.RECEIVED)


def test_the_address_is_proved_also_when_the_request_chosen_can_not_be_confirmed(joining: Joining) -> None:
    chosen = joining.submit(OTHER)
    another = joining.submit()
    joining.confirmed(replace(OTHER, contact_address="anden@nyborg.example"))

    request, session = confirming.by_link(confirmation_of(chosen), chosen, clock=joining.clock)

    assert request is not None
    assert request.state is State.RECEIVED
    obstacle = confirming.obstacle(request, clock=joining.clock)
    assert obstacle is not None
    assert "Nyborg har allerede en åben anmodning" in obstacle.message
    assert sessions.find(f"{sessions.COOKIE}={session}", clock=joining.clock) is not None
    confirmed = confirming.confirm_own(another, address=CONTACT, clock=joining.clock)
    assert confirmed.state is State.CONFIRMED
    assert confirming.obstacle(confirmed, clock=joining.clock) is None


@pytest.mark.parametrize("chosen", ["", "0" * 16, "somebody else's"])
def test_who_chooses_none_of_the_own_requests_proves_the_address_alone(joining: Joining, chosen: str) -> None:
    own = joining.submit()
    others = joining.submit(replace(OTHER, contact_address="en@nyborg.example"))

    request, session = confirming.by_link(
        confirmation_of(own), others if chosen.startswith("some") else chosen, clock=joining.clock
    )

    assert request is None
    assert sessions.find(f"{sessions.COOKIE}={session}", clock=joining.clock) is not None
    assert state_of(own) is state_of(others) is State.RECEIVED


def test_an_unconfirmed_request_holds_its_municipality_against_its_own_address_alone(joining: Joining) -> None:
    spam = joining.submit(replace(ASKED, contact_address="fremmed@spam.example"))
    own = joining.submit()
    with pytest.raises(refusals.AlreadyAsked, match=own):
        joining.submit()

    joining.confirm(own)

    with pytest.raises(refusals.AlreadyAsked, match=own):
        confirming.confirm_own(spam, address="fremmed@spam.example", clock=joining.clock)
    assert joining.confirm(spam).state is State.RECEIVED


def test_of_two_who_redeem_a_link_at_once_one_wins(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = joining.submit()
    token = confirmation_of(request_id)
    start = sessions.start

    def start_after_somebody_else(*args: Any, **rest: Any) -> str:
        monkeypatch.setattr(sessions, "start", start)
        confirming.by_link(token, request_id, clock=joining.clock)
        return start(*args, **rest)

    monkeypatch.setattr(sessions, "start", start_after_somebody_else)

    with pytest.raises(Conflict):
        confirming.by_link(token, request_id, clock=joining.clock)
    assert grants.of(CONTACT) == (Person(address=CONTACT, role=Role.CONTACT),)
    assert state_of(request_id) is State.CONFIRMED


def test_of_two_confirmations_at_once_one_wins(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    joining.confirmed(replace(ASKED, municipality_code="151"))
    request_id = joining.submit()
    commit = store.commit

    def commit_after_somebody_else(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        confirming.confirm_own(request_id, address=CONTACT, clock=joining.clock)
        commit(*args, **rest)

    monkeypatch.setattr(store, "commit", commit_after_somebody_else)

    with pytest.raises(Conflict):
        confirming.confirm_own(request_id, address=CONTACT, clock=joining.clock)
    assert state_of(request_id) is State.CONFIRMED
