"""The mails of the procedure: who gets which, and the facts they are written from.

One notice per municipality and month, to its own leaders, with only its own agents; one correction mail where a
standing changed. The words stand in templates/; what is said of an outcome stands here, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from chalicelib.common import municipalities
from chalicelib.common.danish import listed, long_date, month_name, percent
from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import Change, Line, MunicipalityMonth
from chalicelib.evaluation.rules import BELOW_TARGET, Outcome
from chalicelib.evaluation.schedule import evaluation_day
from chalicelib.evaluation.statistics import wilson_interval
from chalicelib.mail.outbox import Mail
from chalicelib.members import register
from chalicelib.rulebook.rules import RuleBook, RuleName, next_teaching_dates
from chalicelib.runtime import settings

#: What each outcome is called in a mail.
STEP_TEXT: Mapping[Outcome, str] = {
    Outcome.OK: "På eller over målet",
    Outcome.STEP_1: "Trin 1",
    Outcome.STEP_2: "Trin 2",
    Outcome.PAUSE_PROPOSED: "Trin 3: pause foreslået",
    Outcome.NOT_CERTAIN: "Trin 3: ikke opkald nok til at være sikker",
    Outcome.PROPOSAL_OPEN: "Trin 3: forslaget om pause venter på en afgørelse",
    Outcome.NOT_EVALUABLE: "Kan ikke vurderes",
}


def notice(evaluated: MunicipalityMonth, *, book: RuleBook, today: date) -> Mail | None:
    """Return the municipality's mail about a month; None when every outcome is ok or not evaluable."""
    below = [line for line in evaluated.lines if line.outcome in BELOW_TARGET]
    if not below:
        return None
    code, month = evaluated.municipality_code, evaluated.month
    name = municipalities.by_code[code].name
    return Mail(
        mail_id=f"notice_{month}_{code}_r{evaluated.revision}",
        to=_leaders(code),
        subject=f"Straksafklaring i {month_name(month)}: opfølgning i {name}",
        template="evaluation/notice",
        facts={
            "municipality": name,
            "month": str(month),
            "lines": [_line_facts(line) for line in below],
            "next_steps": next_steps({line.outcome for line in below}, month=month, book=book, today=today),
            "improved": [line.agent for line in evaluated.lines if line.is_improvement],
            "not_evaluable": [line.agent for line in evaluated.lines if line.outcome is Outcome.NOT_EVALUABLE],
            **_guidance(month, book=book, today=today),
        },
        send_from=book.release_date(today),
    )


def corrections(
    municipality_code: str,
    changes: Sequence[Change],
    *,
    revisions: Mapping[Month, int],
    book: RuleBook,
    today: date,
) -> list[Mail]:
    """Return the correction mail to the municipality's leaders, and the same to the secretariat."""
    name = municipalities.by_code[municipality_code].name
    months = sorted({change.month for change in changes})
    outcomes = {change.now.outcome for change in changes if change.now is not None}
    facts = {
        "municipality": name,
        "months_text": listed([month_name(month) for month in months]),
        "changes": [_change_facts(change) for change in changes],
        "next_steps": next_steps(outcomes & BELOW_TARGET, month=months[-1], book=book, today=today),
        "withdrawn": sorted({change.agent for change in changes if _withdraws_a_proposal(change)}),
        **_guidance(months[-1], book=book, today=today),
    }
    about = f"{months[0]}_{municipality_code}_r{revisions[months[0]]}"
    receivers = {"correction": _leaders(municipality_code), "correction-copy": (settings.secretariat_address(),)}
    return [
        Mail(
            mail_id=f"{kind}_{about}",
            to=to,
            subject=f"Rettelse: straksafklaring i {name}",
            template="evaluation/correction",
            facts=facts,
            send_from=book.release_date(today),
        )
        for kind, to in receivers.items()
    ]


