"""`python -m infra.ops`: what whoever runs the service does by hand, on a deployment or on a local run's kept state."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chalicelib.access import staff
from chalicelib.access.people import Person, Role
from chalicelib.common.clock import system_clock
from chalicelib.common.months import Month
from chalicelib.evaluation.requests import LIVE, Request, ask_for
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.mail.addresses import check_address
from chalicelib.mail.outbox import State
from infra.ops import dead_letters, exporting, problems, reading_again, sent_mails, where
from infra.ops.problems import Refused
from infra.ops.where import Place


def main(words: Sequence[str] | None = None, *, console: Console | None = None) -> int:
    """Return the exit code: 1 when something is to be put right first."""
    arguments = _parser().parse_args(words)
    console = console or Console()
    try:
        with _place(arguments) as there:
            arguments.do(arguments, console, there)
    except problems.EXPECTED as problem:
        console.print(problems.said(problem), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0


def _place(arguments: argparse.Namespace) -> AbstractContextManager[Place]:
    if arguments.stage:
        return where.deployment(arguments.stage)
    from infra.ops import kept  # the emulated AWS, which no deployment needs

    return kept.kept_state(arguments.kept)


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
    command.add_argument(
        "--body", action="store_true", help="whole messages: addresses and names of files may stand there"
    )
    command.set_defaults(do=_dead_letters)
    command = commands.add_parser("redrive", help="send a queue's dead letters on to where they failed")
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
    command.add_argument("directory", type=Path, help="a folder that isn't there yet")
    command.add_argument("--purpose", required=True, help="why, in Danish: it is noted as a look at every agent")
    command.set_defaults(do=_export)
    command = commands.add_parser("give-access", help="let an address of the secretariat's sign in")
    command.add_argument("address")
    command.set_defaults(do=_give_access)
    return parser


def _dead_letters(arguments: argparse.Namespace, console: Console, _there: Place) -> None:
    if arguments.queue is None:
        table = Table("dead letters", "of", "messages", title="What failed for good")
        for each in dead_letters.waiting():
            table.add_row(each.queue, each.source, f"[red]{each.waiting}[/]" if each.waiting else "0")
        console.print(table)
        return
    letters = dead_letters.some_of(arguments.queue)
    if not letters:
        _line(console, f"no messages in {arguments.queue}")
    for letter in letters:
        _line(console, letter.message_id, f"taken {letter.taken} times", letter.told())
        if arguments.body:
            _line(console, letter.body)


def _redrive(arguments: argparse.Namespace, console: Console, there: Place) -> None:
    done = dead_letters.redrive(arguments.queue, invoke=there.invoke)
    there.work()
    for place, count in sorted(done.count_by_place.items()):
        _line(console, f"{count} messages to {place}")
    for letter in done.left:
        _line(console, letter.message_id, f"stays, for nothing says what it was for: {letter.told()}")
    console.print(f"{done.count_by_place.total()} messages sent on, {len(done.left)} stay")


def _outbox(arguments: argparse.Namespace, console: Console, _there: Place) -> None:
    if arguments.state is None:
        counts = Counter({state: sum(1 for _ in outbox.in_state(state)) for state in State})
        table = Table("state", "mails", title="The outbox")
        for state in State:
            table.add_row(state.value, str(counts[state]))
        console.print(table)
        return
    mails = list(outbox.in_state(State(arguments.state)))
    if not mails:
        _line(console, f"no mails are {arguments.state}")
    for mail_id, delivery in mails:
        why = outbox.explanation(delivery.reason) if delivery.reason else ""
        _line(console, mail_id, f"{delivery.recorded_at:%Y-%m-%d %H:%M}", f"{len(delivery.attempts)} attempts", why)


def _evaluate(arguments: argparse.Namespace, console: Console, there: Place) -> None:
    codes = sorted(figures.revisions(arguments.month))
    if arguments.municipality is not None:
        codes = [code for code in codes if code == arguments.municipality]
    if not codes:
        raise Refused(f"no figures of {arguments.month} to evaluate")
    for code in codes:
        ask_for(Request(run=LIVE, municipality_code=code, from_month=arguments.month))
    there.work()
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
    """Raises: argparse.ArgumentTypeError: it is no moment that has been, or doesn't say of which time zone."""
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            if found > system_clock.now():
                raise argparse.ArgumentTypeError(f"{text!r} is still to come: nothing came since then")
            return found
    raise argparse.ArgumentTypeError(f"{text!r} is no moment with a time zone, such as 2025-03-01T08:00:00Z")


def _read_again(arguments: argparse.Namespace, console: Console, there: Place) -> None:
    told = reading_again.read_again(arguments.since)
    there.work()
    console.print(f"{told} files are read again; what was read already stays as it is")


def _settle_sent(arguments: argparse.Namespace, console: Console, _there: Place) -> None:
    find = sent_mails.from_mailbox if arguments.kept else sent_mails.from_logs
    counts = Counter[str]()
    for each, came_to in sent_mails.settled(find(arguments.since)):
        counts[came_to] += 1
        if came_to in ("not recorded", "uncertain"):
            _line(console, each.mail_id, each.state.value, f"{each.at:%Y-%m-%d %H:%M}", came_to)
    console.print(", ".join(f"{counts[name]} {name}" for name in ("settled", "known", "not recorded", "uncertain")))


def _export(arguments: argparse.Namespace, console: Console, _there: Place) -> None:
    exported = exporting.export(
        arguments.directory,
        who=where.operator(is_kept=arguments.kept is not None),
        purpose=f"Udtræk af alt: {arguments.purpose}",
        tell=lambda table, count: console.print(f"{count:>8}  {table}", highlight=False),
    )
    _line(
        console,
        f"{exported} items in {arguments.directory}, without the bucket's files and what waits in queues. They hold "
        "personal data: delete them when they are used.",
    )


def _give_access(arguments: argparse.Namespace, console: Console, _there: Place) -> None:
    person = Person(address=check_address(arguments.address), role=Role.SECRETARIAT)
    staff.give(person, by=where.operator(is_kept=arguments.kept is not None), clock=system_clock)
    _line(console, f"{person.address} may sign in as the secretariat. It is noted at Adgang, with who gave it.")


def _line(console: Console, *words: str) -> None:
    """Print what belongs together on one line, however narrow the screen: ids are copied from there."""
    console.print("  ".join(word for word in words if word), soft_wrap=True, markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
