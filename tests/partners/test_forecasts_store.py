"""Forecasts as they are stored: the latest taken is the current one, and every revision is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.partners.forecasts import store
from chalicelib.partners.forecasts.store import Forecast, NotAForecast
from chalicelib.partners.forecasts.weeks import TooFarAhead, Week, WeekIsOver
from tests import faults

BY = "partner:renosyd"
WEEK = Week(2025, 8)
CALLS = (40, 38, 41, 39, 30, 0, 12)
MORE = (50, 38, 41, 39, 30, 0, 12)


@pytest.fixture
def put(aws: Any, clock: Any) -> Any:
    def put(calls: tuple[int, ...] = CALLS, *, week: Week = WEEK, partner_id: str = "renosyd") -> Forecast:
        return store.put(partner_id, week, calls, by=BY, clock=clock)

    return put


def test_a_forecast_is_the_weeks_current_one(put: Any) -> None:
    taken = put()

    assert taken == Forecast(
        partner_id="renosyd",
        week=WEEK,
        calls_per_day=CALLS,
        revision=1,
        accepted_at=datetime(2025, 2, 5, 5, tzinfo=UTC),
        by=BY,
    )
    assert taken.total == 200
    assert store.current("renosyd", WEEK) == taken


def test_the_latest_is_current_and_those_before_it_are_kept(put: Any) -> None:
    first, second, third = put(CALLS), put(MORE), put(CALLS)

    assert [each.revision for each in (first, second, third)] == [1, 2, 3]
    assert store.current("renosyd", WEEK) == third
    assert store.history("renosyd", WEEK) == (first, second, third)


def test_the_same_as_the_current_one_is_no_new_revision(put: Any, clock: Any) -> None:
    taken = put()
    clock.set(instant=datetime(2025, 2, 6, 5, tzinfo=UTC))

    assert put() == taken
    assert store.history("renosyd", WEEK) == (taken,)


def test_forecasts_are_found_by_partner_and_weeks(put: Any) -> None:
    for number in (9, 7, 8, 12):
        put(week=Week(2025, number))
    put(week=Week(2026, 1))
    put(MORE, partner_id="reno-djurs")

    found = store.between("renosyd", Week(2025, 8), Week(2026, 1))

    assert [str(each.week) for each in found] == ["2025-W08", "2025-W09", "2025-W12", "2026-W01"]
    assert {each.partner_id for each in found} == {"renosyd"}
    assert [each.calls_per_day for each in store.between("reno-djurs", WEEK, WEEK)] == [MORE]
    assert store.between("renosyd", WEEK, WEEK.plus(-1)) == ()
    assert store.current("renosyd", Week(2025, 10)) is None
    assert store.history("renosyd", Week(2025, 10)) == ()


@pytest.mark.parametrize("calls", [(), CALLS[:6], (*CALLS, 1), (-1, *CALLS[1:]), (100_001, *CALLS[1:])])
def test_what_isnt_seven_numbers_of_calls_is_refused(put: Any, calls: tuple[int, ...]) -> None:
    with pytest.raises(NotAForecast):
        put(calls)


def test_no_forecast_is_taken_for_a_week_that_is_over_or_too_far_ahead(put: Any) -> None:
    with pytest.raises(WeekIsOver):
        put(week=Week(2025, 5))
    with pytest.raises(TooFarAhead):
        put(week=Week(2028, 1))

    assert store.between("renosyd", Week(2024, 1), Week(2029, 1)) == ()


def test_a_forecast_whose_answer_was_lost_is_taken_once(put: Any) -> None:
    put()
    with faults.counted() as calls:
        put(MORE)
    written = calls.operations.index("TransactWriteItems") + 1
    with faults.answer_lost_at(written):
        taken = put(CALLS)

    assert taken.revision == 3
    assert [each.calls_per_day for each in store.history("renosyd", WEEK)] == [CALLS, MORE, CALLS]


def test_of_forecasts_written_at_once_each_is_a_revision_of_its_own(put: Any) -> None:
    told = [(calls, 0, 0, 0, 0, 0, 0) for calls in range(6)]

    with ThreadPoolExecutor(6) as threads:
        taken = list(threads.map(put, told))

    kept = store.history("renosyd", WEEK)
    assert sorted(taken, key=lambda each: each.revision) == list(kept)
    assert [each.revision for each in kept] == [1, 2, 3, 4, 5, 6]
    assert {each.calls_per_day for each in kept} == set(told)
    assert store.current("renosyd", WEEK) == kept[-1]


def test_who_never_gets_through_is_told_to_try_again(put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_is_written", lambda forecast: False)

    with pytest.raises(Conflict, match="Prøv igen"):
        put()