def next_steps(outcomes: AbstractSet[Outcome], *, month: Month, book: RuleBook, today: date) -> list[str]:
    """Return what happens next and when, a sentence or two for each of the outcomes below target."""
    following, day = month_name(month.next()), evaluation_day(month.next())
    window_days = book.in_force(RuleName.RESPONSE_WINDOW_DAYS, today).value
    text_by_outcome = {
        Outcome.STEP_1: f"Trin 1: Ligger agenten også under målet i {following}, bliver det trin 2.",
        Outcome.STEP_2: (
            f"Trin 2: Ligger agenten også under målet i {following}, er det tredje måned. Så kan vi foreslå en pause "
            "fra telefonen, til både e-læring og undervisning er gennemført."
        ),
        Outcome.PAUSE_PROPOSED: (
            "Pause foreslået: Et menneske i sekretariatet afgør forslaget, ikke systemet. I har "
            f"{window_days} dage fra denne mail til at svare eller gøre indsigelse: skriv til "
            f"{settings.secretariat_address()}. Indtil afgørelsen tager agenten telefonen som hidtil. "
            "En pause varer, til både e-læring og fysisk undervisning er dokumenteret."
        ),
        Outcome.NOT_CERTAIN: (
            "Ikke opkald nok til at være sikker: Det er mindst tredje måned under målet, men opkaldene er for få til, "
            "at vi kan være sikre. Derfor foreslår vi ingen pause."
        ),
        Outcome.PROPOSAL_OPEN: (
            "Forslaget om pause er ikke afgjort endnu. Agenten tager telefonen som hidtil, og I kan stadig skrive til "
            f"{settings.secretariat_address()}."
        ),
    }
    sentences = [text for outcome, text in text_by_outcome.items() if outcome in outcomes]
    if outcomes & {Outcome.STEP_1, Outcome.STEP_2, Outcome.NOT_CERTAIN}:
        sentences.append(f"Er agenten på eller over målet i {following}, begynder tællingen forfra.")
    if day >= today:
        sentences.append(f"{following.capitalize()} gøres op den {long_date(day)}.")
    return sentences


def line_source(line: Line) -> str:
    """Return where a line's figures come from: `2024-Q4.xlsx, ark Oktober 2024, række 9`."""
    sheet = f", ark {line.source['sheet']}" if line.source["sheet"] else ""
    return f"{PurePosixPath(line.source['key']).name}{sheet}, række {line.source['row']}"


def _line_facts(line: Line) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "agent": line.agent,
        "answered": line.answered,
        "resolved": line.resolved,
        "share": percent(line.resolved, line.answered),
        "step": STEP_TEXT[line.outcome],
        "source": line_source(line),
        "interval": _interval(line.answered, line.resolved),
        "pooled": None,
    }
    if line.pooled is not None:
        answered, resolved = line.pooled
        facts["pooled"] = {
            "answered": answered,
            "resolved": resolved,
            "share": percent(resolved, answered),
            "interval": _interval(answered, resolved),
        }
    return facts


def _interval(answered: int, resolved: int) -> str | None:
    """Return the ends of the interval for people, `34,2 og 74,2 %`; None when there were no calls."""
    if answered == 0:
        return None
    low, high = (f"{end}".replace(".", ",") for end in wilson_interval(answered=answered, resolved=resolved))
    return f"{low} og {high} %"


def _change_facts(change: Change) -> dict[str, Any]:
    return {
        "agent": change.agent,
        "month": str(change.month),
        "was": None if change.was is None else _line_facts(change.was),
        "now": None if change.now is None else _line_facts(change.now),
    }


def _withdraws_a_proposal(change: Change) -> bool:
    proposed = change.was is not None and change.was.after.proposal_month is not None
    return proposed and (change.now is None or change.now.after.proposal_month is None)


def _guidance(month: Month, *, book: RuleBook, today: date) -> dict[str, Any]:
    """Return what every mail of the procedure says about the target and where to find help."""
    guidance = book.in_force(RuleName.GUIDANCE, today).value
    teaching = guidance["teaching"]
    days = next_teaching_dates(today, teaching=teaching, count=2)
    return {
        "target_percent": book.in_force(RuleName.FCR_TARGET_PERCENT, month).value,
        "minimum_answered": book.in_force(RuleName.MINIMUM_ANSWERED_CALLS, month).value,
        "procedure_url": guidance["procedure_url"],
        "e_learning_url": guidance["e_learning_url"],
        "teaching_dates": [long_date(day) for day in days],
        "teaching_hours": teaching["hours"],
        "teaching_place": teaching["place"],
        "secretariat": settings.secretariat_address(),
    }


def _leaders(municipality_code: str) -> tuple[str, ...]:
    """Return the leaders' addresses; the secretariat's when none is known, so that nothing is lost."""
    member = register.get(municipality_code)
    return member.leaders if member is not None and member.leaders else (settings.secretariat_address(),)
