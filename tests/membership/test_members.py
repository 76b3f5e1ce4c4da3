"""What a member's leaders do: contacts, tasks, and giving notice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.access import grants
from chalicelib.access.limits import MailLimitReached
from chalicelib.access.links import LinkSpent
from chalicelib.access.people import Person, Role
from chalicelib.common.acts import Act
from chalicelib.common.errors import Conflict
from chalicelib.mail.addresses import AddressRefused
from chalicelib.members import register
from chalicelib.members.member import Member, Service
from chalicelib.membership import (
    contacts,
    daily,
    invitation_store,
    leaving_store,
    member_store,
    onboarding_list,
    refusals,
    withdrawing,
)
from chalicelib.membership.leaving import ExitAnswer, LastDayNotAllowed
from chalicelib.runtime.tables import transaction
from tests.membership.joining import ASKED, CONTACT, ENTRY, Joining, mail, mail_ids, token_in
from tests.web import CHAIR, Site, leader_of

NEW = "ny@frederikssund.example"
LEADER = Person(address=CONTACT, role=Role.LEADER, municipality_code="250")
SECRETARIAT = Person(address="s@ddh.example", role=Role.SECRETARIAT)


def leaders() -> tuple[str, ...]:
    member = register.get("250")
    assert member is not None
    return member.leaders


def propose(joining: Joining, address: str = NEW, *, by: Person = LEADER) -> str:
    before = set(mail_ids())
    contacts.propose("250", address, by=by, clock=joining.clock)
    (asked,) = set(mail_ids()) - before
    assert mail(asked).to == (address.lower(),)
    return token_in(asked)


def test_a_new_contact_confirms_itself_and_may_sign_in_then(joining: Joining) -> None:
    joining.active()
    token = propose(joining, "Ny@Frederikssund.example")
    assert leaders() == (CONTACT,)
    assert contacts.invitation(token, clock=joining.clock).address == NEW

    contacts.confirm(token, clock=joining.clock)

    assert leaders() == (CONTACT, NEW)
    assert grants.of(NEW) == (replace(LEADER, address=NEW),)
    changed = mail("contact_250_v2")
    assert (changed.to, changed.facts["added"]) == ((CONTACT, NEW), [NEW])
    with pytest.raises(LinkSpent):
        contacts.confirm(token, clock=joining.clock)


def test_a_contact_that_is_removed_loses_access_at_once_and_is_told(joining: Joining) -> None:
    joining.active()
    contacts.confirm(propose(joining), clock=joining.clock)

    contacts.remove("250", CONTACT, by=NEW, clock=joining.clock)

    assert leaders() == (NEW,)
    assert not grants.of(CONTACT), "nor to the request that it came by"
    assert mail("contact_250_v3").to == (NEW, CONTACT)
    assert [(what, act.by) for what, act in member_store.changes("250")] == [
        ("Indmeldt", "system"),
        (f"{NEW} er inviteret som kontakt", CONTACT),
        (f"{NEW} er ny kontakt, inviteret af {CONTACT}", NEW),
        (f"{CONTACT} er ikke længere kontakt", NEW),
    ]


def test_who_is_removed_does_not_come_back_by_an_old_invitation(joining: Joining) -> None:
    joining.active()
    contacts.confirm(propose(joining), clock=joining.clock)
    back = propose(joining, "privat@mail.example")
    contacts.remove("250", CONTACT, by=NEW, clock=joining.clock)

    assert contacts.pending("250", clock=joining.clock) == ()
    for use in (contacts.invitation, contacts.confirm):
        with pytest.raises(LinkSpent):
            use(back, clock=joining.clock)
    assert leaders() == (NEW,)


def test_an_invitation_that_is_made_again_counts_as_the_later_inviters(joining: Joining) -> None:
    joining.active()
    contacts.confirm(propose(joining), clock=joining.clock)
    first = propose(joining, "ny2@frederikssund.example")
    joining.clock.set(instant=joining.clock.now() + timedelta(days=1))
    propose(joining, "ny2@frederikssund.example", by=replace(LEADER, address=NEW))
    contacts.remove("250", CONTACT, by=NEW, clock=joining.clock)

    contacts.confirm(first, clock=joining.clock)

    assert leaders() == (NEW, "ny2@frederikssund.example")


def test_an_invitation_that_is_taken_back_is_dead(joining: Joining, site: Site) -> None:
    joining.active()
    token = propose(joining)
    leader = site.signed_in(LEADER)
    path = "/medlemskab/250/kontakter/annuller"
    page = leader.get("/medlemskab/250").text
    assert all(said in page for said in (NEW, path, "8. april 2025 kl. 07.00"))
    assert path not in site.signed_in(CHAIR).get("/medlemskab/250").text
    assert site.signed_in(leader_of("151")).post(path, {"annuller": NEW}).status_code == 404

    joining.clock.set(instant=joining.clock.now() + timedelta(minutes=1))
    assert leader.post(path, {"annuller": NEW}).status_code == 303

    assert path not in leader.get("/medlemskab/250").text
    with pytest.raises(LinkSpent):
        contacts.confirm(token, clock=joining.clock)
    assert leader.post(path, {"annuller": NEW}).status_code == 404
    assert member_store.changes("250")[-1][0] == f"Invitationen til {NEW} er trukket tilbage"


def test_an_invitation_that_nobody_answers_is_forgotten_and_one_made_again_is_not(joining: Joining) -> None:
    joining.active()
    propose(joining)
    propose(joining, "anden@frederikssund.example")
    joining.move_to(date(2025, 4, 5))
    propose(joining)
    joining.move_to(date(2025, 4, 9))

    assert daily.run(clock=joining.clock)["forgotten"] == 1

    assert [each.address for each in contacts.pending("250", clock=joining.clock)] == [NEW]
    assert invitation_store.get("250", "anden@frederikssund.example") is None


def test_a_removed_contact_keeps_the_way_to_a_request_that_is_open(joining: Joining) -> None:
    joining.active()
    contacts.confirm(propose(joining), clock=joining.clock)
    joining.confirmed(replace(ASKED, municipality_code="151", entry_date=date(2025, 7, 1)))

    contacts.remove("250", CONTACT, by=NEW, clock=joining.clock)

    assert grants.of(CONTACT) == (Person(address=CONTACT, role=Role.CONTACT),)


def test_the_last_contact_stays(joining: Joining) -> None:
    joining.active()

    with pytest.raises(refusals.LastContact, match="mindst én kontakt"):
        contacts.remove("250", CONTACT, by=CONTACT, clock=joining.clock)
    with pytest.raises(refusals.ContactUnknown):
        contacts.remove("250", NEW, by=CONTACT, clock=joining.clock)

    assert grants.stands(LEADER)


def test_what_cannot_be_a_new_contact_is_refused(joining: Joining) -> None:
    joining.active()
    propose(joining)

    with pytest.raises(AddressRefused):
        contacts.propose("250", "Ny Leder <ny@x.example>", by=LEADER, clock=joining.clock)
    with pytest.raises(refusals.AlreadyContact):
        contacts.propose("250", CONTACT.upper(), by=LEADER, clock=joining.clock)
    with pytest.raises(MailLimitReached):
        contacts.propose("250", NEW, by=LEADER, clock=joining.clock)
    with pytest.raises(refusals.NotAMember):
        contacts.propose("151", NEW, by=LEADER, clock=joining.clock)
    member = register.get("250")
    assert member is not None
    many = tuple(f"leder{number}@frederikssund.example" for number in range(contacts.MOST_CONTACTS))
    register.put(replace(member, leaders=many))
    with pytest.raises(refusals.TooManyContacts):
        contacts.propose("250", "en.til@frederikssund.example", by=LEADER, clock=joining.clock)


def test_an_invitation_is_worth_nothing_when_the_membership_is_over(joining: Joining) -> None:
    joining.active()
    withdrawing.withdraw("250", date(2025, 12, 31), by=CONTACT, clock=joining.clock)
    joining.move_to(date(2025, 12, 30))
    token = propose(joining)
    joining.move_to(date(2026, 1, 1))

    with pytest.raises(refusals.NotAMember):
        contacts.confirm(token, clock=joining.clock)


def test_a_task_is_ticked_once_by_those_who_do_it(joining: Joining) -> None:
    joining.active()
    onboarding_list.tick("250", "training", by=LEADER, clock=joining.clock)
    joining.clock.set(business_date=date(2025, 4, 2))
    onboarding_list.tick("250", "training", by=SECRETARIAT, clock=joining.clock)
    onboarding_list.tick("250", "welcome-pack", by=SECRETARIAT, clock=joining.clock)

    done = {task.key: (task.done_on, task.done_by) for task in onboarding_list.tasks("250", clock=joining.clock)}
    assert done["training"] == (ENTRY, CONTACT)
    assert done["welcome-pack"] == (date(2025, 4, 2), SECRETARIAT.address)
    with pytest.raises(refusals.TaskUnknown):
        onboarding_list.tick("250", "introduction", by=LEADER, clock=joining.clock)
    with pytest.raises(refusals.TaskUnknown):
        onboarding_list.tick("250", "nonsense", by=SECRETARIAT, clock=joining.clock)


def test_of_two_ticks_at_once_the_first_stands(joining: Joining) -> None:
    joining.active()
    task = onboarding_list.tasks("250", clock=joining.clock)[0]
    by = Act(by="s@ddh.example", at=joining.clock.now(), on=ENTRY)
    member_store.tick(task, by)

    with pytest.raises(Conflict, match="allerede markeret"):
        member_store.tick(task, replace(by, by="en@anden.example"))


def test_notice_is_given_by_the_agreements_term_and_mailed_with_the_survey(joining: Joining) -> None:
    joining.active()
    offered = withdrawing.offered_last_days("250", clock=joining.clock)
    assert offered[:2] == (date(2025, 12, 31), date(2026, 3, 31))
    with pytest.raises(LastDayNotAllowed):
        withdrawing.withdraw("250", date(2025, 9, 30), by=CONTACT, clock=joining.clock)

    withdrawing.withdraw("250", offered[0], by=CONTACT, clock=joining.clock)

    member = register.get("250")
    assert member is not None
    assert member.active_until == offered[0]
    assert mail("withdrawal_250_2025-12-31").to == (CONTACT,)
    assert mail("exit-survey_250_2025-12-31").to == (CONTACT,)
    assert mail("withdrawal-staff_250_2025-12-31").to == ("sekretariat@ddh.example",)
    with pytest.raises(refusals.AlreadyLeaving, match=r"31\. december 2025"):
        withdrawing.withdraw("250", offered[1], by=CONTACT, clock=joining.clock)


def test_the_exit_survey_is_answered_once(joining: Joining) -> None:
    joining.active()
    withdrawing.withdraw("250", date(2025, 12, 31), by=CONTACT, clock=joining.clock)
    token = token_in("exit-survey_250_2025-12-31")
    assert withdrawing.survey(token, clock=joining.clock).municipality_code == "250"
    for chosen in ((), ("nonsense",), ("economy", "nonsense")):
        with pytest.raises(refusals.UnknownReason):
            withdrawing.answer(token, chosen=chosen, text="", may_interview=False, clock=joining.clock)

    withdrawing.answer(token, chosen=["quality", "economy"], text="Tak", may_interview=True, clock=joining.clock)

    (answer,) = leaving_store.answers()
    assert (answer.reasons, answer.text, answer.may_interview) == (("economy", "quality"), "Tak", True)
    with pytest.raises(LinkSpent):
        withdrawing.answer(token, chosen=["other"], text="", may_interview=False, clock=joining.clock)
    shown = withdrawing.exit_summary(clock=joining.clock)
    assert (shown.published, shown.count_by_reason) == (0, None)


def test_the_survey_closes_after_its_days(joining: Joining) -> None:
    joining.active()
    withdrawing.withdraw("250", date(2025, 12, 31), by=CONTACT, clock=joining.clock)
    token = token_in("exit-survey_250_2025-12-31")
    joining.clock.set(instant=joining.clock.now() + timedelta(days=withdrawing.DAYS_TO_ANSWER))

    with pytest.raises(LinkSpent):
        withdrawing.survey(token, clock=joining.clock)


def test_a_member_without_a_recorded_agreement_goes_by_the_rule_in_force(joining: Joining) -> None:
    register.put(
        Member(
            municipality_code="751",
            name="Aarhus",
            leaders=(CONTACT,),
            services=frozenset(Service),
            active_from=date(2012, 1, 1),
        )
    )

    assert withdrawing.notice_months("751", clock=joining.clock) == 6
    assert withdrawing.offered_last_days("751", clock=joining.clock)[0] == date(2025, 9, 30)


def test_the_secretariat_helps_a_municipality_whose_leader_has_left(joining: Joining, site: Site) -> None:
    joining.active()
    secretariat = site.signed_in(SECRETARIAT)

    page = secretariat.get("/medlemskab/250").text
    proposed = secretariat.post("/medlemskab/250/kontakter", {"email": NEW})

    assert "Ny kontakts e-mail" in page
    assert proposed.status_code == 303
    assert leaders() == (CONTACT,), "not before the address has confirmed itself"


@pytest.mark.parametrize("last_day", ["9999-12-31", "9998-12-31"])
def test_a_day_that_is_not_offered_is_no_last_day(joining: Joining, site: Site, last_day: str) -> None:
    joining.active()
    leader = site.signed_in(LEADER)

    answer = leader.post("/medlemskab/250/udmeldelse", {"dato": last_day, "sikker": "ja"})

    assert (answer.status_code, "Vælg en af de sidste dage fra" in answer.text) == (422, True)


def answered(code: str, clock: Any) -> None:
    with transaction() as writes:
        leaving_store.add_answer(
            writes,
            ExitAnswer(
                municipality_code=code,
                last_day=date(2025, 12, 31),
                reasons=("economy",),
                text=f"Ord fra <{code}>",
                may_interview=False,
                answered_at=clock.now(),
            ),
        )


def test_only_the_secretariat_reads_what_was_written_and_from_three_answers_on(joining: Joining, site: Site) -> None:
    secretary, chair = site.signed_in(SECRETARIAT), site.signed_in(CHAIR)
    for code in ("151", "153"):
        answered(code, joining.clock)
    assert "Ord fra" not in secretary.get("/udmeldelser").text

    answered("155", joining.clock)

    page = secretary.get("/udmeldelser").text
    assert "Ord fra &lt;151&gt;" in page
    assert "Ballerup" not in page
    assert "Årsager i 3 svar" in chair.get("/udmeldelser").text
    assert "Ord fra" not in chair.get("/udmeldelser").text
