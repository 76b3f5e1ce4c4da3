"""What staff do with a request: each step once, told to the contact, written down with who and when."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.access import grants
from chalicelib.access.people import Person, Role
from chalicelib.common.errors import Conflict
from chalicelib.members import register
from chalicelib.membership import daily, deciding, refusals, store
from chalicelib.membership.requests import State
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import Decision, ItemType, Meeting, NotADecisionId
from chalicelib.runtime.tables import transaction
from tests import faults
from tests.membership.joining import ASKED, CONTACT, DECISION, ENTRY, STAFF, Joining, mail, mail_ids
from tests.web import SECRETARIAT, Site


def test_each_step_is_told_to_the_contact_and_written_down(joining: Joining) -> None:
    request_id = joining.signed()

    to_contact = [mail_id for mail_id in mail_ids() if mail(mail_id).to == (CONTACT,)]
    assert [mail_id.partition("_")[0] for mail_id in to_contact] == [
        "agreement",
        "approved",
        "confirm-request",
        "received",
        "signed",
    ]
    entries = store.history(request_id)
    assert [(each.what, each.act.by) for each in entries] == [
        (State.RECEIVED, CONTACT),
        (State.CONFIRMED, CONTACT),
        (State.VALIDATED, STAFF),
        (State.APPROVED, STAFF),
        (State.AGREEMENT_SENT, STAFF),
        (State.SIGNED, STAFF),
    ]
    assert entries[3].decision_id == DECISION
    assert all(each.act.at == joining.clock.now() for each in entries)
    request = deciding.request(request_id)
    assert request.agreement is not None
    assert (request.agreement.version, request.agreement.notice_months) == ("1", 6)


def test_a_refusal_is_told_with_its_reason_and_lets_the_municipality_ask_again(joining: Joining) -> None:
    request_id = joining.validated()

    deciding.decline(request_id, decision_id=DECISION, reason="Der er ikke plads i år.", by=STAFF, clock=joining.clock)

    assert mail(f"declined_{request_id}").facts["reason"] == "Der er ikke plads i år."
    assert store.holder("250") is None
    joining.clock.set(instant=joining.clock.now() + timedelta(days=1))
    assert joining.confirmed() != request_id


@pytest.mark.parametrize(
    ("decision_id", "refusal"),
    [
        ("2024-06-19/13", refusals.DecisionUnknown),
        ("i sidste uge", NotADecisionId),
        ("", NotADecisionId),
    ],
)
def test_an_approval_needs_a_registered_decision(joining: Joining, decision_id: str, refusal: type[Exception]) -> None:
    request_id = joining.validated()

    with pytest.raises(refusal):
        deciding.approve(request_id, decision_id=decision_id, by=STAFF, clock=joining.clock)

    assert deciding.request(request_id).state is State.VALIDATED


def test_who_leads_in_the_municipality_does_not_decide_for_it_as_staff(joining: Joining) -> None:
    request_id = joining.validated()
    with transaction() as writes:
        grants.give(writes, Person(address=STAFF, role=Role.LEADER, municipality_code="250"))

    with pytest.raises(refusals.OwnCase):
        deciding.approve(request_id, decision_id=DECISION, by=STAFF, clock=joining.clock)


def test_of_two_who_press_at_once_one_wins_and_one_mail_goes(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = joining.validated()
    commit = store.commit

    def commit_after_somebody_else(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        deciding.approve(request_id, decision_id=DECISION, by="formand@ddh.example", clock=joining.clock)
        commit(*args, **rest)

    monkeypatch.setattr(store, "commit", commit_after_somebody_else)

    with pytest.raises(Conflict, match="ændret af en anden"):
        deciding.decline(request_id, decision_id=DECISION, reason="nej", by=STAFF, clock=joining.clock)

    assert deciding.request(request_id).state is State.APPROVED
    assert store.history(request_id)[-1].act.by == "formand@ddh.example"
    assert f"declined_{request_id}" not in mail_ids()


def test_who_loses_the_answer_has_still_done_it(joining: Joining) -> None:
    request_id = joining.validated()
    with faults.counted() as calls:
        deciding.approve(request_id, decision_id=DECISION, by=STAFF, clock=joining.clock)
    number = calls.operations.index("TransactWriteItems") + 1
    other = joining.validated(replace(ASKED, municipality_code="151", contact_address="b@ballerup.example"))

    with faults.answer_lost_at(number):
        deciding.approve(other, decision_id=DECISION, by=STAFF, clock=joining.clock)

    assert deciding.request(other).state is State.APPROVED
    assert len(store.history(other)) == 4


def test_a_request_that_is_not_there_is_refused(joining: Joining) -> None:
    with pytest.raises(refusals.RequestUnknown):
        deciding.validate("0" * 16, by=STAFF, clock=joining.clock)


def test_a_late_signature_waits_for_a_new_date(joining: Joining) -> None:
    request_id = joining.approved()
    deciding.send_agreement(request_id, by=STAFF, clock=joining.clock)
    joining.move_to(ENTRY)

    with pytest.raises(refusals.NewDateFirst):
        deciding.enter_signature(request_id, by_role="Direktør", signed_on=ENTRY, by=STAFF, clock=joining.clock)


def test_a_signature_in_time_that_is_entered_late_lets_the_membership_begin_from_its_date(joining: Joining) -> None:
    request_id = joining.approved()
    deciding.send_agreement(request_id, by=STAFF, clock=joining.clock)
    joining.move_to(ENTRY)
    daily.run(clock=joining.clock)
    assert deciding.request(request_id).new_date_needed
    joining.move_to(date(2025, 4, 3))

    signed_on = date(2025, 3, 28)
    deciding.enter_signature(request_id, by_role="Direktør", signed_on=signed_on, by=STAFF, clock=joining.clock)
    daily.run(clock=joining.clock)

    member = register.get("250")
    assert member is not None
    assert member.active_from == ENTRY
    assert deciding.request(request_id).state is State.ACTIVE


def test_who_decides_sees_the_latest_decisions_and_afterwards_the_text_of_the_one_that_was_named(
    joining: Joining, site: Site
) -> None:
    request_id = joining.validated()
    at = joining.clock.now()
    day = date(2025, 1, 29)
    decisions.add_meeting(Meeting(day=day, host="Nyborg", registered_by=STAFF, registered_at=at))
    words = "Styregruppen godkender Frederikssund. " + "Og så videre. " * 9 + "Til sidst det sidste."
    for number in range(1, 12):
        decisions.add(
            Decision(
                decision_id=f"{day}/{number}",
                meeting=day,
                item=number,
                type=ItemType.DECISION if number > 1 else ItemType.DISCUSSION,
                text=words if number == 3 else f"Punkt {number}",
                registered_by=STAFF,
                registered_at=at,
            )
        )
    secretary, path = site.signed_in(SECRETARIAT), f"/anmodninger/{request_id}"

    before = secretary.get(path).text
    secretary.post(f"{path}/godkend", {"beslutning": "2025-01-29/3"})
    after = secretary.get(path).text

    assert before.count('href="/moeder/2025-01-29#punkt-') == 10
    assert ('#punkt-1"' in before, "Styregruppen godkender" in before, "Til sidst" in before) == (False, True, False)
    assert all(said in after for said in ('href="/moeder/2025-01-29#punkt-3"', "Til sidst det sidste."))


def test_the_contact_reads_why_the_request_was_declined(joining: Joining, site: Site) -> None:
    request_id = joining.validated()
    deciding.decline(request_id, decision_id=DECISION, reason="Der er <ikke> plads.", by=STAFF, clock=joining.clock)
    contact = site.signed_in(Person(address=CONTACT, role=Role.CONTACT))

    assert "Begrundelsen er: Der er &lt;ikke&gt; plads." in contact.get(f"/indmeldelse/status/{request_id}").text
