"""While the run serves, what was put off is taken when it is due, and the sweepers come every five minutes."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import count
from typing import Any

import pytest

from infra.local.heartbeat import SWEEP_EVERY, SWEEPERS, Heartbeat


class Queues:
    """A pump whose queues hold some batches for each beat."""

    def __init__(self, *batches: int) -> None:
        self._batches = iter(batches)

    def work(self) -> int:
        return next(self._batches, 0)


class Sweeper:
    """A scheduled function that counts its calls, and may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.calls = 0
        self._fails = fails

    def call(self, event: Any) -> None:
        assert event == {}
        self.calls += 1
        if self._fails:
            raise RuntimeError("the store is down")


def _heartbeat(sweepers: dict[str, Any], *batches: int, times: list[float], kept: list[int] | None = None) -> Heartbeat:
    numbers = count()
    return Heartbeat(
        sweepers,
        Queues(*batches),  # type: ignore[arg-type]  # all that a heartbeat asks of a pump
        working=nullcontext(),
        keep=lambda: kept.append(next(numbers)) if kept is not None else None,
        seconds=iter(times).__next__,
    )


def _sweepers(*, fails: bool = False) -> dict[str, Any]:
    return {name: Sweeper(fails=fails) for name in SWEEPERS}


def test_the_state_is_kept_after_a_beat_that_did_something() -> None:
    kept: list[int] = []
    heartbeat = _heartbeat(_sweepers(), 0, 2, 0, times=[0.0, 1.0, 2.0, 3.0], kept=kept)

    for _ in range(3):
        heartbeat.beat()

    assert len(kept) == 1


@pytest.mark.parametrize("fails", [False, True])
def test_every_sweeper_comes_once_in_five_minutes_whatever_becomes_of_the_others(
    fails: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    sweepers = _sweepers(fails=fails)
    heartbeat = _heartbeat(sweepers, times=[0.0, SWEEP_EVERY - 1, SWEEP_EVERY, SWEEP_EVERY, SWEEP_EVERY + 1])

    for _ in range(3):
        heartbeat.beat()

    assert [sweeper.calls for sweeper in sweepers.values()] == [1] * len(SWEEPERS)
    assert ("the store is down" in capsys.readouterr().err) is fails


def test_ctrl_c_ends_it() -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    _heartbeat(_sweepers(), times=[0.0]).run(wait=interrupted)
