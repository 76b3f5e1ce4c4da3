"""The command line of the local run."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

from chalicelib.common.months import Month
from infra.local.problems import FolderMissing, NotWritable

_PROJECT = Path(__file__).resolve().parent.parent.parent
_SAMPLE_DROPS = _PROJECT / "events" / "drops"
_SAMPLE_MONTHS = "2024-01..2024-03,2024-10..2025-01"
_DEFAULT_PORT = 8025
_DEFAULT_SITE_PORT = 8026
_DEFAULT_WEBHOOK_PORT = 8027
_PARTNER_KEY = _PROJECT / ".local" / "renosyd"

MonthRange = tuple[Month, Month]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What to do. A month range has both its ends in it."""

    drops: Path
    months: tuple[MonthRange, ...]
    dry_run: bool
    today: date
    once: bool
    mails: Path | None
    outcomes: Path | None
    port: int
    site_port: int
    webhook_port: int
    partner_key: Path
    state: Path | None
    without_missing: bool


def parse(words: Sequence[str] | None = None) -> Arguments:
    """Return the arguments of the command line; ends the program with one line when they are wrong."""
    parser = _OneLineParser(
        prog="python -m infra.local",
        description="Run the back office on an emulated AWS: drop the files, evaluate the months, deliver the mails, "
        "then serve the site and a mail viewer until Ctrl-C.",
        epilog="exit code: 0 when all is done, also with rejected rows or a kind of file that is not handled; 1 when "
        "something here is to be put right first; 2 when the arguments are wrong; 3 when a message ended in the dead "
        "letters; 130 when stopped midway. `make run` itself ends with 2 whenever it isn't 0.",
    )
    parser.add_argument(
        "--drops",
        metavar="DIR",
        type=Path,
        default=_SAMPLE_DROPS,
        help="folders by kind with the files to drop (default: the sample drops)",
    )
    parser.add_argument(
        "--months",
        metavar="A..B",
        type=_month_ranges,
        default=_SAMPLE_MONTHS,
        help="months to evaluate, several ranges by comma; those before the procedure's start are a dry run "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="compute each range of months as a dry run: from nothing, whatever stands, and without a mail about it",
    )
    parser.add_argument(
        "--today",
        metavar="DATE",
        type=_date,
        default="2025-02-05",
        help="the business date of the run, or that of the kept state if it is later (default: %(default)s)",
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="end when everything is done, without the site and the mail viewer",
    )
    parser.add_argument(
        "--mails",
        metavar="DIR",
        type=Path,
        help="write each sent mail there as one .eml file, in place of those of an earlier run",
    )
    parser.add_argument("--outcomes", metavar="FILE", type=Path, help="write the outcomes there as CSV")
    parser.add_argument(
        "--port",
        metavar="N",
        type=_port,
        default=_DEFAULT_PORT,
        help="port of the mail viewer, on this machine only (default: %(default)s)",
    )
    parser.add_argument(
        "--site-port",
        metavar="N",
        type=_port,
        default=_DEFAULT_SITE_PORT,
        help="port of the site, on this machine only (default: %(default)s)",
    )
    parser.add_argument(
        "--webhook-port",
        metavar="N",
        type=_port,
        default=_DEFAULT_WEBHOOK_PORT,
        help="port on this machine that the partner RenoSyd takes webhooks at (default: %(default)s)",
    )
    parser.add_argument(
        "--partner-key",
        metavar="DIR",
        type=Path,
        default=_PARTNER_KEY,
        help="write what RenoSyd calls the API with there, in place of an earlier run's (default: .local/renosyd)",
    )
    parser.add_argument(
        "--state", metavar="DIR", type=Path, help="keep the state there between runs (default: in memory only)"
    )
    parser.add_argument(
        "--without-missing",
        action="store_true",
        help="start months although some municipalities have no figures, as the secretariat may after 5 days",
    )
    arguments = Arguments(**vars(parser.parse_args(words)))
    last = max(last for _, last in arguments.months)
    if last >= Month.of(arguments.today):
        parser.error(f"month {last} is not over on {arguments.today}: name others with --months, or a later --today")
    return arguments


def check_places(arguments: Arguments) -> None:
    """Make the folders to be written and see that they can be.

    Raises:
        FolderMissing: there is no folder of drops.
        NotWritable: a folder to be written can't be made or written.
    """
    if not arguments.drops.is_dir():
        raise FolderMissing(arguments.drops)
    outcomes_folder = arguments.outcomes.parent if arguments.outcomes else None
    partner_key = None if arguments.once else arguments.partner_key
    for folder in (arguments.mails, arguments.state, outcomes_folder, partner_key):
        if folder is not None:
            _check_writable(folder)
    if arguments.outcomes is not None and arguments.outcomes.is_dir():
        raise NotWritable(arguments.outcomes)


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotWritable(folder) from error


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message}. See --help.\n")


def _month_ranges(text: str) -> tuple[MonthRange, ...]:
    return tuple(_month_range(part) for part in text.split(","))


def _month_range(text: str) -> MonthRange:
    first, dots, last = text.strip().partition("..")
    try:
        months = Month.parse(first), Month.parse(last if dots else first)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a range of months like 2024-10..2025-01") from error
    if months[1] < months[0]:
        raise argparse.ArgumentTypeError(f"{text!r} ends before it begins")
    return months


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2025-02-05") from error


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)
