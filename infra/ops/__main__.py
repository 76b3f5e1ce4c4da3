"""`python -m infra.ops`: what whoever runs the service does by hand, on a deployment or on a local run's kept state."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, TokenRetrievalError
from pynamodb.exceptions import PynamoDBException
from rich.console import Console
from rich.table import Table

from chalicelib.common.errors import AppError
from chalicelib.common.months import Month
from chalicelib.evaluation.requests import LIVE, Request, ask_for
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.mail.outbox import State
from infra.ops import dead_letters, exporting, reading_again, sent_mails, where
from infra.ops.where import Work


def main(words: Sequence[str] | None = None, *, console: Console | None = None) -> int:
    """Return the exit code: 1 when something is to be put right first."""
    arguments = _parser().parse_args(words)
    console = console or Console()
    place = where.kept_state(arguments.kept) if arguments.kept else where.deployment(arguments.stage)
    try:
        with place as work:
            arguments.do(arguments, console, work)
    except (where.NotFound, LookupError, FileExistsError) as error:
        return _refused(str(error), console)
    except AppError as error:
        return _refused(error.message, console)
    except (NoRegionError, NoCredentialsError, TokenRetrievalError) as error:
        return _refused(f"sign in to the account, and set AWS_DEFAULT_REGION: {error}", console)
    except (BotoCoreError, ClientError, PynamoDBException) as error:
        return _refused(f"AWS refused or didn't answer; what was done stands, and may be done again: {error}", console)
    return 0


def _refused(why: str, console: Console) -> int:
    console.print(why, style="red", markup=False, highlight=False)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.ops", description=__doc__)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--stage", help="a deployment, with the credentials and region you are signed in to: prod")
    place.add_argument("--kept", metavar="DIR", type=Path, help="what `make run ARGS='--state DIR'` kept")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "dead-letters", help="list what failed for good; with a queue, the first ten messages"
    )
    command.add_argument("queue", nargs="?")
    command.set_defaults(do=_dead_letters)
    command = commands.add_parser("redrive", help="send a queue's dead letters back to where they failed")
    command.add_argument("queue")
    command.set_defaults(do=_redrive)
    command = commands.add_parser("outbox", help="count mails by state; with a state, list them with what to do")
    command.add_argument("state", nargs="?", type=str.upper, choices=[state.value for state in State])
    command.set_defaults(do=_outbox)
    command = commands.add_parser("evaluate", help="evaluate a month again, for all or one municipality")
    command.add_argument("month", type=_month)
    command.add_argument("municipality", nargs="?", help="its code: 751")
    command.set_defaults(do=_evaluate)
    command = commands.add_parser("read-again", help="after a restore: have the files read that came since")
    command.add_argument("since", type=_instant, help="the moment restored to: 2025-03-01T08:00:00Z")
    command.set_defaults(do=_read_again)
    command = commands.add_parser(
        "settle-sent", help="after a restore, while no mail leaves: keep those that left since from leaving again"
    )
    command.add_argument("since", type=_instant, help="the moment restored to: 2025-03-01T08:00:00Z")
    command.set_defaults(do=_settle_sent)
    command = commands.add_parser("export", help="write every table to files, one JSON line an item")
    command.add_argument("directory", type=Path)
    command.add_argument("--purpose", required=True, help="why, in Danish: it is noted as a look at every agent")
    command.set_defaults(do=_export)
    return parser


def _dead_letters(arguments: argparse.Namespace, console: Console, _work: Work) -> None:
    if arguments.queue is None:
        table = Table("dead letters", "of", "messages", title="What failed for good")
        for each in dead_letters.waiting():
            table.add_row(each.queue, each.source, f"[red]{each.waiting}[/]" if each.waiting else "0")
        console.print(table)
        return
    table = Table("message", "taken", "body", title=arguments.queue)
    for letter in dead_letters.letters(arguments.queue):
        table.add_row(letter["MessageId"], letter["Attributes"]["ApproximateReceiveCount"], letter["Body"])
    console.print(table)


def _redrive(arguments: argparse.Namespace, console: Console, work: Work) -> None:
    sent = dead_letters.redrive(arguments.queue)
    work()
    console.print(f"{sent} messages sent back")


def _outbox(arguments: argparse.Namespace, console: Console, _work: Work) -> None:
    if arguments.state is None:
        counts = Counter({state: sum(1 for _ in outbox.in_state(state)) for state in State})
        table = Table("state", "mails", title="The outbox")
        for state in State:
            table.add_row(state.value, str(counts[state]))
        console.print(table)
        return
    table = Table("mail", "recorded", "attempts", "why", title=arguments.state)
    for mail_id, delivery in outbox.in_state(State(arguments.state)):
        why = outbox.explanation(delivery.reason) if delivery.reason else ""
        table.add_row(mail_id, f"{delivery.recorded_at:%Y-%m-%d %H:%M}", str(len(delivery.attempts)), why)
    console.print(table)


def _evaluate(arguments: argparse.Namespace, console: Console, work: Work) -> None:
    codes = sorted(figures.revisions(arguments.month))
    if arguments.municipality is not None:
        codes = [code for code in codes if code == arguments.municipality]
    if not codes:
        raise LookupError(f"no figures of {arguments.month} to evaluate")
    for code in codes:
        ask_for(Request(run=LIVE, municipality_code=code, from_month=arguments.month))
    work()
    console.print(
        f"{len(codes)} municipalities asked for from {arguments.month} on; what hasn't changed stays as it is"
    )


def _month(text: str) -> Month:
    """Raises: argparse.ArgumentTypeError: it is no month."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no month, such as 2025-01") from error


def _instant(text: str) -> datetime:
    """Raises: argparse.ArgumentTypeError: it is no moment, or doesn't say of which time zone."""
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found
    raise argparse.ArgumentTypeError(f"{text!r} is no moment with a time zone, such as 2025-03-01T08:00:00Z")


def _read_again(arguments: argparse.Namespace, console: Console, work: Work) -> None:
    told = reading_again.read_again(arguments.since)
    work()
    console.print(f"{told} files are read again; what was read already stays as it is")


def _settle_sent(arguments: argparse.Namespace, console: Console, _work: Work) -> None:
    find = sent_mails.from_mailbox if arguments.kept else sent_mails.from_logs
    table, counts = Table("mail", "last", "at", "now", title="To be looked at"), Counter[str]()
    for each, came_to in sent_mails.settled(find(arguments.since)):
        counts[came_to] += 1
        if came_to in ("not recorded", "uncertain"):
            table.add_row(each.mail_id, each.state.value, f"{each.at:%Y-%m-%d %H:%M}", came_to)
    if table.row_count:
        console.print(table)
    console.print(", ".join(f"{counts[name]} {name}" for name in ("settled", "known", "not recorded", "uncertain")))


def _export(arguments: argparse.Namespace, console: Console, _work: Work) -> None:
    exported = exporting.export(
        arguments.directory,
        who=where.operator(is_kept=arguments.kept is not None),
        purpose=f"Udtræk af alt: {arguments.purpose}",
        tell=lambda table, count: console.print(f"{count:>8}  {table}", highlight=False),
    )
    console.print(
        f"{exported} items in {arguments.directory}. They hold personal data: delete them when they are used."
    )


if __name__ == "__main__":
    sys.exit(main())
