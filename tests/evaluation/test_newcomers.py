"""Whoever was noted for a month's figures, and got no line of them, goes with that month too."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from chalicelib.common.errors import TryLater
from chalicelib.common.months import Month
from chalicelib.evaluation import erasing, erasure_store, following, home_store, service, store
from chalicelib.evaluation.requests import LIVE, Request
from chalicelib.runtime import settings, tables
from tests import faults
from tests.evaluation.hotline import HIGH, LOW, NOVEMBER, OCTOBER, Hotline
from tests.evaluation.test_following import fill

CANARY = "751-kanariefugl"
AARHUS = Request(run=LIVE, municipality_code="751", from_month=OCTOBER)
ERASED = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})


def _with(month: Month, hotline: Hotline, *agents: str) -> None:
    fill(hotline, month, k751={"751-002": HIGH} | dict.fromkeys(agents, LOW))


def _noted(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an evaluation of October end between its note of a newcomer and its commit."""
    _with(OCTOBER, hotline, CANARY)
    service.start_month(OCTOBER, clock=hotline.clock)

    def ends(*_: object, **__: object) -> None:
        raise faults.Crash

    with monkeypatch.context() as here:
        here.setattr(store, "commit", ends)
        with pytest.raises(faults.Crash):
            following.bring_up_to_date(AARHUS, clock=hotline.clock)
    assert erasing.has_rows(CANARY)


def _hits() -> list[str]:
    """Return the keys of items with the canary: only a test may scan."""
    client: Any = tables.connection().client
    items = client.scan(TableName=settings.table_name("evaluation"))["Items"]
    return sorted(f"{item['pk']['S']} {item['sk']['S']}" for item in items if "kanariefugl" in repr(item))


def test_who_was_noted_and_then_corrected_away_is_erased_with_the_month(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T23."""
    _noted(hotline, monkeypatch)
    _with(OCTOBER, hotline)
    hotline.drain()
    assert _hits() == [f"agent#live#{CANARY} home", f"newcomers#live 2024-10#751#{CANARY}"]

    erasing.erase_until(OCTOBER.plus(-1))
    assert len(_hits()) == 2, "not before its time"
    erasing.erase_until(OCTOBER)

    assert _hits() == []
    assert not erasing.has_rows(CANARY), "which would keep its names"


def test_it_goes_too_where_nothing_was_ever_evaluated(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    _noted(hotline, monkeypatch)

    erasing.erase_until(OCTOBER)

    assert _hits() == []


def test_who_has_a_line_in_a_kept_month_stays_noted(hotline: Hotline) -> None:
    for month in (OCTOBER, NOVEMBER):
        _with(month, hotline, CANARY)
    hotline.evaluate_up_to(NOVEMBER)

    for _ in range(2):
        erasing.erase_until(OCTOBER)
    assert home_store.homes(LIVE, [CANARY]) == {CANARY: frozenset({"751"})}

    erasing.erase_until(NOVEMBER)
    assert _hits() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_a_note_leaves_nothing_that_is_not_found(
    hotline: Hotline, when: Literal["before", "after"]
) -> None:
    for number in range(1, 5):
        agent = f"{CANARY}-{number}"
        with faults.counted() as calls:
            home_store.add_home(LIVE, "another", "751", month=OCTOBER)
        assert calls.operations == ["PutItem", "UpdateItem"]
        with pytest.raises(faults.Crash), faults.crash_at(1 + number % 2, when):
            home_store.add_home(LIVE, agent, "751", month=OCTOBER)

    erasing.erase_until(OCTOBER)

    assert _hits() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_while_erasing_is_made_good_by_the_next_run(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch, when: Literal["before", "after"]
) -> None:
    for write in range(2):
        _noted(hotline, monkeypatch)
        with faults.counted() as calls:
            erasing.erase_until(OCTOBER)
        writes = [number for number, name in enumerate(calls.operations, 1) if name in ERASED]
        _noted(hotline, monkeypatch)

        with pytest.raises(faults.Crash), faults.crash_at(writes[-1 - write], when):
            erasing.erase_until(OCTOBER)
        erasing.erase_until(OCTOBER)

        assert _hits() == []


def test_whose_old_note_is_erased_while_a_new_month_is_evaluated_is_noted_again(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(OCTOBER, hotline, CANARY)
    service.start_month(OCTOBER, clock=hotline.clock)
    commit = store.commit

    def after_erasing(*args: Any, **rest: Any) -> None:
        erasure_store.leave_home(LIVE, CANARY, "751", head_version=0)
        commit(*args, **rest)

    monkeypatch.setattr(store, "commit", after_erasing)
    following.bring_up_to_date(AARHUS, clock=hotline.clock)

    assert home_store.homes(LIVE, [CANARY]) == {CANARY: frozenset({"751"})}


def _evaluated_before_leaving(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an evaluation of everything that is started end just before the canary's note is erased."""
    leave_home, left = erasure_store.leave_home, [1]

    def after_evaluating(run: str, agent: str, *args: Any, **rest: Any) -> None:
        if agent == CANARY and left:
            left.pop()
            following.bring_up_to_date(AARHUS, clock=hotline.clock)
        leave_home(run, agent, *args, **rest)

    monkeypatch.setattr(erasure_store, "leave_home", after_evaluating)


def test_whose_new_line_comes_while_the_old_note_is_erased_stays_noted(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    _noted(hotline, monkeypatch)
    _with(NOVEMBER, hotline, CANARY)
    for month in (OCTOBER, NOVEMBER):
        service.start_month(month, clock=hotline.clock)
    _evaluated_before_leaving(hotline, monkeypatch)

    with pytest.raises(TryLater):
        erasing.erase_until(OCTOBER)
    assert home_store.homes(LIVE, [CANARY]) == {CANARY: frozenset({"751"})}
    erasing.erase_until(OCTOBER)

    assert home_store.homes(LIVE, [CANARY]) == {CANARY: frozenset({"751"})}
    erasing.erase_until(NOVEMBER)
    assert _hits() == []
