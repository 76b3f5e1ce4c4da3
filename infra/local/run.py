"""The main job on the emulated AWS: seed, drop, evaluate, deliver; and what is written of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import Line
from chalicelib.kpi.drops import Drop
from infra.local import dropping, evaluating, mail_files, mailbox, partner_side, reports, seed, seed_partners, snapshot
from infra.local.arguments import Arguments
from infra.local.functions import Function
from infra.local.pump import Pump, dead_letters
from infra.local.showing import Screen, Step


class Job:
    """One run of the main job over what `arguments` name. The emulated AWS is up."""

    def __init__(self, arguments: Arguments, screen: Screen, functions: Mapping[str, Function], pump: Pump) -> None:
        self._arguments = arguments
        self._screen = screen
        self._functions = functions
        self._pump = pump
        self._months_by_run: dict[str, list[Month]] = {}
        self._dry_months: set[Month] = set()

    def do(self) -> None:
        """Do everything; what comes of it is shown and written as it comes."""
        seed.seed()
        self._drain_left_over()
        if not self._arguments.once:
            self._enter_partner()
        drops = list(dropping.drops_in(self._arguments.drops))
        if not drops:
            self._screen.nothing_to_drop(self._arguments.drops)
        for drop in drops:
            with self._step(drop.key) as step:
                version_id = dropping.put(drop)
                self._drain(step)
                step.note = _what_became_of(reports.drop_of(drop.key, version_id))
        for start in evaluating.starts_of(self._arguments.months, dry_run=self._arguments.dry_run):
            self._evaluate(start)
        lines_by_month = self._lines_by_month()
        self._screen.months(lines_by_month, frozenset(self._dry_months), mailbox.sent)
        if self._arguments.outcomes:
            evaluating.write_outcomes(self._arguments.outcomes, lines_by_month)
        if self._arguments.mails:
            mail_files.write(self._arguments.mails, mailbox.sent)

    def dead_letters(self) -> Mapping[str, int]:
        """Return how many messages ended in each queue's dead letters, where there are any."""
        return dead_letters(self._functions.values())

    def _drain_left_over(self) -> None:
        """Finish what an earlier run of the same state left in the queues."""
        if self._arguments.state:
            with self._step("left over from the earlier run", shown_idle=False) as step:
                self._drain(step)

    def _enter_partner(self) -> None:
        """Enter RenoSyd, with what it calls the API with: only where somebody may call."""
        with self._step("RenoSyd's agreements", shown_idle=False) as step:
            seed_partners.seed()
            self._drain(step)
            partner_side.equip(self._arguments.partner_key, webhook_port=self._arguments.webhook_port)

    def _evaluate(self, start: evaluating.Start) -> None:
        with self._step(str(start)) as step:
            started = evaluating.start(
                start,
                call=self._function("start-evaluation").call,
                drain=lambda: self._drain(step),
                without_missing=self._arguments.without_missing,
            )
            step.note = _what_began_before(start, started)
        if started.waiting:
            self._screen.waiting(started.waiting)
        self._months_by_run.setdefault(started.run, []).extend(start.months)
        if start.is_dry:
            self._dry_months.update(start.months)

    def _lines_by_month(self) -> dict[Month, tuple[Line, ...]]:
        """Return what came of every month that was asked for, corrections by later months included."""
        lines: dict[Month, tuple[Line, ...]] = {}
        for run, months in self._months_by_run.items():
            lines |= evaluating.lines_by_month(run, months)
        return lines

    def _drain(self, step: Step) -> None:
        """Work until nothing waits: the queues, then what the sweeper finds, as it would five minutes later."""
        self._pump.drain(tell=step.tell)
        self._function("sweep-outbox").call({})
        self._pump.drain(tell=step.tell)

    @contextmanager
    def _step(self, name: str, *, shown_idle: bool = True) -> Iterator[Step]:
        with self._screen.step(name, shown_idle=shown_idle) as step:
            yield step
        if self._arguments.state:
            snapshot.save(self._arguments.state)

    def _function(self, name: str) -> Function:
        return self._functions[name]


def _what_began_before(start: evaluating.Start, started: evaluating.Started) -> str:
    before = [str(month) for month in started.months if month not in start.months]
    return f"after {', '.join(before)}" if before else ""


def _what_became_of(drop: Drop | None) -> str:
    if drop is None:
        return "not taken: see the dead letters"
    if not drop.count_by_name:
        return drop.status.value.replace("_", " ")
    accepted, rejected = drop.count_by_name.get("accepted", 0), drop.count_by_name.get("rejected", 0)
    return f"{drop.status.value.replace('_', ' ')}: {accepted} rows stand, {rejected} rejected"
