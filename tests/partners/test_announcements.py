"""What RenoSyd's system is told of its agreements: each extension and each end, once, with the step itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.partners import service, store
from chalicelib.webhooks import outbox
from chalicelib.webhooks.outbox import EventType, State
from tests.partners.dealing import END, OPEN_TERMS, STAFF, Dealing

UNTIL = date(2026, 3, 31)


def announced() -> list[str]:
    """The ids of what RenoSyd's system is told, oldest first."""
    return sorted(each.event.event_id for each in outbox.latest("renosyd"))


def test_an_extension_is_told_with_its_new_period(dealing: Dealing, queued: Callable[[str], list[Any]]) -> None:
    dealing.active()

    dealing.extend(UNTIL)

    (told,) = outbox.latest("renosyd")
    assert (told.event.event_id, told.event.type) == ("extended_renosyd_2", EventType.AGREEMENT_EXTENDED)
    assert told.event.data == {"agreement": 2, "start": "2025-10-01", "end": "2026-03-31", "review_date": None}
    assert told.state is State.WAITING
    assert queued("ddh-webhooks") == [{"version": 1, "event_id": "extended_renosyd_2"}]


def test_an_extension_without_an_end_is_told_with_its_review_date(dealing: Dealing) -> None:
    dealing.active()

    dealing.extend(None, review_date=date(2026, 10, 1))

    (told,) = outbox.latest("renosyd")
    assert (told.event.data["end"], told.event.data["review_date"]) == (None, "2026-10-01")


def test_an_end_is_told_once_however_often_the_daily_job_runs(dealing: Dealing) -> None:
    dealing.active()

    dealing.morning(END + timedelta(days=1))
    dealing.morning(END + timedelta(days=2))

    assert announced() == ["ended_renosyd_1"]
    assert outbox.latest("renosyd")[0].event.data["end"] == END.isoformat()


def test_a_period_that_is_followed_by_another_is_not_told_as_an_end(dealing: Dealing) -> None:
    dealing.active()
    dealing.extend(UNTIL)

    dealing.morning(END + timedelta(days=1))
    assert announced() == ["extended_renosyd_2"]

    dealing.morning(UNTIL + timedelta(days=1))
    assert announced() == ["ended_renosyd_2", "extended_renosyd_2"]


def test_what_is_neither_an_extension_nor_an_end_is_not_told(dealing: Dealing) -> None:
    dealing.active(OPEN_TERMS)

    service.review("renosyd", next_review=date(2026, 4, 1), by=STAFF, clock=dealing.clock)
    service.end("renosyd", last_day=date(2025, 12, 31), reason="Aftalt", by=STAFF, clock=dealing.clock)

    assert announced() == []


def test_of_two_that_extend_at_once_one_is_told(dealing: Dealing, monkeypatch: pytest.MonkeyPatch) -> None:
    dealing.active()
    stale = store.get("renosyd")
    dealing.extend(UNTIL)
    monkeypatch.setattr(store, "get", lambda partner_id: stale)

    with pytest.raises(Conflict):
        dealing.extend(date(2026, 6, 30))

    (told,) = outbox.latest("renosyd")
    assert told.event.data["end"] == UNTIL.isoformat()
