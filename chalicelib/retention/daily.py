"""Erases what is known of persons once it is past the retention period, everywhere. What it came to stays.

Each feature erases its own; this says until which month. It goes by the rule and never by a list of what was erased
before, so that a table restored from a backup is erased again by the next run. Running it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.access import look_log
from chalicelib.cases import erasing as cases
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.danish import counted
from chalicelib.common.errors import AppError, TryLater
from chalicelib.common.months import Month
from chalicelib.evaluation import erasing as ledger
from chalicelib.kpi import erasing as figures
from chalicelib.kpi import erasing_files as files
from chalicelib.mail import erasing as mails
from chalicelib.rulebook import book, retention
from chalicelib.runtime.entrypoints import log_failure

#: What is erased, by what it is called in the log. Each returns how much it was, and finds what an earlier run left.
#: The ledger goes before the cases, whose names lead to its rows.
ERASE_BY_PART: Mapping[str, Callable[[Month], int]] = {
    "figures": figures.erase_until,
    "files": files.erase_until,
    "ledger": ledger.erase_until,
    "cases": partial(cases.erase_until, has_rows=ledger.has_rows),
    "mails": mails.erase_until,
    "looks": look_log.erase_until,
}


def run(*, clock: Clock = system_clock) -> dict[str, int]:
    """Erase everything up to the last month that the rule of today lets go; return how much of each part.

    Raises:
        TryLater: some parts failed; the others are done.
    """
    last = retention.last_erased(book.load(), clock.today())
    done: dict[str, int] = {}
    for part, erase_until in ERASE_BY_PART.items():
        try:
            done[part] = erase_until(last)
        except (AppError, PynamoDBException, ClientError, BotoCoreError) as error:
            log_failure("not erased", error, part=part)
    failed = len(ERASE_BY_PART) - len(done)
    if failed:
        raise TryLater(f"{counted(failed, 'del', 'dele')} blev ikke slettet helt. Kør jobbet igen.")
    return done
