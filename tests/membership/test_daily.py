"""What the daily job does: everything that is due, once, whatever days were missed and whoever else is at it."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import pytest

from chalicelib.access import grants
from chalicelib.access.people import Person, Role
from chalicelib.common.acts import act
from chalicelib.members import register
from chalicelib.members.member import Member, Period, Service
from chalicelib.membership import applying, daily, deciding, events, member_store, store, withdrawing
from chalicelib.membership.onboarding import Responsible
from chalicelib.membership.requests import State
from infra.local import aws as emulator
from tests import faults
from tests.membership.joining import ASKED, CONTACT, ENTRY, Joining, mail, mail_ids

LEADER = Person(address=CONTACT, role=Role.LEADER, municipality_code="250")
MEMBER = Member(
    municipality_code="250",
    name="Frederikssund",
    leaders=(CONTACT,),
    services=frozenset(Service),
    active_from=ENTRY,
    version=1,
)


def run(joining: Joining) -> dict[str, int]:
    return {what: count for what, count in daily.run(clock=joining.clock).items() if count}


def test_a_signed_request_becomes_a_membership_on_its_entry_date(joining: Joining) -> None:
    request_id = joining.signed()
    joining.move_to(date(2025, 3, 31))
    assert run(joining) == {}
    assert register.get("250") is None

    joining.move_to(ENTRY)
    assert run(joining) == {"activated": 1}

    assert register.get("250") == MEMBER
    assert deciding.request(request_id).state is State.ACTIVE
    assert set(grants.of(CONTACT)) == {LEADER, Person(address=CONTACT, role=Role.CONTACT)}
    agreement = member_store.agreement("250")
    assert agreement is not None
    assert (agreement[0].signed_by_role, agreement[1]) == ("Kommunaldirektør", request_id)
    assert {task.due for task in member_store.tasks("250", ENTRY)} >= {date(2025, 4, 8), date(2025, 6, 1)}
    welcome = mail(f"welcome_{request_id}")
    assert (welcome.to, welcome.send_from) == ((CONTACT,), None)
    assert len(welcome.facts["tasks"]) == 9
    assert store.holder("250") is None


def test_after_days_of_outage_all_due_ones_are_activated_once_from_their_entry_date(joining: Joining) -> None:
    joining.signed()
    joining.signed(replace(ASKED, municipality_code="151", contact_address="b@ballerup.example"))
    joining.signed(
        replace(ASKED, municipality_code="153", contact_address="b@brondby.example", entry_date=date(2025, 7, 1))
    )
    joining.move_to(date(2025, 4, 9))

    assert run(joining)["activated"] == 2
    assert run(joining) == {}
    assert run(joining) == {}

    assert [member.active_from for member in register.all_members()] == [ENTRY, ENTRY]
    assert len([mail_id for mail_id in mail_ids() if mail_id.startswith("welcome")]) == 2


def test_an_entry_in_the_quiet_period_begins_at_once_and_its_mail_waits(joining: Joining) -> None:
    request_id = joining.active(replace(ASKED, entry_date=date(2025, 7, 1)))

    assert deciding.request(request_id).state is State.ACTIVE
    assert mail(f"welcome_{request_id}").send_from == date(2025, 8, 2)


def test_an_unsigned_request_is_not_activated_and_its_contact_asked_once_for_a_new_date(joining: Joining) -> None:
    request_id = joining.approved()
    joining.move_to(date(2025, 4, 3))

    assert run(joining) == {"new_date_needed": 1}
    assert run(joining) == {}

    assert deciding.request(request_id).new_date_needed
    assert register.get("250") is None
    assert mail(f"new-date_{request_id}_v5").to == (CONTACT,)


def test_a_second_missed_date_is_asked_about_anew(joining: Joining) -> None:
    request_id = joining.approved()
    for missed, chosen in ((date(2025, 4, 1), date(2025, 7, 1)), (date(2025, 7, 1), date(2025, 10, 1))):
        joining.move_to(missed)
        run(joining)
        applying.choose_new_date(request_id, chosen, address=CONTACT, clock=joining.clock)

    asked = [mail_id for mail_id in mail_ids() if mail_id.startswith("new-date")]
    assert asked == [f"new-date_{request_id}_v5", f"new-date_{request_id}_v7"]
    assert mail(asked[1]).send_from is None, "the contact must choose in July, in the quiet period"


def test_an_unconfirmed_request_lapses_after_a_full_week(joining: Joining) -> None:
    request_id = joining.submit()
    joining.move_to(date(2025, 2, 12))
    assert run(joining) == {}
    joining.move_to(date(2025, 2, 13))

    assert run(joining) == {"lapsed": 1}
    assert run(joining) == {}

    lapsed = store.get(request_id)
    assert lapsed is not None
    assert lapsed.state is State.LAPSED
    assert store.of_contact(CONTACT) == ()


def test_overdue_tasks_are_reminded_of_once_a_week_to_those_who_do_them(joining: Joining) -> None:
    joining.active()
    joining.move_to(date(2025, 4, 8))
    assert run(joining) == {}

    for day in range(9, 17):
        joining.move_to(date(2025, 4, day))
        run(joining)

    reminders = [mail_id for mail_id in mail_ids() if "_secretariat_" in mail_id]
    assert reminders == ["reminder_250_secretariat_2025-04-09", "reminder_250_secretariat_2025-04-16"]
    assert mail(reminders[0]).to == ("sekretariat@ddh.example",)
    assert [task["due"] for task in mail(reminders[0]).facts["tasks"]] == ["2025-04-08"]
    assert mail("reminder_250_leader_2025-04-16").to == (CONTACT,)


def test_a_task_that_is_done_is_not_reminded_of(joining: Joining) -> None:
    joining.active()
    for task in member_store.tasks("250", ENTRY):
        if task.responsible is Responsible.SECRETARIAT:
            member_store.tick(task, act("s@ddh.example", joining.clock))
    joining.move_to(date(2025, 4, 10))

    assert run(joining) == {}


def test_the_quiet_period_is_left_alone_and_followed_by_one_reminder(joining: Joining) -> None:
    joining.active(replace(ASKED, services=frozenset({Service.CHATBOT})))
    before = set(mail_ids())
    for day in range(7):
        joining.move_to(date(2025, 7, 1) + timedelta(days=5 * day))
        assert run(joining) == {}
    for day in (2, 3, 8):
        joining.move_to(date(2025, 8, day))
        run(joining)

    assert set(mail_ids()) - before == {"reminder_250_leader_2025-08-02", "reminder_250_secretariat_2025-08-02"}


@pytest.mark.parametrize("first", [date(2026, 8, 2), date(2026, 12, 28)], ids=["a Sunday", "before New Year"])
def test_two_reminders_lie_a_week_apart_whatever_days_are_missed(joining: Joining, first: date) -> None:
    joining.active(replace(ASKED, entry_date=date(2026, 7, 1), services=frozenset({Service.CHATBOT})))
    ticked = [task for task in member_store.tasks("250", date(2026, 7, 1)) if task.responsible is Responsible.LEADER]
    for task in ticked:
        member_store.tick(task, act(CONTACT, joining.clock))
    expected = []
    for after, reminds in ((0, 1), (0, 0), (1, 0), (6, 0), (9, 1), (14, 0), (16, 1)):  # days 2-5, 7-8 and 10-13: outage
        joining.move_to(first + timedelta(days=after))
        assert run(joining).get("reminded", 0) == reminds, after
        expected += [f"reminder_250_secretariat_{joining.clock.today()}"] * reminds

    assert [mail_id for mail_id in mail_ids() if mail_id.startswith("reminder")] == expected


def test_of_two_runs_that_remind_at_once_one_does(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    joining.active()
    joining.move_to(date(2025, 4, 9))
    add_reminder = member_store.add_reminder

    def add_after_the_other(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(member_store, "add_reminder", add_reminder)
        assert run(joining) == {"reminded": 1}
        add_reminder(*args, **rest)

    monkeypatch.setattr(member_store, "add_reminder", add_after_the_other)

    assert run(joining) == {}


def test_a_membership_ends_after_its_last_day_and_leaders_lose_access(joining: Joining) -> None:
    request_id = joining.active()
    withdrawing.withdraw("250", date(2025, 12, 31), by=CONTACT, clock=joining.clock)
    joining.move_to(date(2025, 12, 31))
    assert "ended" not in run(joining)
    assert grants.stands(LEADER)

    joining.move_to(date(2026, 1, 3))
    assert run(joining) == {"ended": 1}
    assert run(joining) == {}

    assert not grants.stands(LEADER)
    assert deciding.request(request_id).state is State.WITHDRAWN
    member = register.get("250")
    assert member is not None
    assert (member.active_until, member.leaders) == (date(2025, 12, 31), (CONTACT,))


def test_who_comes_back_keeps_the_history_and_gets_a_new_list(joining: Joining) -> None:
    joining.active()
    withdrawing.withdraw("250", date(2025, 12, 31), by=CONTACT, clock=joining.clock)
    joining.move_to(date(2026, 2, 1))
    run(joining)

    joining.active(replace(ASKED, entry_date=date(2026, 4, 1), contact_address="ny@frederikssund.example"))

    member = register.get("250")
    assert member is not None
    assert member.earlier == (Period(services=frozenset(Service), active_from=ENTRY, active_until=date(2025, 12, 31)),)
    assert (member.active_from, member.active_until) == (date(2026, 4, 1), None)
    assert member.leaders == ("ny@frederikssund.example",)
    assert len(member_store.tasks("250", date(2026, 4, 1))) == 9
    assert [what for what, _ in member_store.changes("250")] == [
        "Indmeldt",
        "Meldt ud pr. 31. december 2025",
        "Indmeldt",
    ]


def test_a_member_without_a_request_can_leave_too(joining: Joining) -> None:
    register.put(replace(MEMBER, active_from=date(2012, 1, 1), version=0))
    withdrawing.withdraw("250", date(2025, 9, 30), by=CONTACT, clock=joining.clock)
    joining.move_to(date(2025, 10, 1))

    assert run(joining) == {"ended": 1}
    assert run(joining) == {}


def test_an_index_that_lags_changes_nothing(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    late = joining.approved()
    other = replace(ASKED, municipality_code="151", contact_address="b@ballerup.example")
    signed = joining.signed(other)
    unconfirmed = joining.submit(replace(other, municipality_code="153"))
    stale = [deciding.request(request_id) for request_id in (late, signed, unconfirmed)]
    joining.move_to(ENTRY)
    assert run(joining) == {"activated": 1, "new_date_needed": 1, "lapsed": 1}
    applying.choose_new_date(late, date(2025, 7, 1), address=CONTACT, clock=joining.clock)
    before = mail_ids()

    monkeypatch.setattr(store, "in_state", lambda state, **_: [each for each in stale if each.state is state])

    assert run(joining) == {}
    assert mail_ids() == before


def test_one_that_cannot_be_activated_is_told_and_does_not_stop_the_others(
    joining: Joining, caplog: pytest.LogCaptureFixture
) -> None:
    joining.signed()
    joining.signed(replace(ASKED, municipality_code="151", contact_address="b@ballerup.example"))
    register.put(replace(MEMBER, municipality_code="151", version=0, active_from=date(2024, 1, 1)))
    joining.move_to(ENTRY)

    assert run(joining) == {"activated": 1}
    assert register.get("250") == MEMBER
    told = [vars(each) for each in caplog.records if each.message == "membership not taken further"]
    assert [(each["step"], each["code"], each["municipality_code"]) for each in told] == [
        ("activated", "already_member", "151")
    ]


def test_the_schedule_runs_it(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "run", lambda: {"activated": 1})

    assert events.membership_daily({}, None) == {"activated": 1}


def test_its_cold_start_pays_neither_for_pages_nor_for_forms() -> None:
    code = (
        "import sys, chalicelib.membership.events; "
        "sys.exit(' '.join({'jinja2', 'pydantic', 'python_calamine'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr == "\n"


def everything() -> dict[Any, Any]:
    """What the activation leaves, by key, without what differs from run to run."""
    request = next(iter(store.of_contact(CONTACT)))
    return {
        "request": replace(request, request_id=""),
        "history": [entry.what for entry in store.history(request.request_id)],
        "member": register.get("250"),
        "grants": set(grants.of(CONTACT)),
        "tasks": member_store.tasks("250", ENTRY),
        "changes": [what for what, _ in member_store.changes("250")],
        "mails": [mail_id.partition("_")[0] for mail_id in mail_ids()],
    }


def begin_again(joining: Joining) -> None:
    emulator.empty()
    joining.move_to(date(2025, 2, 5))
    Joining(joining.clock).signed()
    joining.move_to(ENTRY)


def test_a_crash_around_the_activation_is_made_good_by_the_next_run(joining: Joining) -> None:
    begin_again(joining)
    with faults.counted() as calls:
        run(joining)
    expected = everything()
    commit = calls.operations.index("TransactWriteItems") + 1

    for number, when in _crashes(commit, len(calls.operations)):
        begin_again(joining)
        with pytest.raises(faults.Crash), faults.crash_at(number, when):
            run(joining)
        run(joining)
        assert everything() == expected, (number, when)


def _crashes(commit: int, calls: int) -> list[tuple[int, Literal["before", "after"]]]:
    return [(commit, "before"), (commit, "after"), (commit + 1, "before"), (calls, "after")]


@pytest.mark.campaign
def test_a_crash_around_any_call_is_made_good_by_the_next_run(joining: Joining) -> None:
    begin_again(joining)
    with faults.counted() as calls:
        run(joining)
    expected = everything()

    moments: tuple[Literal["before"], Literal["after"]] = ("before", "after")
    for number in range(1, len(calls.operations) + 1):
        for when in moments:
            begin_again(joining)
            with pytest.raises(faults.Crash), faults.crash_at(number, when):
                run(joining)
            run(joining)
            assert everything() == expected, (number, when)


def test_two_runs_at_once_activate_once(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    joining.signed()
    joining.move_to(ENTRY)
    commit = store.commit

    def commit_after_the_other(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        assert run(joining) == {"activated": 1}
        commit(*args, **rest)

    monkeypatch.setattr(store, "commit", commit_after_the_other)

    assert run(joining) == {}
    assert register.get("250") == MEMBER
    assert len([mail_id for mail_id in mail_ids() if mail_id.startswith("welcome")]) == 1
