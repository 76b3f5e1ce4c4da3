"""Start the evaluation of months: in force, or as a dry run.

A month in force is started when it is over, the months before it are started, and every active member of the contact
centre has figures. Starting it twice, or from two places at once, is starting it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from chalicelib.common import municipalities
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.danish import counted, long_date, month_name
from chalicelib.common.errors import Conflict, Refused
from chalicelib.common.months import Month, months_from
from chalicelib.evaluation import run_store, schedule, store
from chalicelib.evaluation.requests import LIVE, Request, ask_for
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook import retention
from chalicelib.rulebook.rules import RuleBook, RuleName
from chalicelib.runtime import settings

_HEALED_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a start came to: the month started now, if any, and the first one that waits.

    `missing` are the codes of the municipalities that it waits for; none, when it only waits its turn.
    """

    started: tuple[Month, ...]
    waiting_for: Month | None = None
    missing: tuple[str, ...] = ()


class MonthNotOver(Refused):
    """Raised when a month is to be evaluated before it is over."""

    code = "month_not_over"

    def __init__(self, month: Month) -> None:
        over = long_date(month.next().first_day)
        super().__init__(f"{month_name(month).capitalize()} er ikke slut. Måneden kan evalueres fra {over}.")


class TooEarlyWithoutMissing(Refused):
    """Raised when a month is to be started without missing municipalities before they have had their days."""

    code = "too_early_without_missing"

    def __init__(self, month: Month, *, from_day: date) -> None:
        name = month_name(month).capitalize()
        super().__init__(f"{name} kan tidligst startes uden de manglende kommuner den {long_date(from_day)}.")


class NotADryRun(Refused):
    """Raised when a dry run is asked for that ends before it begins, or that runs into the procedure unasked."""

    code = "not_a_dry_run"

    def __init__(self, first: Month, last: Month) -> None:
        super().__init__(
            f"En prøvekørsel fra {month_name(first)} til {month_name(last)} er ikke mulig. Vend månederne, eller bed "
            "udtrykkeligt om en prøvekørsel, hvis den skal gå ind i måneder, der er i kraft."
        )


def procedure_start(*, clock: Clock = system_clock) -> Month:
    """Return the first month in force."""
    return rulebook.load().procedure_start(clock.today())


def start_month(month: Month, *, without_missing: bool = False, clock: Clock = system_clock) -> Started:
    """Start the oldest month in force, up to `month`, that isn't started, if it is complete.

    One month a call: an agent who moved is judged when the month before is evaluated everywhere. Several months wait
    only after an outage; call again, as the daily watchdog does, until `waiting_for` is None. For the latest months
    already started, ask again for the municipalities whose evaluation isn't of their current figures: that heals what
    a lost message left. `without_missing` is the secretariat's decision to go on without those that miss in `month`
    itself.

    Raises:
        MonthNotOver: the month isn't over.
        TooEarlyWithoutMissing: the missing municipalities still have days left.
    """
    if month >= Month.of(clock.today()):
        raise MonthNotOver(month)
    book = rulebook.load()
    due_by_month = {due.month: due for due in run_store.due_months(LIVE)}
    started: tuple[Month, ...] = ()
    first_kept = retention.last_erased(book, clock.today()).next()
    begins = max(book.procedure_start(clock.today()), first_kept)
    for each in months_from(_first_to_start_or_heal(month, due_by_month, begins), month):
        with_figures = figures.revisions(each)
        if each not in due_by_month:
            if started:
                return Started(started=started, waiting_for=each)
            missing = _missing(each, with_figures)
            if missing and not (without_missing and each == month):
                _tell_who_is_missing(each, missing, book=book, clock=clock)
                return Started(started=(), waiting_for=each, missing=missing)
            if missing:
                _check_days_have_passed(each, book=book, clock=clock)
            _add_due(LIVE, run_store.DueMonth(month=each, without=missing, started_on=clock.today()))
            started = (each,)
        _ask_for_those_out_of_date(LIVE, each, with_figures)
    return Started(started=started)


