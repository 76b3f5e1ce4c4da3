"""What staff and partners do with agreements: stored once with history and mails, or refused with nothing left."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from chalicelib.access import staff
from chalicelib.access.links import LinkSpent
from chalicelib.access.people import Person, Role
from chalicelib.common.errors import TryLater
from chalicelib.partners import evaluating, extending, refusals, service, store
from chalicelib.partners.agreements import Answer, Event, Party, State
from chalicelib.partners.evaluating import Said
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import Decision, ItemType, NotADecisionId
from tests import faults
from tests.partners.dealing import END, MANDATE, OPEN_TERMS, RENOSYD, STAFF, TERMS, Dealing, mail, mail_ids

SAID = Said(wants_to_go_on=True, calls_per_month=950, text="Det går godt")


def events() -> list[Event]:
    return [each.what for each in store.history("renosyd")]


def test_an_agreement_is_kept_with_its_history_and_its_partner_told(dealing: Dealing) -> None:
    partnership = dealing.active()

    assert dealing.now() == partnership
    assert events() == [Event.REGISTERED, Event.PROPOSED, Event.ACTIVATED]
    (told,) = mail_ids()
    assert (mail(told).to, mail(told).facts["mandate"]) == (RENOSYD.contacts, MANDATE)
    assert mail(told).facts["months"] == 7
    assert [each.what for each in store.news()] == [Event.ACTIVATED]


@pytest.mark.parametrize(
    "other",
    [
        replace(RENOSYD, queue="Anden"),
        replace(RENOSYD, partner_id="reno-syd", name="Reno Syd", queue=" renosyd "),
    ],
)
def test_a_name_and_a_queue_are_one_partner_s(dealing: Dealing, other: object) -> None:
    dealing.registered()
    with pytest.raises(refusals.PartnerTaken):
        service.register(other, by=STAFF, clock=dealing.clock)  # type: ignore[arg-type]  # parametrized

    assert [each.partner for each in store.all_partners()] == [RENOSYD]
    assert events() == [Event.REGISTERED]


@pytest.mark.parametrize("partner_id", ["unknown", "", "RenoSyd", "a" * 500, "../x", "æ"])
def test_what_is_no_partner_is_unknown(dealing: Dealing, partner_id: str) -> None:
    with pytest.raises(refusals.PartnerUnknown):
        service.partnership(partner_id)


def test_without_a_registered_decision_of_today_or_before_nothing_is_activated(dealing: Dealing) -> None:
    dealing.proposed()
    told = Decision(
        decision_id="2024-06-19/13",
        meeting=date(2024, 6, 19),
        item=13,
        type=ItemType.ORIENTATION,
        text="Status",
        registered_by=STAFF,
        registered_at=dealing.clock.now(),
    )
    decisions.add(told)
    for decision_id, refused in (
        ("nej", NotADecisionId),
        ("2024-06-19/99", refusals.DecisionUnknown),
        ("2024-06-19/13", refusals.NotAMandate),
    ):
        with pytest.raises(refused):
            service.activate("renosyd", decision_id=decision_id, by=STAFF, clock=dealing.clock)

    assert dealing.now().stage_on(date(2025, 4, 1)) == "proposed"
    assert mail_ids() == []


def test_a_wish_to_extend_reaches_secretariat_and_chair_once(dealing: Dealing) -> None:
    staff.give(Person(address="formand@ddh.example", role=Role.CHAIR), by=STAFF, clock=dealing.clock)
    staff.give(Person(address="medlem@ddh.example", role=Role.STEERING_GROUP), by=STAFF, clock=dealing.clock)
    dealing.active()
    before = set(mail_ids())

    wish = dealing.ask()
    assert dealing.ask() == wish

    (told,) = set(mail_ids()) - before
    assert mail(told).to == ("sekretariat@ddh.example", "formand@ddh.example")
    assert events().count(Event.EXTENSION_ASKED) == 1
    with pytest.raises(refusals.KeyUsed):
        dealing.ask(expected=5)
    with pytest.raises(refusals.AlreadyAsked):
        dealing.ask(key="k2")


def test_a_wish_stands_though_somebody_else_writes_the_partner_meanwhile(
    dealing: Dealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    dealing.active()
    asked, others = extending.asked, iter([("ny@renosyd.example",), ("anden@renosyd.example",)])

    def asked_while_others_write(*args: Any, **named: Any) -> Any:
        step = asked(*args, **named)
        for contacts in others:
            service.change_contacts("renosyd", contacts, by=STAFF, clock=dealing.clock)
            break
        return step

    monkeypatch.setattr(extending, "asked", asked_while_others_write)

    dealing.ask()

    assert dealing.now().open_request is not None
    assert dealing.now().partner.contacts == ("anden@renosyd.example",)


def test_a_wish_is_put_off_when_others_keep_writing_the_partner(
    dealing: Dealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    dealing.active()
    asked, numbers = extending.asked, count()

    def asked_while_others_write(*args: Any, **named: Any) -> Any:
        step = asked(*args, **named)
        service.change_contacts("renosyd", (f"n{next(numbers)}@renosyd.example",), by=STAFF, clock=dealing.clock)
        return step

    monkeypatch.setattr(extending, "asked", asked_while_others_write)

    with pytest.raises(TryLater):
        dealing.ask()


def test_the_same_wish_after_its_answer_is_still_the_same(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()
    dealing.extend()

    assert dealing.ask().answer is Answer.GRANTED
    assert dealing.now().open_request is None


def test_an_extension_is_a_new_period_told_to_the_partner_and_noted_for_the_newsletter(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()
    before = set(mail_ids())

    partnership = dealing.extend()

    first, second = partnership.granted
    assert (first.period.end, second.period.start) == (END, END + timedelta(days=1))
    assert second.terms.coverage == first.terms.coverage
    (told,) = set(mail_ids()) - before
    assert mail(told).facts["is_extension"]
    assert [(each.what, each.start) for each in store.news()] == [
        (Event.ACTIVATED, TERMS.period.start),
        (Event.EXTENDED, END + timedelta(days=1)),
    ]


def test_an_open_agreement_is_reviewed_not_extended(dealing: Dealing) -> None:
    dealing.active(OPEN_TERMS)
    with pytest.raises(refusals.OpenEnded):
        dealing.extend()
    with pytest.raises(refusals.OpenEnded):
        dealing.ask()

    service.review("renosyd", next_review=date(2027, 3, 1), by=STAFF, clock=dealing.clock)

    latest = dealing.now().latest
    assert latest is not None
    assert latest.terms.review_date == date(2027, 3, 1)


def test_a_declined_wish_is_told_with_its_reason(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()
    service.decline_extension("renosyd", decision_id=MANDATE, reason="Ingen plads", by=STAFF, clock=dealing.clock)

    told = next(mail_id for mail_id in mail_ids() if "declined" in mail_id)
    assert (mail(told).to, mail(told).facts["reason"]) == (RENOSYD.contacts, "Ingen plads")


def test_an_earlier_end_is_told_and_a_coming_agreement_that_never_begins_too(dealing: Dealing) -> None:
    dealing.active()
    service.end("renosyd", last_day=date(2025, 2, 10), reason="Fortrudt", by=STAFF, clock=dealing.clock)

    told = next(mail_id for mail_id in mail_ids() if "end_set" in mail_id)
    assert mail(told).subject == "Aftalen med RenoSyd begynder ikke"
    assert [each.state for each in dealing.now().agreements] == [State.DROPPED]


def test_a_dropped_proposal_makes_room_for_another(dealing: Dealing) -> None:
    dealing.proposed()
    service.drop("renosyd", by=STAFF, clock=dealing.clock)
    service.propose("renosyd", OPEN_TERMS, by=STAFF, clock=dealing.clock)

    assert [each.state for each in dealing.now().agreements] == [State.DROPPED, State.PROPOSED]


def test_contacts_are_changed_for_the_mails_that_follow(dealing: Dealing) -> None:
    dealing.proposed()
    service.change_contacts("renosyd", ["ny@renosyd.example"], by=STAFF, clock=dealing.clock)
    service.activate("renosyd", decision_id=MANDATE, by=STAFF, clock=dealing.clock)

    assert mail(mail_ids()[0]).to == ("ny@renosyd.example",)


def test_each_side_evaluates_once_the_partner_by_its_link(dealing: Dealing) -> None:
    dealing.active()
    dealing.morning(END - timedelta(days=60))
    told = next(mail_id for mail_id in mail_ids() if mail_id.endswith("_60"))
    token = mail(told).facts["evaluation_url"].rpartition("/")[2]

    assert evaluating.asked_by_link(token, clock=dealing.clock)[0].partner == RENOSYD
    evaluating.evaluate_by_link(token, SAID, clock=dealing.clock)
    evaluating.evaluate("renosyd", SAID, by=STAFF, clock=dealing.clock)

    (agreement,) = dealing.now().granted
    assert [(each.party, each.by) for each in agreement.evaluations] == [
        (Party.PARTNER, "partner:renosyd"),
        (Party.SECRETARIAT, STAFF),
    ]
    with pytest.raises(LinkSpent):
        evaluating.evaluate_by_link(token, SAID, clock=dealing.clock)
    with pytest.raises(refusals.AlreadyEvaluated):
        evaluating.evaluate("renosyd", SAID, by=STAFF, clock=dealing.clock)


@pytest.mark.parametrize(
    ("contacts", "holds"),
    [
        pytest.param(["chef@renosyd.example", "Drift@renosyd.example", "ny@renosyd.example"], True, id="one more"),
        pytest.param(["drift@renosyd.example", "ny@renosyd.example"], False, id="one went"),
        pytest.param(["chef@renosyd.example"], False, id="the first went"),
    ],
)
def test_the_partner_s_link_holds_as_long_as_all_who_got_it_are_contacts(
    dealing: Dealing, contacts: list[str], holds: bool
) -> None:
    dealing.active()
    dealing.morning(END - timedelta(days=60))
    told = next(mail_id for mail_id in mail_ids() if mail_id.endswith("_60"))
    token = mail(told).facts["evaluation_url"].rpartition("/")[2]

    service.change_contacts("renosyd", contacts, by=STAFF, clock=dealing.clock)

    if holds:
        evaluating.evaluate_by_link(token, SAID, clock=dealing.clock)
    else:
        with pytest.raises(LinkSpent):
            evaluating.asked_by_link(token, clock=dealing.clock)
    assert bool(dealing.now().granted[0].evaluations) is holds


def test_the_secretariat_evaluates_what_has_begun_not_what_is_to_come(dealing: Dealing) -> None:
    dealing.active()
    with pytest.raises(refusals.AgreementUnknown):
        evaluating.to_evaluate("renosyd", clock=dealing.clock)
    dealing.extend()
    dealing.move_to(END)

    assert evaluating.to_evaluate("renosyd", clock=dealing.clock)[1].number == 1


def test_a_lost_answer_is_met_again_and_a_step_is_taken_once(dealing: Dealing) -> None:
    dealing.proposed()
    with faults.counted() as calls:
        service.drop("renosyd", by=STAFF, clock=dealing.clock)
    written = calls.operations.index("TransactWriteItems") + 1
    service.propose("renosyd", TERMS, by=STAFF, clock=dealing.clock)

    with faults.answer_lost_at(written):
        service.drop("renosyd", by=STAFF, clock=dealing.clock)

    assert events().count(Event.DROPPED) == 2
    assert dealing.now().version == len(events())


_RACE = """
import sys
from datetime import date
from chalicelib.common.clock import SystemClock
from chalicelib.common.errors import AppError
from chalicelib.partners import service
clock = SystemClock()
clock.business_date = date(2025, 2, 6)
try:
    service.extend("renosyd", until=date(2026, 3, 31), review_date=None, expected=1, price_per_call_oere=None,
                   decision_id="2024-06-19/12", by=sys.argv[1], clock=clock)
except AppError as error:
    print(error.code)
else:
    print("won")
"""


def test_of_processes_that_extend_at_once_one_wins(served_aws: object, clock: object) -> None:
    dealing = Dealing(clock)
    dealing.active()
    racers = [
        subprocess.Popen([sys.executable, "-c", _RACE, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    outcomes = sorted(racer.communicate(timeout=60)[0].strip() for racer in racers)

    assert outcomes.count("won") >= 1
    granted = dealing.now().granted
    assert not any(
        one.period.overlaps(other.period) for one in granted for other in granted if one.number < other.number
    )
    assert len(granted) == 1 + outcomes.count("won") == 2
