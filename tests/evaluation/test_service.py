"""Starting months: complete ones, those that wait, and those that the secretariat starts without somebody."""

from datetime import date
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.common.months import Month
from chalicelib.evaluation import events, run_store, service
from tests.evaluation.hotline import (
    DECEMBER,
    HIGH,
    JANUARY,
    LOW,
    NOVEMBER,
    OCTOBER,
    Hotline,
    mail,
    mail_ids,
)


def fill(hotline: Hotline, month: Month, *codes: str) -> None:
    for code in codes or ("190", "240", "751"):
        hotline.figures.put(code, month, {f"{code}-001": LOW, f"{code}-002": HIGH})


def test_a_month_waits_for_every_member_and_says_once_who_is_missing(hotline: Hotline) -> None:
    fill(hotline, OCTOBER, "190", "751")

    for _ in range(3):
        started = service.start_month(OCTOBER, clock=hotline.clock)

    assert (started.started, started.waiting_for, started.missing) == ((), OCTOBER, ("240",))
    assert hotline.drain() == 0
    (mail_id,) = mail_ids()
    assert mail(mail_id).to == ("sekretariat@ddh.example",)
    assert mail(mail_id).facts["missing"] == ["Egedal"]


def test_another_set_of_missing_municipalities_is_told_anew(hotline: Hotline) -> None:
    fill(hotline, OCTOBER, "190")
    service.start_month(OCTOBER, clock=hotline.clock)
    fill(hotline, OCTOBER, "240")

    service.start_month(OCTOBER, clock=hotline.clock)

    assert [mail(mail_id).facts["missing"] for mail_id in mail_ids()] in (
        [["Egedal", "Aarhus"], ["Aarhus"]],
        [["Aarhus"], ["Egedal", "Aarhus"]],
    )


def test_months_start_in_order_and_later_ones_wait_behind(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    fill(hotline, NOVEMBER, "190")
    fill(hotline, DECEMBER)

    first = service.start_month(DECEMBER, clock=hotline.clock)
    second = service.start_month(DECEMBER, clock=hotline.clock)

    assert (first.started, first.waiting_for, first.missing) == ((OCTOBER,), NOVEMBER, ())
    assert (second.started, second.waiting_for, second.missing) == ((), NOVEMBER, ("240", "751"))


def test_without_the_missing_is_refused_before_they_have_had_their_days(hotline: Hotline, clock: Any) -> None:
    fill(hotline, OCTOBER, "190")
    clock.set(business_date=date(2024, 11, 9))

    with pytest.raises(service.TooEarlyWithoutMissing, match=r"tidligst .* den 10. november 2024"):
        service.start_month(OCTOBER, without_missing=True, clock=clock)


def test_without_the_missing_they_are_evaluated_later(hotline: Hotline, clock: Any) -> None:
    fill(hotline, OCTOBER, "190", "751")
    clock.set(business_date=date(2024, 11, 10))
    service.start_month(OCTOBER, without_missing=True, clock=clock)
    hotline.drain()
    assert mail("summary_2024-10").facts["without"] == ["Egedal"]
    assert "notice_2024-10_240_r1" not in mail_ids()

    fill(hotline, OCTOBER, "240")
    hotline.ask("240", OCTOBER)
    hotline.drain(times=2)

    assert "notice_2024-10_240_r1" in mail_ids()


def test_a_month_that_is_not_over_is_refused(hotline: Hotline) -> None:
    with pytest.raises(service.MonthNotOver, match=r"Februar 2025 er ikke slut.*1. marts 2025"):
        service.start_month(Month(2025, 2), clock=hotline.clock)


def test_every_dry_run_is_known_by_its_months_however_often_it_is_started(hotline: Hotline, clock: Any) -> None:
    fill(hotline, Month(2024, 2))
    january, march = Month(2024, 1), Month(2024, 3)
    first = service.start_dry_run(january, march, clock=clock)
    clock.set(business_date=date(2025, 3, 1))
    service.start_dry_run(january, march, clock=clock)
    second = service.start_dry_run(Month(2024, 2), march, clock=clock)
    hotline.drain()

    assert [(each.run, each.first, each.last, each.started_on) for each in run_store.runs()] == [
        (first, january, march, date(2025, 2, 5)),
        (second, Month(2024, 2), march, date(2025, 3, 1)),
    ]


def test_a_dry_run_backwards_is_refused(hotline: Hotline) -> None:
    with pytest.raises(service.NotADryRun):
        service.start_dry_run(Month(2024, 3), Month(2024, 1), clock=hotline.clock)


def test_a_dry_run_into_the_future_is_refused(hotline: Hotline) -> None:
    with pytest.raises(service.MonthNotOver):
        service.start_dry_run(Month(2025, 1), Month(2025, 2), clock=hotline.clock)


def test_the_calendar_starts_what_is_due_and_nothing_before_the_procedure(hotline: Hotline, clock: Any) -> None:
    for month in (OCTOBER, NOVEMBER):
        fill(hotline, month)

    clock.set(business_date=date(2024, 11, 4))
    assert service.start_latest(clock=clock).started == ()
    clock.set(business_date=date(2024, 11, 5))
    assert service.start_latest(clock=clock).started == (OCTOBER,)
    clock.set(business_date=date(2024, 12, 20))
    assert service.start_latest(clock=clock).started == (NOVEMBER,)


def test_a_lost_message_is_asked_for_again_by_the_next_try(hotline: Hotline, queued: Any) -> None:
    fill(hotline, OCTOBER)
    service.start_month(OCTOBER, clock=hotline.clock)
    assert len(queued("ddh-evaluations")) == 3

    service.start_month(OCTOBER, clock=hotline.clock)
    hotline.drain()

    assert "summary_2024-10" in mail_ids()


def test_the_schedule_and_the_watchdog_answer_what_they_did(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_clock, "business_date", date(2025, 2, 5))
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)
    fill(hotline, JANUARY, "190", "240")

    assert events.start_evaluation({}, None) == {"started": ["2024-10"], "waiting_for": "2024-11", "missing": []}
    for now, following in (("2024-11", "2024-12"), ("2024-12", "2025-01")):
        answer = events.evaluation_watchdog({}, None)
        assert answer == {"started": [now], "waiting_for": following, "missing": []}
    waiting = {"started": [], "waiting_for": "2025-01", "missing": ["751"]}
    assert events.evaluation_watchdog({}, None) == waiting
    assert events.start_evaluation({"month": "2025-01", "without_missing": "false"}, None) == waiting


