"""The mails to a municipality about its agents: who gets which, and the facts they are written from.

One notice per municipality and month, to its own leaders, with only its own agents; one correction mail where a
standing changed. The words stand in wording.py and templates/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.common import municipalities
from chalicelib.common.danish import listed, month_name
from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import Change, MunicipalityMonth
from chalicelib.evaluation.rules import BELOW_TARGET, STEPS_BEFORE_A_PROPOSAL, Outcome, Standing
from chalicelib.evaluation.wording import guidance, line_facts, next_steps
from chalicelib.mail.outbox import Mail
from chalicelib.mail.receivers import leaders_of
from chalicelib.rulebook.rules import RuleBook
from chalicelib.runtime import settings


def notice_id(municipality_code: str, month: Month, revision: int) -> str:
    """Return the id of the mail about a revision of a month."""
    return f"notice_{month}_{municipality_code}_r{revision}"


def correction_id(municipality_code: str, month: Month, revision: int) -> str:
    """Return the id of the leaders' mail about a correction, whose first changed month came to this revision."""
    return f"correction_{month}_{municipality_code}_r{revision}"


def copy_id(mail_id: str) -> str:
    """Return the id of the secretariat's copy of a correction mail."""
    return mail_id.replace("correction", "correction-copy", 1)


#: What a notice says of a line anyway, and a pause, which somebody decided.
_DECIDED_OR_TOLD = BELOW_TARGET | {Outcome.PAUSED}


def notice(evaluated: MunicipalityMonth, *, book: RuleBook, today: date) -> Mail | None:
    """Return the municipality's mail about a month; None when every outcome is ok or not evaluable."""
    below = [line for line in evaluated.lines if line.outcome in BELOW_TARGET]
    if not below:
        return None
    code, month = evaluated.municipality_code, evaluated.month
    name = municipalities.by_code[code].name
    read_on = book.release_date(today) or today
    return Mail(
        mail_id=notice_id(code, month, evaluated.revision),
        to=leaders_of(code),
        subject=f"Straksafklaring i {month_name(month)}: opfølgning i {name}",
        template="evaluation/notice",
        facts={
            "municipality": name,
            "month": str(month),
            "lines": [line_facts(line) for line in below],
            "next_steps": next_steps({line.outcome for line in below}, month=month, book=book, read_on=read_on),
            "improved": [line.agent for line in evaluated.lines if line.is_improvement],
            "not_evaluable": [line.agent for line in evaluated.lines if line.outcome is Outcome.NOT_EVALUABLE],
            "still_waiting": [
                [line.agent, str(line.after.proposal_month)]
                for line in evaluated.lines
                if line.outcome not in _DECIDED_OR_TOLD and line.after.proposal_month is not None
            ],
            **guidance(code, month, book=book, read_on=read_on),
        },
        send_from=book.release_date(today),
    )


def corrections(
    changes: Sequence[Change], *, was: MunicipalityMonth, now: MunicipalityMonth, book: RuleBook, today: date
) -> list[Mail]:
    """Return the correction mail to the municipality's leaders, and a copy to the secretariat.

    `changes` are those of every month that was corrected, oldest first; `was` and `now` are the municipality's latest
    evaluated month before and after the correction, which say where the agents stand in the end.
    """
    code = now.municipality_code
    name = municipalities.by_code[code].name
    read_on = book.release_date(today) or today
    months = sorted({change.month for change in changes})
    agents = sorted({change.agent for change in changes})
    outcomes = {_stands_at(agent, was.standings, now.standings) for agent in agents} - {Outcome.OK}
    facts = {
        "municipality": name,
        "months_text": listed([month_name(month) for month in months]),
        "changes": [_change_facts(change) for change in changes],
        "next_steps": next_steps(outcomes, month=now.month, book=book, read_on=read_on),
        "withdrawn": [agent for agent in agents if _is_withdrawn(agent, was.standings, now.standings)],
        **guidance(code, now.month, book=book, read_on=read_on),
    }
    subject = f"Rettelse: straksafklaring i {name}"
    to, secretariat = leaders_of(code), (settings.secretariat_address(),)
    mail_id = correction_id(code, months[0], changes[0].revision)
    receivers = [(mail_id, to, subject)]
    if to != secretariat:
        receivers.append((copy_id(mail_id), secretariat, f"Kopi: {subject}"))
    return [
        Mail(
            mail_id=each_id,
            to=addresses,
            subject=text,
            template="evaluation/correction",
            facts=facts,
            send_from=book.release_date(today),
        )
        for each_id, addresses, text in receivers
    ]


def _change_facts(change: Change) -> dict[str, Any]:
    return {
        "agent": change.agent,
        "month": str(change.month),
        "was": None if change.was is None else line_facts(change.was),
        "now": None if change.now is None else line_facts(change.now),
    }


def _stands_at(agent: str, was: Mapping[str, Standing], now: Mapping[str, Standing]) -> Outcome:
    """Return the outcome that says what happens next to an agent after a correction."""
    standing, before = now.get(agent, Standing()), was.get(agent, Standing())
    if standing.proposal_month is not None:
        return Outcome.PAUSE_PROPOSED if before.proposal_month is None else Outcome.PROPOSAL_OPEN
    if standing.months_below >= STEPS_BEFORE_A_PROPOSAL:
        return Outcome.NOT_CERTAIN
    return (Outcome.OK, Outcome.STEP_1, Outcome.STEP_2)[standing.months_below]


def _is_withdrawn(agent: str, was: Mapping[str, Standing], now: Mapping[str, Standing]) -> bool:
    proposed = was.get(agent, Standing()).proposal_month is not None
    return proposed and now.get(agent, Standing()).proposal_month is None
