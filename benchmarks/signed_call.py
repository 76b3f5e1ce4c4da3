"""What a partner's signed call costs, against the floor: an Ed25519 verification and one GetItem, in the same run.

Both run on the emulated AWS in this process, so the ratio tells what the guard and the view add; what the network would
add is told by the calls to AWS. CPU time, warm; the two take turns. Run it by `make bench`.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from contextlib import redirect_stdout

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from infra.local import aws
from tests import faults
from tests.access.signing import Request, Signer, event
from tests.conftest import SettableClock
from tests.partners.dealing import STAFF, Dealing

ROUNDS = 200
_WARM_UP = 10
_PATH = "/partner/v1/agreement"


def main() -> None:
    """Measure and print a table."""
    console = Console()
    with console.status("Calling as a partner"), aws.emulated() as emulated, redirect_stdout(io.StringIO()):
        floor, call = _floor(), _signed_call(emulated.environment["DDH_BASE_URL"])
        made = {"floor": _aws_calls(floor), "call": _aws_calls(call)}
        seconds: dict[str, list[float]] = {"floor": [], "call": []}
        for number in range(-_WARM_UP, ROUNDS):
            for name, work in (("floor", floor), ("call", call)):
                spent = _cpu_seconds(work)
                if number >= 0:
                    seconds[name].append(spent)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    table = Table(title=f"CPU time of a signed call, median of {ROUNDS}", title_justify="left")
    table.add_column("work")
    for heading in ("ms", "times the floor", "calls to AWS"):
        table.add_column(heading, justify="right")
    for name, title in (("floor", "(the floor: verify, and one GetItem)"), ("call", f"GET {_PATH}")):
        times = medians[name] / medians["floor"]
        table.add_row(title, f"{medians[name] * 1000:.1f}", f"{times:.2f}", str(made[name]))
    console.print(table)


def _floor() -> Callable[[], Callable[[], object]]:
    """Return what makes the floor's work ready to be done."""
    from chalicelib.partners import store

    Dealing(SettableClock()).active()
    private_key = Ed25519PrivateKey.generate()
    public_key, message = private_key.public_key(), b"x" * 300
    signature = private_key.sign(message)

    def ready() -> Callable[[], object]:
        return lambda: (public_key.verify(signature, message), store.get("renosyd"))

    return ready


def _signed_call(base_url: str) -> Callable[[], Callable[[], object]]:
    """Return what makes a new signed call ready to be answered: the partner's own work isn't ours to measure."""
    from app import app
    from chalicelib.access import call_limits, partner_keys
    from chalicelib.common.clock import system_clock

    call_limits.MOST_CALLS_A_MINUTE = 1_000_000
    signer = Signer()
    signer.key_id = partner_keys.register("renosyd", signer.pem, by=STAFF, clock=system_clock).key_id

    def ready() -> Callable[[], object]:
        request = Request("GET", _PATH, headers={"Host": base_url.partition("://")[2]}, base_url=base_url)
        made = event(signer.sign(request, at=system_clock.now()), _PATH)

        def answered() -> None:
            assert app(made, None)["statusCode"] == 200

        return answered

    return ready


def _aws_calls(ready: Callable[[], Callable[[], object]]) -> int:
    """Return how many calls to AWS the work makes once it is warm."""
    ready()()
    work = ready()
    with faults.counted() as calls:
        work()
    return len(calls.operations)


def _cpu_seconds(ready: Callable[[], Callable[[], object]]) -> float:
    work = ready()
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
