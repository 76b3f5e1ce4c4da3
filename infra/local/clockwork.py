"""The run's clock: moves the business date forward, and does what each morning's schedule does.

A move is one morning, that of the new date: the daily functions catch up on what lies between.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chalicelib.common.clock import system_clock
from chalicelib.common.errors import AppError
from infra.local import mailbox
from infra.local.functions import Function
from infra.local.pump import Pump

#: What a morning does, in its order; a function that the application doesn't have is left out.
DAILY = (
    "retention-daily",
    "membership-daily",
    "partners-daily",
    "cases-daily",
    "evaluation-watchdog",
    "sweep-webhooks",
    "sweep-outbox",
)
_FURTHEST = timedelta(days=10 * 366)


class DateRefused(AppError):
    """Raised when the clock can't be moved to a date."""

    code = "date_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What a move did: the functions that ran, with whether each succeeded, and how many mails were sent."""

    day: date
    succeeded_by_function: Mapping[str, bool]
    mails: int


class Clockwork:
    """Moves the business date. `working` is held while a morning lasts; `keep` is called when it is over."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        pump: Pump,
        *,
        working: AbstractContextManager[Any],
        keep: Callable[[], object] = lambda: None,
    ) -> None:
        self._functions = functions
        self._pump = pump
        self._working = working
        self._keep = keep
        self.last: Morning | None = None

    def move_to(self, day: date) -> Morning:
        """Make `day` the business date and do its morning.

        Raises:
            DateRefused: it is not ahead of the run's date, or too far ahead.
        """
        with self._working:
            today = system_clock.today()
            if day <= today:
                raise DateRefused("Uret går kun fremad. Vælg en dato efter kørslens dato.")
            if day - today > _FURTHEST:
                raise DateRefused("Så langt frem kan uret ikke stilles. Vælg en dato inden for ti år.")
            sent_before = len(mailbox.sent)
            system_clock.business_date = day
            succeeded = {name: self._succeeds(self._functions[name]) for name in DAILY if name in self._functions}
            self.last = Morning(day=day, succeeded_by_function=succeeded, mails=len(mailbox.sent) - sent_before)
            self._keep()
            return self.last

    def _succeeds(self, function: Function) -> bool:
        try:
            function.call({})
        except Exception:  # noqa: BLE001  # on AWS too the other schedules go on, and the log tells
            traceback.print_exc()
            return False
        finally:
            self._pump.work()
        return True
