"""Dry runs as people meet them: start one, see how far it is, and read the mails that nobody was sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.common import municipalities
from chalicelib.common.clock import Clock
from chalicelib.common.months import Month
from chalicelib.evaluation import letters, run_store, schedule, service, store
from chalicelib.evaluation.ledger import MunicipalityMonth
from chalicelib.evaluation.rules import BELOW_TARGET, Outcome
from chalicelib.evaluation.run_store import DryRun
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.rulebook import book as rulebook

__all__ = [
    "DryRun",
    "Evaluated",
    "Letter",
    "MonthOfRun",
    "Told",
    "find",
    "known",
    "letter",
    "months_of",
    "months_to_try",
    "start",
]

#: How far back figures are looked for.
_MOST_MONTHS = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a municipality's month came to in a dry run: agents by outcome, and those a mail would tell of."""

    municipality_code: str
    count_by_outcome: Mapping[Outcome, int]
    agents_told: int

    @property
    def agents(self) -> int:
        return sum(self.count_by_outcome.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfRun:
    """A month of a dry run, by municipality code.

    `missing` have figures and aren't evaluated yet; the figures of the `outdated` were corrected since.
    """

    month: Month
    told: tuple[Told, ...]
    missing: tuple[str, ...]
    outdated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The mail that a municipality would have got."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """A municipality's month in a dry run: everybody in it, and the mail; None when there is nothing to tell."""

    agents: tuple[str, ...]
    letter: Letter | None


def known() -> tuple[DryRun, ...]:
    """Return every dry run, the earliest months first."""
    return run_store.runs()


def find(run: str) -> DryRun | None:
    """Return the dry run by its id; None when there is none."""
    return next((each for each in known() if each.run == run), None)


def months_to_try(*, clock: Clock) -> tuple[Month, ...]:
    """Return the months with figures before the procedure's start, oldest first, of the latest 36 that are over."""
    this_month = Month.of(clock.today())
    until = min(this_month, service.procedure_start(clock=clock)).previous()
    return tuple(figures.stored_revisions(this_month.plus(-_MOST_MONTHS), until))


def start(first: Month, last: Month, *, clock: Clock) -> str:
    """Start a dry run over the months, or bring it up to date; return its id.

    Raises:
        MonthNotOver: the last month isn't over.
        NotADryRun: the months end before they begin.
    """
    return service.start_dry_run(first, last, clock=clock)


def months_of(run: DryRun) -> tuple[MonthOfRun, ...]:
    """Return the run's months that have figures, oldest first."""
    revisions = figures.stored_revisions(run.first, run.last)
    heads = store.heads(run.run, municipalities.by_code)
    evaluated = store.all_currents(run.run, heads.values(), revisions)
    return tuple(
        MonthOfRun(
            month=month,
            told=tuple(_told(each) for each in evaluated if each.month == month),
            missing=tuple(sorted(code for code in codes if month not in heads[code].revision_by_month)),
            outdated=tuple(
                sorted(
                    code
                    for code, revision in codes.items()
                    if heads[code].figures_revision_by_month.get(month, revision) != revision
                )
            ),
        )
        for month, codes in revisions.items()
    )


def letter(run: DryRun, month: Month, municipality_code: str) -> Evaluated | None:
    """Return the mail as it would have been written on the month's day of evaluation; None when it isn't evaluated.

    Nothing is recorded or sent.
    """
    head = store.heads(run.run, [municipality_code])[municipality_code]
    now = store.current(run.run, head, month)
    if now is None:
        return None
    mail = letters.notice(now, book=rulebook.load(), today=schedule.evaluation_day(month))
    return Evaluated(agents=tuple(line.agent for line in now.lines), letter=None if mail is None else _letter(mail))


def _letter(mail: outbox.Mail) -> Letter:
    text, html = outbox.rendered(mail)
    return Letter(subject=mail.subject, text=text, html=html)


def _told(evaluated: MunicipalityMonth) -> Told:
    counts = Counter(line.outcome for line in evaluated.lines)
    return Told(
        municipality_code=evaluated.municipality_code,
        count_by_outcome=counts,
        agents_told=sum(counts[outcome] for outcome in BELOW_TARGET),
    )
