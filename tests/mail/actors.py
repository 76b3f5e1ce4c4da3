"""Handlers that run in threads of their own, of which only one moves at a time: when the scheduler says so."""

from __future__ import annotations

import threading
from collections.abc import Callable

from chalicelib.mail.service import MailBusy


class Crash(BaseException):
    """The process dies here."""


class StoreBroken(Exception):
    """The table answered with an error that says nothing about the write."""


class Actor:
    """One handler's run, in a thread that only moves when the scheduler says so."""

    def __init__(
        self, run: Callable[[], object], on_failure: Callable[[], None], *, long_pauses: bool, may_fail: bool
    ) -> None:
        self._run, self._on_failure = run, on_failure
        # Two locks handed to and fro: a semaphore would cost three times as much.
        self._turn, self._yielded = threading.Lock(), threading.Lock()
        self._turn.acquire()
        self._yielded.acquire()
        self.long_pauses, self.may_fail = long_pauses, may_fail
        self.done = False
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._main, daemon=True)

    def go_on(self) -> None:
        """Let the actor run to its next pause or its end."""
        if not self._thread.ident:
            self._thread.start()
        else:
            self._turn.release()
        self._yielded.acquire()

    def pause(self) -> None:
        self._yielded.release()
        self._turn.acquire()

    def _main(self) -> None:
        try:
            self._run()
        except (Crash, StoreBroken, MailBusy):
            self._on_failure()
        except BaseException as error:  # noqa: BLE001  # reported by the scheduler's thread
            self.error = error
        self.done = True
        self._yielded.release()
