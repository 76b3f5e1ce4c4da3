"""The local run starts months as the schedule does, and goes on while each call starts one more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.common.months import Month
from infra.local import evaluating
from infra.local.evaluating import Start, Started, Waiting

_JANUARY = Month(2025, 1)
_TO_START = Start(first=_JANUARY, last=_JANUARY, is_dry=False)


class _StartEvaluation:
    """The function start-evaluation: answers in turn, and knows whether all it started was evaluated by then."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        self._answers = list(answers)
        self.calls: list[Mapping[str, Any]] = []
        self.drained = 0

    def call(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        assert self.drained == len(self.calls), "what was started before is not evaluated yet"
        self.calls.append(event)
        return self._answers.pop(0)

    def drain(self) -> None:
        self.drained += 1


def _start(function: _StartEvaluation, it: Start = _TO_START) -> Started:
    return evaluating.start(it, call=function.call, drain=function.drain, without_missing=False)


def _answer(started: list[str], waiting_for: str | None = None, missing: list[str] | None = None) -> dict[str, Any]:
    return {"started": started, "waiting_for": waiting_for, "missing": missing or []}


def test_months_that_start_one_by_one_are_each_evaluated_before_the_next() -> None:
    function = _StartEvaluation(_answer(["2024-11"], "2024-12"), _answer(["2024-12"], "2025-01"), _answer(["2025-01"]))

    started = _start(function)

    assert started == Started(run="live", months=(Month(2024, 11), Month(2024, 12), _JANUARY))
    assert function.calls == [{"month": "2025-01", "without_missing": False}] * 3
    assert function.drained == 3


def test_months_that_start_all_at_once_take_one_call() -> None:
    function = _StartEvaluation(_answer(["2024-12", "2025-01"]))

    assert _start(function).months == (Month(2024, 12), _JANUARY)


def test_a_month_that_waits_for_figures_is_not_tried_again() -> None:
    function = _StartEvaluation(_answer(["2024-11"], "2024-12", ["751"]))

    started = _start(function)

    assert started.months == (Month(2024, 11),)
    assert started.waiting == Waiting(month=Month(2024, 12), missing=("751",))


def test_a_month_that_waits_for_an_earlier_one_s_evaluation_is_not_tried_for_ever() -> None:
    function = _StartEvaluation(_answer([], "2025-01"))

    assert _start(function).waiting == Waiting(month=_JANUARY, missing=())


def test_a_dry_run_is_one_call_for_all_its_months() -> None:
    function = _StartEvaluation({"dry_run": "dry-2024-10-2025-01"})

    started = _start(function, Start(first=Month(2024, 10), last=_JANUARY, is_dry=True))

    assert started == Started(run="dry-2024-10-2025-01")
    assert function.calls == [{"month": "2024-10", "last_month": "2025-01", "dry_run": True}]
    assert function.drained == 1
