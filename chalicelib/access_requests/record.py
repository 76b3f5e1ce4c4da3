"""Everything that is held about one agent, gathered from where it lies (GDPR art. 15).

The number of calls to AWS is bounded by months and municipalities, not by how much is stored: for each month kept one
read and one batch of the figures; for each run and municipality in which the agent had rows one query; for each
revision of those municipalities' months three mails, for each entry of the history two; for each municipality and month
with looks at the agent, and each month of looks at several, one query, and as much again to check their chains. An
agent of one municipality with all of 36 months takes some 350 calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chalicelib.access import look_log
from chalicelib.access.look_log import Checked, Look
from chalicelib.cases import letters, naming, store
from chalicelib.cases.dossier import Dossier, Entry
from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.months import Month, months_from
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import Said
from chalicelib.kpi import figures
from chalicelib.kpi.figures import AgentFigure
from chalicelib.mail import outbox
from chalicelib.mail.outbox import MailState
from chalicelib.rulebook.rules import RuleBook, RuleName


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is held under an agent's id. `other_ids` are those that the agent had or has; `mails` those that name it."""

    agent: str
    other_ids: tuple[str, ...]
    figures: tuple[AgentFigure, ...]
    said: tuple[Said, ...]
    dossier: Dossier
    history: tuple[Entry, ...]
    mails: tuple[MailState, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.figures or self.said or self.dossier.version)

    @property
    def municipality_codes(self) -> tuple[str, ...]:
        """The municipalities in which anything of the agent stands."""
        return tuple(
            sorted(
                {each.municipality_code for each in self.figures}
                | {each.evaluated.municipality_code for each in self.said}
                | {each.ground.municipality_code for each in self.dossier.cases}
                | {each.municipality_code for each in self.dossier.proofs}
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The looks at an agent, oldest first, and what a check of the chains that they stand in found."""

    looks: tuple[Look, ...]
    checked: tuple[Checked, ...]

    @property
    def is_unbroken(self) -> bool:
        return not any(each.broken for each in self.checked)


def of_agent(agent: str, *, today: date, book: RuleBook) -> Record:
    """Return what is held about the agent."""
    said = reading.said_of_agent(agent)
    history = store.history(agent)
    dossier = store.get(agent)
    found = figures.agent_months(agent, months_held(today, book))
    return Record(
        agent=agent,
        other_ids=tuple(
            each for each in naming.all_names(agent, store.of_agents_by_all_names([agent])) if each != agent
        ),
        figures=found,
        said=said,
        dossier=dossier,
        history=history,
        mails=_mails(dossier, said, history, found),
    )


def looks_at(record: Record, *, now: datetime, book: RuleBook) -> Looks:
    """Return the looks at the agent, in whatever municipality, and where agents of several are shown.

    Looks lie in the months of real instants, whatever the business date is.
    """
    months = months_held(now.astimezone(COPENHAGEN).date(), book)
    looks = look_log.of_agent(record.agent, since=months[0], until=months[-1])
    codes = {look.municipality_code for look in looks if look.municipality_code}.union(record.municipality_codes)
    return Looks(
        looks=looks,
        checked=tuple(look_log.check(scope, also=months) for scope in (*sorted(codes), look_log.EVERYWHERE)),
    )


def months_held(today: date, book: RuleBook) -> tuple[Month, ...]:
    """Return the months of which anything may be held: what is past the rule is erased up to a month late.

    By the longest rule there was: a shorter one may not have erased everything yet. The next month too, for whom a
    clock is ahead.

    Raises:
        NoRuleInForce: the rulebook says nothing of retention yet.
    """
    in_force = book.in_force(RuleName.RETENTION_MONTHS, today).value
    longest = max([in_force, *(rule.value for rule in book.rules if rule.name is RuleName.RETENTION_MONTHS)])
    this = Month.of(today)
    return tuple(months_from(this.plus(-longest - 1), this.next()))


def _mails(
    dossier: Dossier, said: Sequence[Said], history: Sequence[Entry], found: Sequence[AgentFigure]
) -> tuple[MailState, ...]:
    ids = {
        *reading.mail_ids({each.evaluated.municipality_code for each in said}),
        *(mail_id for entry in history for mail_id in letters.mail_ids(dossier, entry)),
        *(f"drop_{each.source.drop_id}" for each in found),
    }
    states = [state for mail_id in sorted(ids) if (state := outbox.state_of(mail_id)) is not None]
    named = [state for state in states if dossier.agent in _texts(state.mail.facts)]
    return tuple(sorted(named, key=lambda state: state.delivery.recorded_at))


def _texts(facts: Any) -> Iterator[str]:
    """Yield every text in a mail's facts."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, dict):
        for each in facts.values():
            yield from _texts(each)
    elif isinstance(facts, list | tuple):
        for each in facts:
            yield from _texts(each)
