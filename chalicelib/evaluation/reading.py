"""What others may read of the evaluation: a run's month, a municipality's months, all that was said of an agent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib.cases import naming
from chalicelib.cases import store as cases
from chalicelib.common import municipalities
from chalicelib.common.months import Month
from chalicelib.evaluation import home_store, letters, run_store, store, wording
from chalicelib.evaluation.ledger import Line, MonthCounts, MunicipalityMonth
from chalicelib.evaluation.requests import LIVE
from chalicelib.evaluation.rules import BELOW_TARGET, Outcome
from chalicelib.rulebook import book as rulebook

__all__ = [
    "BELOW_TARGET",
    "LIVE",
    "OUTCOME_TEXT",
    "LastRows",
    "Line",
    "MonthCounts",
    "MunicipalityMonth",
    "Outcome",
    "Said",
    "counts_by_month",
    "help_for",
    "help_of",
    "last_rows",
    "line_facts",
    "lines",
    "mail_ids",
    "months_of",
    "rows_of",
    "said_of_agent",
]

#: What people read of an outcome.
OUTCOME_TEXT = wording.STEP_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one revision of a municipality's month said of an agent. `line` is None where it took back what was said.

    `is_current`: whether no later revision of the month was made.
    """

    run: str
    evaluated: MunicipalityMonth
    line: Line | None
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRows:
    """The last month in which an agent has a line, by any of its names, and where; `month` None: there is none."""

    month: Month | None
    municipality_codes: frozenset[str]


def lines(run: str, month: Month) -> tuple[Line, ...]:
    """Return the month's current ledger lines of all municipalities, by municipality code and agent."""
    heads = store.heads(run, municipalities.by_code)
    evaluated = (store.current(run, head, month) for _, head in sorted(heads.items()))
    return tuple(line for each in evaluated if each is not None for line in each.lines)


def counts_by_month(run: str = LIVE) -> dict[Month, dict[str, MonthCounts]]:
    """Return what each evaluated month came to, by month and municipality code: the same after its lines are erased."""
    found: dict[Month, dict[str, MonthCounts]] = {}
    for code, head in sorted(store.heads(run, municipalities.by_code).items()):
        for month, counts in head.counts_by_month.items():
            found.setdefault(month, {})[code] = counts
    return dict(sorted(found.items()))


def months_of(municipality_code: str, *, most: int = 12) -> tuple[MunicipalityMonth, ...]:
    """Return the current revisions of a municipality's latest `most` months of the live run, oldest first."""
    head = store.heads(LIVE, [municipality_code])[municipality_code]
    return store.currents(LIVE, head, sorted(head.revision_by_month)[-most:])


def help_for(line: Line, *, today: date) -> dict[str, Any] | None:
    """Return what can be done for an agent after a line below target, and what happens next; None after any other.

    What happens to a proposal isn't in it: the case says that.
    """
    if line.outcome not in BELOW_TARGET | {Outcome.PAUSED}:
        return None
    counted = {line.outcome} & {Outcome.STEP_1, Outcome.STEP_2, Outcome.NOT_CERTAIN}
    return {
        **help_of(line.municipality_code, line.month, today=today),
        "next_steps": wording.next_steps(counted, month=line.month, book=rulebook.load(), read_on=today),
    }


def help_of(municipality_code: str, month: Month, *, today: date) -> dict[str, Any]:
    """Return a month's target, and where a municipality finds help: as every mail says it."""
    return wording.guidance(municipality_code, month, book=rulebook.load(), read_on=today)


def rows_of(agent: str) -> dict[str, tuple[Month, ...]]:
    """Return the months in which an agent id has a line in the live run, oldest first, by municipality code."""
    codes = sorted(home_store.homes(LIVE, [agent]).get(agent, ()))
    months_by_code = {code: _months_with(agent, head) for code, head in store.heads(LIVE, codes).items()}
    return {code: months for code, months in months_by_code.items() if months}


def last_rows(agent: str) -> LastRows:
    """Return where the agent last had a row, by all its names: whose agent it is now."""
    names = naming.all_names(agent, cases.of_agents_by_all_names([agent]))
    rows = [(month, code) for name in names for code, months in rows_of(name).items() for month in months]
    last = max((month for month, _ in rows), default=None)
    return LastRows(month=last, municipality_codes=frozenset(code for month, code in rows if month == last))


def _months_with(agent: str, head: store.Head) -> tuple[Month, ...]:
    evaluated = store.currents(LIVE, head, head.revision_by_month)
    return tuple(each.month for each in evaluated if agent in each.line_by_agent())


def said_of_agent(agent: str) -> tuple[Said, ...]:
    """Return all that was ever said of an agent, by run, municipality, month and revision.

    Of the live run and every dry one; of a month's revisions the first and those that said something else than the one
    before. Calls: one for the runs, two a run, and one query for each municipality in which the agent had rows.
    """
    found = []
    for run in (LIVE, *(each.run for each in run_store.runs())):
        for code in sorted(home_store.homes(run, [agent]).get(agent, ())):
            current = store.heads(run, [code])[code].revision_by_month
            said: Line | None = None
            month = None
            for evaluated in store.every_revision(run, code):
                if evaluated.month != month:
                    month, said = evaluated.month, None
                line = evaluated.line_by_agent().get(agent)
                if line != said:
                    is_current = current.get(evaluated.month) == evaluated.revision
                    found.append(Said(run=run, evaluated=evaluated, line=line, is_current=is_current))
                said = line
    return tuple(found)


def mail_ids(municipality_codes: Iterable[str]) -> Iterator[str]:
    """Yield the ids that the mails about these municipalities' months have, or would have: most revisions caused none.

    A correction's mail is named after its first changed month, so an agent may be in the mail of another month.
    """
    for code, head in store.heads(LIVE, municipality_codes).items():
        for month, current in head.revision_by_month.items():
            yield f"summary_{month}"
            for revision in range(1, current + 1):
                correction = letters.correction_id(code, month, revision)
                yield from (letters.notice_id(code, month, revision), correction, letters.copy_id(correction))


def line_facts(line: Line) -> dict[str, Any]:
    """Return what is shown to people of a line: its figures, step and source as in the mails, and why."""
    return {**wording.line_facts(line), "reason": wording.REASON_TEXT[line.reason]}
