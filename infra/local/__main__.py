"""`python -m infra.local`: the main job on an emulated AWS, then a mail viewer until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from socket import socket

from infra.local import arguments as command_line
from infra.local.arguments import Arguments
from infra.local.listening import listen
from infra.local.problems import CannotRun, StateInUse, StateUnreadable

_STOPPED_BY_SIGNAL = 130
_ENDED_IN_DEAD_LETTERS = 3


def main() -> int:
    """Run; return the exit code: 1 for what the person can change, 2 for the arguments, 3 for dead letters."""
    arguments = command_line.parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        command_line.check_places(arguments)
        with (
            _locked(arguments.state) if arguments.state else nullcontext(),
            nullcontext() if arguments.once else listen(arguments.port) as listener,
        ):
            return _run(arguments, listener)
    except CannotRun as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _STOPPED_BY_SIGNAL


def _run(arguments: Arguments, listener: socket | None) -> int:
    # What follows imports the emulator and the application, which takes two seconds: not for --help or a wrong word.
    from rich.console import Console

    from chalicelib.common.clock import system_clock
    from chalicelib.common.errors import AppError
    from infra.local import aws, viewer
    from infra.local.run import Job
    from infra.local.showing import Screen

    os.environ["POWERTOOLS_LOG_LEVEL"] = "ERROR"  # progress is shown; only failures of functions are worth a log line
    system_clock.business_date = arguments.today
    screen = Screen(Console())
    address = f"http://127.0.0.1:{arguments.port}"
    with (
        aws.emulated({"BaseUrl": address}) as emulated,
        _kept(arguments.state) if arguments.state else nullcontext(),
        viewer.serving(listener) if listener else nullcontext(),
    ):
        job = Job(arguments, screen, emulated.references)
        try:
            job.do()
        except AppError as error:
            raise CannotRun(error.message) from error
        dead = job.dead_letters()
        screen.dead_letters(dead)
        if listener:
            screen.say(f"Mails and reports: {address}  (Ctrl-C ends)")
            _until_stopped()
    return _ENDED_IN_DEAD_LETTERS if dead else 0


def _until_stopped() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return


@contextmanager
def _kept(state: Path) -> Iterator[None]:
    """Begin from the state that is kept there, and keep it again at the end, however the end comes."""
    from infra.local import snapshot

    try:
        snapshot.restore(state)
    except snapshot.UnreadableState as error:
        raise StateUnreadable(state) from error
    try:
        yield
    finally:
        snapshot.save(state)


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    """Hold the state for this run alone."""
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateInUse(state) from error
        yield


if __name__ == "__main__":
    sys.exit(main())
