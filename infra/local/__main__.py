"""`python -m infra.local`: the main job on an emulated AWS, then the site and a mail viewer until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from threading import Lock

from infra.local import arguments as command_line
from infra.local.arguments import Arguments
from infra.local.listening import listen
from infra.local.problems import CannotRun, StateInUse, StateUnreadable

_STOPPED_BY_SIGNAL = 130
_ENDED_IN_DEAD_LETTERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """The sockets that the site, the viewer and the bucket are served on."""

    site: socket
    viewer: socket
    bucket: socket


def main() -> int:
    """Run; return the exit code: 1 for what the person can change, 2 for the arguments, 3 for dead letters."""
    arguments = command_line.parse()
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell lets what it starts in the background ignore SIGINT
        signal.signal(ending, signal.default_int_handler)
    try:
        command_line.check_places(arguments)
        with _locked(arguments.state) if arguments.state else nullcontext():
            if arguments.once:
                return _run(arguments, None)
            with (
                listen(arguments.site_port, option="--site-port") as for_site,
                listen(arguments.port, option="--port") as for_viewer,
                listen(0, option="") as for_bucket,  # any free port: pages tell browsers where it is
            ):
                return _run(arguments, Listeners(site=for_site, viewer=for_viewer, bucket=for_bucket))
    except CannotRun as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _STOPPED_BY_SIGNAL


def _run(arguments: Arguments, listeners: Listeners | None) -> int:
    # What follows imports the emulator and the application, which takes two seconds: not for --help or a wrong word.
    from rich.console import Console

    from chalicelib.common.clock import system_clock
    from chalicelib.common.errors import AppError
    from infra import packaged
    from infra.local import aws, bucket_door, partner_side, snapshot
    from infra.local.bucket_door import BucketDoor
    from infra.local.clockwork import Clockwork
    from infra.local.functions import functions_of
    from infra.local.gateway import Gateway
    from infra.local.heartbeat import Heartbeat
    from infra.local.pump import Pump
    from infra.local.rest_api import RestApi
    from infra.local.run import Job
    from infra.local.serving import serving
    from infra.local.showing import Screen
    from infra.local.viewer import Viewer

    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    os.environ["POWERTOOLS_LOG_LEVEL"] = "ERROR"  # progress is shown; only failures of functions are worth a log line
    system_clock.business_date = arguments.today
    screen = Screen(Console())
    site, viewer = f"http://127.0.0.1:{arguments.site_port}", f"http://127.0.0.1:{arguments.port}"
    working = Lock()  # job, site and clock take turns
    with ExitStack() as stack:
        emulated = stack.enter_context(aws.emulated({"BaseUrl": site}))
        if listeners:
            bucket_door.open_at(f"http://127.0.0.1:{listeners.bucket.getsockname()[1]}")
            os.environ["DDH_WEBHOOK_LOOPBACK"] = partner_side.receiver_at(arguments.webhook_port)
        if arguments.state:
            stack.enter_context(_kept(arguments.state))
        template = packaged.template(aws.STAGE)
        functions = functions_of(template, emulated.references)
        pump = Pump(functions.values())
        job = Job(arguments, screen, functions, pump)
        with working:
            if listeners:
                keep = partial(snapshot.save, arguments.state) if arguments.state else _keep_nothing
                clockwork = Clockwork(functions, pump, working=working, keep=keep)
                hosts = [f"{name}:{arguments.port}" for name in ("127.0.0.1", "localhost")]
                stack.enter_context(serving(listeners.viewer, Viewer(hosts, clockwork), name="viewer"))
            try:
                job.do()
            except AppError as error:
                raise CannotRun(error.message) from error
        dead = job.dead_letters()
        screen.dead_letters(dead)
        if listeners:
            call = functions["app"].call
            gateway = Gateway(RestApi(template), call, base_url=site, working=working, afterwards=pump.work)
            door = BucketDoor(working=working, afterwards=pump.work)
            with serving(listeners.site, gateway, name="site"), serving(listeners.bucket, door, name="bucket"):
                screen.addresses(
                    site=site, viewer=viewer, partner_key=arguments.partner_key, webhook_port=arguments.webhook_port
                )
                Heartbeat(functions, pump, working=working, keep=keep).run()
    return _ENDED_IN_DEAD_LETTERS if dead else 0


def _keep_nothing() -> None:
    """Without --state nothing outlives the run."""


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