def start_latest(*, clock: Clock = system_clock) -> Started:
    """Start what the calendar says is due; nothing before the procedure's first month."""
    month = schedule.month_due_on(clock.today())
    if month < procedure_start(clock=clock):
        return Started(started=())
    return start_month(month, clock=clock)


def start_dry_run(first: Month, last: Month, *, clock: Clock = system_clock) -> str:
    """Start a dry run over the months, which begins from nothing and mails nobody; return its run id.

    Months without figures are passed over. Starting it again brings it up to date with the figures as they stand.

    Raises:
        MonthNotOver: the last month isn't over.
        NotADryRun: the months end before they begin.
    """
    if last < first:
        raise NotADryRun(first, last)
    if last >= Month.of(clock.today()):
        raise MonthNotOver(last)
    run = f"dry-{first}-{last}"
    # First of all, so that whatever a run leaves is found by its name.
    with suppress(Conflict):
        run_store.add_run(run_store.DryRun(run=run, first=first, last=last, started_on=clock.today()))
    with_figures: set[str] = set()
    for month in months_from(first, last):
        found = figures.revisions(month)
        with_figures.update(found)
        _add_due(run, run_store.DueMonth(month=month, without=_missing(month, found), started_on=clock.today()))
    for code in sorted(with_figures):
        ask_for(Request(run=run, municipality_code=code, from_month=first))
    return run


def _first_to_start_or_heal(month: Month, due: Collection[Month], begins: Month) -> Month:
    """Return the first month to look at: years of months that were started are not looked at again."""
    unstarted = max(due).next() if due else begins
    return max(begins, min(unstarted, month.plus(1 - _HEALED_MONTHS)))


def _add_due(run: str, due: run_store.DueMonth) -> None:
    """Store the start; somebody else having stored it first is as good."""
    with suppress(Conflict):
        run_store.add_due(run, due)


def _missing(month: Month, with_figures: dict[str, int]) -> tuple[str, ...]:
    return tuple(
        member.municipality_code for member in register.active_in(month) if member.municipality_code not in with_figures
    )


def _check_days_have_passed(month: Month, *, book: RuleBook, clock: Clock) -> None:
    wait_days = book.in_force(RuleName.WAIT_FOR_FIGURES_DAYS, clock.today()).value
    from_day = schedule.first_day_without_missing(month, wait_days=wait_days)
    if clock.today() < from_day:
        raise TooEarlyWithoutMissing(month, from_day=from_day)


def _ask_for_those_out_of_date(run: str, month: Month, with_figures: dict[str, int]) -> None:
    """Ask for the municipalities whose figures of the month aren't those that were evaluated."""
    for code, head in sorted(store.heads(run, with_figures).items()):
        if head.figures_revision_by_month.get(month) != with_figures[code]:
            ask_for(Request(run=run, municipality_code=code, from_month=month))


def _tell_who_is_missing(month: Month, missing: tuple[str, ...], *, book: RuleBook, clock: Clock) -> None:
    """Tell the secretariat once for each set of missing municipalities, however often the month is tried."""
    who = hashlib.sha256(" ".join(missing).encode()).hexdigest()[:12]
    wait_days = book.in_force(RuleName.WAIT_FOR_FIGURES_DAYS, clock.today()).value
    mail = outbox.Mail(
        mail_id=f"missing_{month}_{who}",
        to=(settings.secretariat_address(),),
        subject=f"Tal mangler for {month_name(month)}: {counted(len(missing), 'kommune', 'kommuner')}",
        template="evaluation/missing",
        facts={
            "month": str(month),
            "missing": [municipalities.by_code[code].name for code in missing],
            "without_from": long_date(schedule.first_day_without_missing(month, wait_days=wait_days)),
        },
        send_from=book.release_date(clock.today()),
    )
    if outbox.record_alone(mail, clock=clock):
        outbox.nudge([mail.mail_id])
