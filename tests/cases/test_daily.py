"""A municipality's days to answer begin once its mail was accepted, by themselves; nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.cases import daily, events, service, store
from chalicelib.cases.dossier import SYSTEM, Event, State
from chalicelib.common.clock import system_clock
from chalicelib.common.months import Month
from chalicelib.mail import service as mail_service
from chalicelib.members import register
from tests.conftest import EmulatedAWS, SettableClock
from tests.evaluation.conftest import hotline
from tests.evaluation.hotline import DECEMBER, HIGH, LOW, NOVEMBER, Hotline
from tests.evaluation.test_following import fill
from tests.evaluation.test_proposals import AGENT, STAFF, latest, move_to, proposed

__all__ = ["hotline", "proposed"]

NOTICE = "notice_2024-12_751_r1"


def deliver(mail_id: str, clock: SettableClock) -> None:
    mail_service.deliver(mail_id, clock=clock)


def test_the_days_begin_on_the_day_on_which_the_mail_is_seen_accepted(proposed: Hotline, clock: SettableClock) -> None:
    assert latest().ground.mail_id == NOTICE
    assert daily.run(clock=clock) == 0

    deliver(NOTICE, clock)
    move_to(clock, date(2025, 1, 6))
    assert daily.run(clock=clock) == 2
    move_to(clock, date(2025, 1, 9))
    assert daily.run(clock=clock) == 0

    assert latest().window_ends_on == date(2025, 1, 20)
    assert latest("751-002").window_ends_on == date(2025, 1, 20)
    assert latest("190-001").window_ends_on is None
    assert latest().state is State.PROPOSED
    assert [each.act.by for each in store.history(AGENT) if each.what is Event.WINDOW_OPENED] == [SYSTEM]


def test_a_mail_that_stood_in_for_missing_leaders_told_the_municipality_nothing(
    hotline: Hotline, clock: SettableClock
) -> None:
    member = register.get("751")
    assert member is not None
    register.put(replace(member, leaders=()))
    move_to(clock, date(2025, 1, 5))
    for month in (Month(2024, 10), NOVEMBER, DECEMBER):
        fill(hotline, month)
    hotline.evaluate_up_to(DECEMBER)
    deliver(NOTICE, clock)

    assert daily.run(clock=clock) == 0
    assert latest().window_ends_on is None


def test_a_proposal_that_a_correction_brought_is_told_by_the_correction(hotline: Hotline, clock: SettableClock) -> None:
    move_to(clock, date(2025, 1, 5))
    for month in (Month(2024, 10), NOVEMBER, DECEMBER):
        fill(hotline, month)
    fill(hotline, NOVEMBER, k751={AGENT: HIGH, "751-002": LOW, "751-003": HIGH})
    hotline.evaluate_up_to(DECEMBER)
    deliver(NOTICE, clock)
    fill(hotline, NOVEMBER)
    hotline.ask("751", NOVEMBER)
    hotline.drain()

    assert latest().ground.mail_id == "correction_2024-11_751_r2"
    daily.run(clock=clock)
    assert latest().window_ends_on is None
    deliver("correction_2024-11_751_r2", clock)
    daily.run(clock=clock)
    assert latest().window_ends_on == date(2025, 1, 19)


def test_who_was_told_by_hand_before_has_the_days_that_began_then(proposed: Hotline, clock: SettableClock) -> None:
    service.told_by_hand(AGENT, 1, by=STAFF, clock=clock)
    deliver(NOTICE, clock)
    move_to(clock, date(2025, 1, 8))

    assert daily.run(clock=clock) == 1
    assert latest().window_ends_on == date(2025, 1, 19)


def test_the_entry_point_runs_it_with_what_its_role_allows(
    proposed: Hotline, aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_clock, "now", clock.now)
    monkeypatch.setattr(system_clock, "today", clock.today)
    deliver(NOTICE, clock)

    assert events.cases_daily({}, None) == {"opened": 2}
