"""The list of dry runs, and the form that starts one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.access.visit import Visit
from chalicelib.common.danish import long_date, month_name
from chalicelib.common.months import Month
from chalicelib.common.written import FieldRefused, Fields, FormRefused
from chalicelib.evaluation import dry_runs
from chalicelib.evaluation.dry_runs import DryRun
from chalicelib.runtime.web import Answer, see_other

_FIRST, _LAST = "fra", "til"


def address(run: str) -> str:
    """Return the path of a dry run's page."""
    return f"/proevekoersel/{run}"


def period(run: DryRun) -> str:
    """Return the months of a run: `januar 2024 til marts 2024`."""
    if run.first == run.last:
        return month_name(run.first)
    return f"{month_name(run.first)} til {month_name(run.last)}"


def shown(visit: Visit, *, errors: Mapping[str, str] | None = None) -> Answer:
    """Return the page, with what was chosen beside its errors when there are any."""
    months = dry_runs.months_to_try(clock=visit.clock)
    first, last = (str(months[0]), str(months[-1])) if months else ("", "")
    return visit.page(
        "followup/dry_runs.html",
        status=422 if errors else 200,
        runs=[
            {"address": address(each.run), "period": period(each), "started_on": long_date(each.started_on)}
            for each in dry_runs.known()
        ],
        options=[(str(month), month_name(month)) for month in months],
        chosen={
            _FIRST: visit.form.text(_FIRST) if errors else first,
            _LAST: visit.form.text(_LAST) if errors else last,
        },
        errors=errors or {},
    )


def started(visit: Visit) -> Answer:
    """Start the dry run that was chosen, and show it; what can't be started is said at its field."""
    months = dry_runs.months_to_try(clock=visit.clock)
    fields = Fields()
    first = fields.read(_FIRST, lambda: _one_of(visit.form.text(_FIRST), months))
    last = fields.read(_LAST, lambda: _one_of(visit.form.text(_LAST), months))
    if first is not None and last is not None and last < first:
        fields.refuse(_LAST, f"Vælg {month_name(first)} eller en måned efter den.")
    try:
        fields.check()
    except FormRefused as refused:
        return shown(visit, errors=refused.message_by_field)
    assert first is not None
    assert last is not None
    return see_other(address(dry_runs.start(first, last, clock=visit.clock)))


def _one_of(text: str, months: Sequence[Month]) -> Month:
    found = next((month for month in months if str(month) == text), None)
    if found is None:
        raise FieldRefused("Vælg en af månederne på listen.")
    return found