@pytest.mark.parametrize("first", ["start_evaluation", "evaluation_watchdog"])
def test_whichever_comes_first_tells_who_is_missing(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setattr(system_clock, "business_date", date(2024, 11, 5))
    fill(hotline, OCTOBER, "190", "240")

    for function in (first, "start_evaluation", "evaluation_watchdog"):
        getattr(events, function)({}, None)

    assert [mail_id.rpartition("_")[0] for mail_id in mail_ids()] == ["missing_2024-10"]


def test_a_dry_run_is_by_itself_before_the_start_and_on_request_after_it(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_clock, "business_date", date(2025, 2, 5))
    into_force = {"month": "2024-09", "last_month": "2024-12"}

    assert events.start_evaluation({"month": "2024-02"}, None) == {"dry_run": "dry-2024-02-2024-02"}
    with pytest.raises(service.NotADryRun, match="september 2024 til december 2024"):
        events.start_evaluation(into_force, None)
    assert events.start_evaluation(into_force | {"dry_run": True}, None) == {"dry_run": "dry-2024-09-2024-12"}
    assert mail_ids() == []


def test_going_on_without_somebody_is_for_the_month_named_alone(hotline: Hotline) -> None:
    fill(hotline, OCTOBER, "190", "751")
    fill(hotline, NOVEMBER, "190", "751")

    started = service.start_month(NOVEMBER, without_missing=True, clock=hotline.clock)

    assert (started.started, started.waiting_for, started.missing) == ((), OCTOBER, ("240",))


def test_a_correction_whose_message_was_lost_is_asked_for_again(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)
    hotline.figures.put("190", OCTOBER, {"190-001": HIGH, "190-002": HIGH})

    service.start_month(OCTOBER, clock=hotline.clock)

    assert hotline.drain() == 1
    assert "correction_2024-10_190_r2" in mail_ids()
