"""The page of one dry run: each month's municipalities, what their agents came to, and the mails there would be."""

from __future__ import annotations

from typing import Any

from chalicelib.access.checks import NoSuchPage
from chalicelib.access.visit import Visit
from chalicelib.common import municipalities
from chalicelib.common.danish import counted, listed, month_name
from chalicelib.evaluation import dry_runs
from chalicelib.evaluation.dry_runs import DryRun, MonthOfRun, Told
from chalicelib.evaluation.reading import Outcome
from chalicelib.followup.dry_run_pages import address, period
from chalicelib.runtime.web import Answer

#: The outcomes that a dry run has, by what their columns are called. Nobody is on pause in one: nobody decides.
COLUMNS = (
    ("På målet", Outcome.OK),
    ("Trin 1", Outcome.STEP_1),
    ("Trin 2", Outcome.STEP_2),
    ("Pause foreslået", Outcome.PAUSE_PROPOSED),
    ("Ikke sikkert", Outcome.NOT_CERTAIN),
    ("Forslag venter", Outcome.PROPOSAL_OPEN),
    ("Kan ikke vurderes", Outcome.NOT_EVALUABLE),
)


def run_of(visit: Visit) -> DryRun:
    """Return the dry run that the path names.

    Raises:
        NoSuchPage: there is none.
    """
    run = dry_runs.find(visit.parameters["run"])
    if run is None:
        raise NoSuchPage
    return run


def shown(visit: Visit) -> Answer:
    """Return the page.

    Raises:
        NoSuchPage: there is no such run.
    """
    run = run_of(visit)
    months = dry_runs.months_of(run)
    to_try = dry_runs.months_to_try(clock=visit.clock)
    return visit.page(
        "followup/dry_run.html",
        period=period(run),
        columns=[name for name, _ in COLUMNS],
        months=[_month(each, run) for each in months],
        missing=[_waiting(each, each.missing) for each in months if each.missing],
        outdated=[_waiting(each, each.outdated) for each in months if each.outdated],
        again={"fra": str(run.first), "til": str(run.last)} if {run.first, run.last} <= set(to_try) else None,
    )


def _month(month: MonthOfRun, run: DryRun) -> dict[str, Any]:
    mails = sum(each.agents_told > 0 for each in month.told)
    agents = sum(each.agents_told for each in month.told)
    return {
        "name": month_name(month.month),
        "summary": f"{counted(mails, 'kommune', 'kommuner')} ville have fået en mail om "
        f"{counted(agents, 'agent', 'agenter')}.",
        "municipalities": sorted(
            (_municipality(each, month, run) for each in month.told), key=lambda row: str(row["name"])
        ),
    }


def _municipality(told: Told, month: MonthOfRun, run: DryRun) -> dict[str, Any]:
    code = told.municipality_code
    return {
        "name": municipalities.by_code[code].name,
        "agents": told.agents,
        "counts": [told.count_by_outcome.get(outcome, 0) for _, outcome in COLUMNS],
        "told": told.agents_told,
        "address": f"{address(run.run)}/{month.month}/{code}" if told.agents_told else None,
    }


def _waiting(month: MonthOfRun, codes: tuple[str, ...]) -> str:
    """Return `marts 2024: Aarhus og Furesø`; many are counted, not named."""
    names = sorted(municipalities.by_code[code].name for code in codes)
    told = listed(names) if len(names) < 6 else counted(len(names), "kommune", "kommuner")
    return f"{month_name(month.month)}: {told}"
