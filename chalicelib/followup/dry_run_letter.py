"""The mail that a municipality would have got in a dry run: its text on a page, and its HTML as it looks, alone."""

from __future__ import annotations

from chalicelib.access import look_log
from chalicelib.access.checks import NoSuchPage
from chalicelib.access.visit import Visit
from chalicelib.common import municipalities
from chalicelib.common.danish import month_name
from chalicelib.common.months import Month
from chalicelib.evaluation import dry_runs
from chalicelib.evaluation.dry_runs import Letter
from chalicelib.followup.dry_run_page import run_of
from chalicelib.followup.dry_run_pages import address, period
from chalicelib.runtime.web import STANDS_ALONE, Answer

_PURPOSE = "Prøvekørsel"


def shown(visit: Visit) -> Answer:
    """Note the look, and return the page; it says so when there is nothing to tell.

    Raises:
        NoSuchPage: there is no such run, or the municipality's month isn't in it.
    """
    letter = _letter(visit)
    run, code = run_of(visit), visit.parameters["municipality_code"]
    return visit.page(
        "followup/dry_run_letter.html",
        municipality=municipalities.by_code[code].name,
        month=month_name(_month(visit)),
        period=period(run),
        run_address=address(run.run),
        mail_address=f"{visit.path}/mail",
        letter=letter and {"subject": letter.subject, "text": letter.text.strip()},
    )


def shown_alone(visit: Visit) -> Answer:
    """Note the look, and return the mail's HTML as it would have gone out.

    Raises:
        NoSuchPage: there is no such run, the municipality's month isn't in it, or there is nothing to tell.
    """
    letter = _letter(visit)
    if letter is None:
        raise NoSuchPage
    return Answer(body=letter.html, headers=STANDS_ALONE)


def _letter(visit: Visit) -> Letter | None:
    """Note the look at everybody in the municipality's month, and return the mail; None when nothing is to be told."""
    run, code = run_of(visit), visit.parameters["municipality_code"]
    evaluated = dry_runs.letter(run, _month(visit), code)
    if evaluated is None:
        raise NoSuchPage
    look_log.note(
        who=visit.somebody.address,
        purpose=_PURPOSE,
        municipality_code=code,
        agents=evaluated.agents,
        clock=visit.clock,
    )
    return evaluated.letter


def _month(visit: Visit) -> Month:
    try:
        return Month.parse(visit.parameters["month"])
    except ValueError as error:
        raise NoSuchPage from error
