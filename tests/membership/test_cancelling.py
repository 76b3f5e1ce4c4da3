"""The way out before membership begins: from every open state, by the contact and by the secretariat."""

from datetime import date
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.membership import cancelling, daily, deciding, refusals, store
from chalicelib.membership.requests import State
from tests.membership.joining import CONTACT, DECISION, ENTRY, STAFF, Joining, mail, mail_ids
from tests.web import CHAIR, SECRETARIAT, Site


def cancel_own(joining: Joining, request_id: str) -> None:
    cancelling.cancel_own(request_id, address=CONTACT, clock=joining.clock)


@pytest.mark.parametrize("reached", ["submit", "confirmed", "approved", "signed"])
def test_a_contact_takes_the_request_back_and_the_municipality_is_free(joining: Joining, reached: str) -> None:
    request_id = getattr(joining, reached)()
    before = mail_ids()

    cancel_own(joining, request_id)

    assert deciding.request(request_id).state is State.CANCELLED
    assert store.history(request_id)[-1].act.by == CONTACT
    assert (store.holder("250"), store.unconfirmed("250", CONTACT)) == (None, None)
    assert mail_ids() == before
    assert joining.submit() != request_id


def test_one_that_is_taken_back_never_begins(joining: Joining) -> None:
    cancel_own(joining, joining.signed())
    joining.move_to(ENTRY)

    assert not any(daily.run(clock=joining.clock).values())


def test_one_that_waits_for_a_new_date_can_be_taken_back(joining: Joining) -> None:
    request_id = joining.approved()
    joining.move_to(ENTRY)
    daily.run(clock=joining.clock)

    cancel_own(joining, request_id)

    assert not deciding.request(request_id).is_late_on(date(2025, 5, 1))


def test_a_membership_that_has_begun_is_left_by_notice(joining: Joining) -> None:
    request_id = joining.active()

    with pytest.raises(refusals.NotNow, match="Medlem"):
        cancel_own(joining, request_id)


def test_nobody_takes_back_what_is_somebody_elses(joining: Joining) -> None:
    request_id = joining.confirmed()

    for wrong in (request_id, "0" * 16):
        with pytest.raises(refusals.RequestUnknown):
            cancelling.cancel_own(wrong, address="en@anden.example", clock=joining.clock)


def test_the_secretariat_says_why_and_the_contact_is_told(joining: Joining, site: Site) -> None:
    request_id = joining.approved()
    path = f"/anmodninger/{request_id}"
    secretary = site.signed_in(SECRETARIAT)
    assert f"{path}/annuller" in secretary.get(path).text
    assert f"{path}/annuller" not in site.signed_in(CHAIR).get(path).text
    assert site.signed_in(CHAIR).post(f"{path}/annuller", {"aarsag": "x"}).status_code == 404
    assert secretary.post(f"{path}/annuller", {"aarsag": " "}).status_code == 422

    assert secretary.post(f"{path}/annuller", {"aarsag": "Kommunen har fortrudt."}).status_code == 303

    sent = mail(f"cancelled_{request_id}")
    assert (sent.to, sent.facts["reason"]) == ((CONTACT,), "Kommunen har fortrudt.")
    page = secretary.get(path).text
    assert "Trukket tilbage" in page
    assert "Venter på" not in page
    assert "Trukket tilbage" in secretary.get("/anmodninger").text


def test_an_address_that_never_confirmed_is_not_mailed(joining: Joining) -> None:
    request_id = joining.submit()
    before = mail_ids()
    with pytest.raises(refusals.ReasonMissing):
        cancelling.cancel(request_id, reason=" ", by=STAFF, clock=joining.clock)

    cancelling.cancel(request_id, reason="Sendt ved en fejl", by=STAFF, clock=joining.clock)

    assert mail_ids() == before


def test_of_cancelling_and_approving_at_once_one_wins(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = joining.validated()
    commit = store.commit

    def commit_after_the_other(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        deciding.approve(request_id, decision_id=DECISION, by=STAFF, clock=joining.clock)
        commit(*args, **rest)

    monkeypatch.setattr(store, "commit", commit_after_the_other)

    with pytest.raises(Conflict):
        cancel_own(joining, request_id)
    assert deciding.request(request_id).state is State.APPROVED
