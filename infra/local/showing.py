"""What the local run shows in the terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.common.clock import system_clock
from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import Line
from chalicelib.evaluation.rules import Outcome
from infra.local import seed
from infra.local.evaluating import Waiting
from infra.local.mailbox import SentMail
from infra.local.pump import Batch

#: The table's column of each outcome.
HEADING_BY_OUTCOME = {
    Outcome.OK: "ok",
    Outcome.STEP_1: "step 1",
    Outcome.STEP_2: "step 2",
    Outcome.PAUSE_PROPOSED: "proposed",
    Outcome.PROPOSAL_OPEN: "open",
    Outcome.NOT_CERTAIN: "not certain",
    Outcome.NOT_EVALUABLE: "not evaluable",
    Outcome.PAUSED: "paused",
}


@dataclass(slots=True)
class Step:
    """One piece of work in progress. It counts the messages that went through; `note` says what came of it."""

    messages: int = 0
    returned: int = 0
    note: str = ""

    def tell(self, batch: Batch) -> None:
        self.messages += batch.done
        self.returned += batch.returned


#: The example of a partner's client.
_CLIENT = Path(__file__).resolve().parents[2] / "examples" / "partner_client.py"


class Screen:
    """Writes progress and results: a line for each finished piece of work, and a spinner on it while it lasts."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        self._console.print(escape(text), highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, name: str, *, shown_idle: bool) -> Iterator[Step]:
        """Show a piece of work while it lasts, and a line of what it came to when it is done.

        Work that was no work has a line only if it is `shown_idle`.
        """
        step, begun = Step(), system_clock.now()
        with self._console.status(escape(name)):
            yield step
        if not (step.messages or step.returned or shown_idle):
            return
        seconds = (system_clock.now() - begun).total_seconds()
        returned = f", {step.returned} tried again" if step.returned else ""
        note = f"  {step.note}" if step.note else ""
        line = f"{name:<44} {step.messages:>4} messages{returned}  {seconds:>5.1f} s{note}"
        self._console.print(escape(line), highlight=False, soft_wrap=True)

    def months(
        self, lines_by_month: Mapping[Month, Iterable[Line]], dry_months: frozenset[Month], mails: Iterable[SentMail]
    ) -> None:
        """Show the table of months: agents by outcome, and the mails about each month."""
        table = Table(
            title="The follow-up procedure, month by month",
            title_justify="left",
            box=None,
            pad_edge=False,
            padding=(0, 1, 0, 0),
        )
        for heading in ("month", "run"):
            table.add_column(heading, no_wrap=True)
        for heading in ("agents", *HEADING_BY_OUTCOME.values(), "mails"):
            table.add_column(heading.replace(" ", "\n"), justify="right")
        mail_ids = [mail.tags.get("mail_id", "") for mail in mails]
        for month, lines in sorted(lines_by_month.items()):
            count_by_outcome = Counter(line.outcome for line in lines)
            counts = [count_by_outcome.total(), *(count_by_outcome[outcome] for outcome in HEADING_BY_OUTCOME)]
            mails_of_month = sum(str(month) in mail_id.split("_") for mail_id in mail_ids)
            run = "dry" if month in dry_months else "live"
            table.add_row(str(month), run, *(str(count) for count in counts), str(mails_of_month))
        self._console.print(table)

    def nothing_to_drop(self, folder: Path) -> None:
        self.say(f"Nothing to drop in {folder}: files lie in folders by kind there, like agent-kpi/2025-01.csv.")

    def waiting(self, waiting: Waiting) -> None:
        missing = ", ".join(waiting.missing)
        if missing:
            count = len(waiting.missing)
            self.say(f"{waiting.month} waits for figures of {count}: {missing}. Drop them, or add --without-missing.")
        else:
            self.say(f"{waiting.month} waits until the months before it are evaluated everywhere.")

    def addresses(self, *, site: str, viewer: str, partner_key: Path, webhook_port: int) -> None:
        """Show where to go next, who may sign in there, and how a partner's system calls and is called."""
        self.say(f"Membership request: {site}/indmeldelse")
        self.say(f"Sign in: {site}/log-ind  as one of these; the link comes as a mail in the viewer:")
        for role, address in seed.shown():
            self.say(f"  {role:<20} {address}")
        client = f"{_near(Path(sys.executable))} {_near(_CLIENT)} --folder {_near(partner_key)}"
        self.say("Call the API as the partner RenoSyd, and take its webhooks (docs/partner-api.md):")
        self.say(f"  {client} --url {site} agreement")
        self.say(f"  {client} listen --port {webhook_port}")
        self.say(f"Mails and reports: {viewer}  (Ctrl-C ends)")

    def dead_letters(self, count_by_queue: Mapping[str, int]) -> None:
        for queue, count in count_by_queue.items():
            self.say(f"{count} messages ended in the dead letters of {queue}.")


def _near(path: Path) -> Path:
    """Return the path as it is written from here, if it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
