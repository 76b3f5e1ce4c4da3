"""What goes on by itself while the run serves: messages that were put off, and the schedules of every five minutes."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from infra.local.functions import Function
from infra.local.pump import Pump

#: Seconds between two looks into the queues, and between two sweeps: as the template schedules them.
BEAT = 1.0
SWEEP_EVERY = 300.0
SWEEPERS = ("sweep-outbox", "sweep-webhooks")


class Heartbeat:
    """Beats until it is stopped. `working` is held while a beat lasts; `keep` is called when one did something."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        pump: Pump,
        *,
        working: AbstractContextManager[Any],
        keep: Callable[[], object] = lambda: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._functions = functions
        self._pump = pump
        self._working = working
        self._keep = keep
        self._seconds = seconds
        self._swept_at = seconds()

    def beat(self) -> None:
        """Work off what is due now."""
        with self._working:
            worked = self._pump.work()
            if self._seconds() - self._swept_at >= SWEEP_EVERY:
                self._swept_at = self._seconds()
                self._sweep()
                worked += self._pump.work()
            if worked:
                self._keep()

    def run(self, *, wait: Callable[[float], None] = time.sleep) -> None:
        """Beat until Ctrl-C."""
        try:
            while True:
                wait(BEAT)
                self.beat()
        except KeyboardInterrupt:
            return

    def _sweep(self) -> None:
        for name in SWEEPERS:
            try:
                self._functions[name].call({})
            except Exception:  # noqa: BLE001  # on AWS too the next one comes in five minutes, and the log tells
                traceback.print_exc()
