"""What the daily job does to agreements: everything that is due, once, whatever days were missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.common.errors import TryLater
from chalicelib.partners import daily, events, service, store
from chalicelib.partners.agreements import SYSTEM, Event, Stage, State
from chalicelib.partners.periods import Period
from chalicelib.rulebook import book as rulebook
from infra.local import aws as emulator
from tests import faults
from tests.conftest import EmulatedAWS
from tests.partners.dealing import END, OPEN_TERMS, RENOSYD, STAFF, TERMS, Dealing, mail, mail_ids

#: How often pynamodb's client tries a call.
ATTEMPTS = 5
SECRETARIAT = ("sekretariat@ddh.example",)


def after(dealing: Dealing, day: date) -> tuple[dict[str, int], set[str]]:
    """What the morning of a day did, and which mails it recorded."""
    before = set(mail_ids())
    done = dealing.morning(day)
    return done, set(mail_ids()) - before


def test_both_sides_are_reminded_60_and_30_days_before_each_once(dealing: Dealing) -> None:
    dealing.active()
    assert after(dealing, END - timedelta(days=61)) == ({}, set())

    for days in (60, 30):
        done, told = after(dealing, END - timedelta(days=days))
        assert done == {"reminded": 1}
        assert sorted(mail(each).to for each in told) == sorted([RENOSYD.contacts, SECRETARIAT])
        assert after(dealing, END - timedelta(days=days - 1)) == ({}, set())
        assert {mail(each).facts["days_left"] for each in told} == {days}

    assert [each.act.by for each in store.history("renosyd")][-1] == SYSTEM


def test_a_reminder_that_the_quiet_period_holds_leaves_the_day_after_it(dealing: Dealing) -> None:
    dealing.active(replace(OPEN_TERMS, review_date=date(2025, 9, 15)))
    _, told = after(dealing, date(2025, 7, 20))
    assert [mail(each).send_from for each in told] == [date(2025, 8, 2)]


def test_a_reminder_of_a_day_in_the_quiet_period_is_not_held_until_it_is_too_late(dealing: Dealing) -> None:
    dealing.active(replace(OPEN_TERMS, review_date=date(2025, 7, 31)))
    _, told = after(dealing, date(2025, 7, 1))
    assert [mail(each).send_from for each in told] == [None]


def test_it_ends_by_itself_and_both_sides_are_told_once(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()
    dealing.morning(END)
    assert dealing.now().stage_on(END) is Stage.ACTIVE

    done, told = after(dealing, END + timedelta(days=4))

    assert done == {"ended": 1}
    assert sorted(mail(each).to for each in told) == sorted([RENOSYD.contacts, SECRETARIAT])
    assert after(dealing, END + timedelta(days=5)) == ({}, set())
    assert dealing.now().open_request is None
    assert dealing.now().agreements[0].state is State.ENDED


def test_where_it_goes_on_nobody_is_reminded_nor_told_of_an_end(dealing: Dealing) -> None:
    dealing.active()
    dealing.extend()
    assert after(dealing, END - timedelta(days=30)) == ({}, set())

    assert after(dealing, END + timedelta(days=1)) == ({"ended": 1}, set())
    assert [each.what for each in store.history("renosyd")][-1] is Event.CONTINUED


def test_an_open_agreement_is_brought_up_before_its_review_with_the_secretariat_alone(dealing: Dealing) -> None:
    dealing.active(OPEN_TERMS)
    done, told = after(dealing, date(2026, 2, 1))
    assert done == {"reminded": 1}
    assert [mail(each).to for each in told] == [SECRETARIAT]

    service.review("renosyd", next_review=date(2027, 3, 1), by=STAFF, clock=dealing.clock)
    assert after(dealing, date(2026, 3, 2)) == ({}, set())
    assert after(dealing, date(2027, 1, 15))[0] == {"reminded": 1}


def test_a_review_that_is_overdue_is_brought_up_every_30_days_until_it_is_registered(dealing: Dealing) -> None:
    dealing.active(OPEN_TERMS)
    dealing.morning(date(2026, 2, 1))
    assert after(dealing, date(2026, 3, 1)) == ({}, set())

    for day in (date(2026, 3, 2), date(2026, 4, 1)):
        done, told = after(dealing, day)
        assert done == {"reminded": 1}
        assert [mail(each).to for each in told] == [SECRETARIAT]
        assert after(dealing, day + timedelta(days=29)) == ({}, set())
    assert dealing.now().stage_on(date(2026, 4, 30)) is Stage.ACTIVE

    service.review("renosyd", next_review=date(2027, 3, 1), by=STAFF, clock=dealing.clock)
    assert after(dealing, date(2026, 6, 1)) == ({}, set())


def test_an_overdue_review_waits_until_the_quiet_period_is_over(dealing: Dealing) -> None:
    dealing.active(replace(OPEN_TERMS, review_date=date(2025, 7, 15)))
    dealing.morning(date(2025, 6, 20))
    _, told = after(dealing, date(2025, 7, 20))
    assert [mail(each).send_from for each in told] == [date(2025, 8, 2)]


def test_one_partner_that_fails_keeps_nobody_else_waiting(dealing: Dealing) -> None:
    dealing.active(partner=replace(RENOSYD, partner_id="aa", name="Aa", queue="Aa"))
    dealing.active()
    service.change_contacts("aa", ["not an address"], by=STAFF, clock=dealing.clock)

    assert after(dealing, END + timedelta(days=1))[0] == {"ended": 1}
    assert [each.agreements[0].state for each in store.all_partners()] == [State.ACTIVE, State.ENDED]

    service.change_contacts("aa", RENOSYD.contacts, by=STAFF, clock=dealing.clock)
    assert after(dealing, END + timedelta(days=2))[0] == {"ended": 1}


def test_a_store_that_fails_for_one_partner_keeps_nobody_else_waiting_and_the_run_is_tried_again(
    dealing: Dealing,
) -> None:
    dealing.active(partner=replace(RENOSYD, partner_id="aa", name="Aa", queue="Aa"))
    dealing.active()
    dealing.move_to(END + timedelta(days=1))
    with faults.counted() as calls:
        rulebook.load()
        store.all_partners()
    first = len(calls.operations) + 1  # the call that reads the first partner again, with all its attempts

    with pytest.raises(TryLater), faults.not_sent_at(*range(first, first + ATTEMPTS)):
        daily.run(clock=dealing.clock)
    assert [each.agreements[0].state for each in store.all_partners()] == [State.ACTIVE, State.ENDED]

    assert daily.run(clock=dealing.clock) == {"ended": 1}
    assert [each.agreements[0].state for each in store.all_partners()] == [State.ENDED, State.ENDED]


def begin_again(dealing: Dealing) -> None:
    """Two agreements: of one the end is due, of the other a reminder."""
    emulator.empty()
    dealing = Dealing(dealing.clock)
    dealing.move_to(date(2025, 2, 5))
    later = replace(TERMS, period=Period(start=TERMS.period.start, end=END + timedelta(days=40)))
    dealing.active(later, partner=replace(RENOSYD, partner_id="aa", name="Aa", queue="Aa"))
    dealing.active()
    dealing.move_to(END + timedelta(days=1))


def everything() -> tuple[object, ...]:
    """What is stored, but for the tokens of links."""
    mails = [(mail_id, mail(mail_id).to, mail(mail_id).facts.keys()) for mail_id in mail_ids()]
    return store.all_partners(), [store.history(each.partner_id) for each in store.all_partners()], mails


def test_a_crash_around_any_call_is_made_good_by_the_next_run(dealing: Dealing) -> None:
    begin_again(dealing)
    with faults.counted() as calls:
        assert daily.run(clock=dealing.clock) == {"reminded": 1, "ended": 1}
    expected = everything()

    moments: tuple[Literal["before"], Literal["after"]] = ("before", "after")
    for number in range(1, len(calls.operations) + 1):
        for when in moments:
            begin_again(dealing)
            with pytest.raises(faults.Crash), faults.crash_at(number, when):
                daily.run(clock=dealing.clock)
            daily.run(clock=dealing.clock)
            assert everything() == expected, (number, when)


def test_two_runs_at_once_end_it_once(dealing: Dealing, monkeypatch: pytest.MonkeyPatch) -> None:
    dealing.active()
    dealing.move_to(END + timedelta(days=1))
    commit = store.commit

    def commit_after_the_other(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        assert daily.run(clock=dealing.clock) == {"ended": 1}
        commit(*args, **rest)

    monkeypatch.setattr(store, "commit", commit_after_the_other)

    assert daily.run(clock=dealing.clock) == {}
    assert [each.what for each in store.history("renosyd")].count(Event.ENDED) == 1
    assert len([mail_id for mail_id in mail_ids() if "_ended_" in mail_id]) == 2


def test_the_entry_point_runs_it_with_what_its_role_allows(
    dealing: Dealing, aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_again(dealing)
    monkeypatch.setattr(system_clock, "now", dealing.clock.now)
    monkeypatch.setattr(system_clock, "today", dealing.clock.today)

    assert events.partners_daily({}, None) == {"reminded": 1, "ended": 1}
