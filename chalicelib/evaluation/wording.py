"""What is said of outcomes, figures and what comes next, once for all mails of the procedure.

The sentences around it stand in templates/.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from chalicelib.common.danish import long_date, month_name, percent
from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import Line
from chalicelib.evaluation.rules import Outcome, Reason
from chalicelib.evaluation.schedule import evaluation_day
from chalicelib.evaluation.statistics import wilson_interval
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
    Outcome.PAUSED: "På pause fra telefonen",
}

#: Why a month came to its outcome.
REASON_TEXT: Mapping[Reason, str] = {
    Reason.AT_TARGET: "Andelen er på målet eller over",
    Reason.NO_CALLS: "Ingen besvarede opkald",
    Reason.TOO_FEW_CALLS: "For få opkald til at vurdere måneden",
    Reason.BELOW_TARGET: "Andelen er under målet",
    Reason.SURELY_BELOW_OVER_THREE_MONTHS: "Tre måneder under målet, samlet med sikkerhed",
    Reason.THIRD_MONTH_WITHOUT_GUARD: "Tredje måned under målet",
    Reason.NOT_ENOUGH_CALLS_TO_BE_SURE: "Under målet, men opkaldene er for få til at være sikker",
    Reason.PROPOSAL_WAITS: "Under målet, mens forslaget venter",
    Reason.OFF_THE_QUEUE: "Agenten var på pause ved månedens udgang",
    Reason.TRAINED: "Under målet, men begge beviser var godkendt: tællingen begynder forfra",
}


def line_facts(line: Line) -> dict[str, Any]:
    """Return what a mail shows of a line. `pooled` is about the last three evaluable months, where they decided."""
    facts: dict[str, Any] = {
        "agent": line.agent,
        "answered": line.answered,
        "resolved": line.resolved,
        "share": percent(line.resolved, line.answered),
        "interval": interval_text(line.answered, line.resolved),
        "step": STEP_TEXT[line.outcome],
        "source": source_text(line),
        "pooled": None,
    }
    if line.pooled is not None:
        answered, resolved = line.pooled
        facts["pooled"] = {
            "answered": answered,
            "share": percent(resolved, answered),
            "interval": interval_text(answered, resolved),
        }
    return facts


def source_text(line: Line) -> str:
    """Return where a line's figures come from: `2024-Q4.xlsx, ark Oktober 2024, række 9`."""
    sheet = f", ark {line.source['sheet']}" if line.source["sheet"] else ""
    return f"{PurePosixPath(line.source['key']).name}{sheet}, række {line.source['row']}"


def interval_text(answered: int, resolved: int) -> str | None:
    """Return the ends of the interval for people, `34,2 og 74,2 %`; None when there were no calls."""
    if answered == 0:
        return None
    low, high = (f"{end}".replace(".", ",") for end in wilson_interval(answered=answered, resolved=resolved))
    return f"{low} og {high} %"


def guidance(municipality_code: str, month: Month, *, book: RuleBook, read_on: date) -> dict[str, Any]:
    """Return what every mail says about the target, where to find help, and the page where the municipality answers.

    `read_on`: the day the mail leaves.
    """
    rule = book.in_force(RuleName.GUIDANCE, read_on).value
    teaching = rule["teaching"]
    minimum = book.in_force(RuleName.MINIMUM_ANSWERED_CALLS, month).value
    return {
        "target_percent": book.in_force(RuleName.FCR_TARGET_PERCENT, month).value,
        "too_few": f"færre end {minimum} besvarede opkald" if minimum > 1 else "ingen besvarede opkald",
        "procedure_url": rule["procedure_url"],
        "e_learning_url": rule["e_learning_url"],
        "teaching_dates": [long_date(day) for day in next_teaching_dates(read_on, teaching=teaching, count=2)],
        "teaching_hours": teaching["hours"],
        "teaching_place": teaching["place"],
        "secretariat": settings.secretariat_address(),
        "page_url": f"{settings.base_url()}/opfoelgning/{municipality_code}",
    }


def next_steps(outcomes: AbstractSet[Outcome], *, month: Month, book: RuleBook, read_on: date) -> list[str]:
    """Return what happens next and when, for each of the outcomes below target that agents stand at after `month`."""
    following, day = month_name(month.next()), evaluation_day(month.next())
    window_days = book.in_force(RuleName.RESPONSE_WINDOW_DAYS, read_on).value
    text_by_outcome = {
        Outcome.STEP_1: f"Trin 1: Ligger agenten også under målet i {following}, bliver det trin 2.",
        Outcome.STEP_2: (
            f"Trin 2: Ligger agenten også under målet i {following}, er det tredje måned. Så kan vi foreslå en pause "
            "fra telefonen, til både e-læring og undervisning er gennemført."
        ),
        Outcome.PAUSE_PROPOSED: (
            "Pause foreslået: En medarbejder i sekretariatet afgør forslaget; det sker aldrig automatisk. I har "
            f"{window_days} dage, fra I har modtaget denne mail, til at svare eller gøre indsigelse på jeres side. "
            "Indtil afgørelsen tager agenten telefonen som hidtil. En pause varer, til både e-læring og fysisk "
            "undervisning er dokumenteret."
        ),
        Outcome.NOT_CERTAIN: (
            "Ikke opkald nok til at være sikker: Det er mindst tredje måned under målet, men opkaldene er for få til, "
            f"at vi kan være sikre. Derfor foreslår vi ingen pause. Ligger agenten igen under målet i {following}, ser "
            "vi på de tre seneste måneder samlet; er vi så sikre, foreslår vi en pause."
        ),
        Outcome.PROPOSAL_OPEN: (
            "Forslaget om pause er ikke afgjort endnu. Agenten tager telefonen som hidtil, og I kan stadig svare på "
            "jeres side."
        ),
    }
    sentences = [text for outcome, text in text_by_outcome.items() if outcome in outcomes]
    if outcomes & {Outcome.STEP_1, Outcome.STEP_2, Outcome.NOT_CERTAIN}:
        sentences.append(f"Er agenten på eller over målet i {following}, begynder tællingen forfra.")
    if sentences and day >= read_on:
        sentences.append(f"{following.capitalize()} gøres op den {long_date(day)}.")
    return sentences
