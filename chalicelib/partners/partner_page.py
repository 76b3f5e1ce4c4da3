"""The page of a partner: everything that staff see of it, and the steps that their role may take, in one place.

Both the routes of agreements and those of keys end here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from chalicelib.access import call_limits, partner_keys
from chalicelib.access.people import Role
from chalicelib.access.visit import Visit
from chalicelib.common.errors import AppError, Conflict, NotFound
from chalicelib.common.written import FormRefused
from chalicelib.kpi import figures
from chalicelib.partners import load_pages, pages, refusals, service, sparkline, store, timeline
from chalicelib.partners.agreements import Partnership, State
from chalicelib.partners.forecasts import chart, comparison
from chalicelib.partners.forecasts import store as forecast_store
from chalicelib.rulebook import suggestions
from chalicelib.rulebook.decisions import NotADecisionId
from chalicelib.runtime.web import Answer, see_other

_DECIDES = (Role.SECRETARIAT, Role.CHAIR)
_TERMS = ("start", "slut", "gennemgang", "daekning", "opkald", "pris")
_EXTENSION = ("til", "til_gennemgang", "til_opkald", "til_pris", "beslutning")
#: What was typed is shown again beside its error; a key never is: it may be a private one.
_TYPED = (
    *(*_TERMS, "mandat", *_EXTENSION, "afslag", "begrundelse", "sidste_dag", "aarsag", "naeste", "kontakter"),
    *("navn", "cvr", "koe"),
    *("udloeber", "udloeber_den"),
)
_OF_THE_DECISION = (NotADecisionId, refusals.DecisionUnknown, refusals.NotAMandate)
_FIELD_BY_REFUSAL: Mapping[type[AppError], str] = {
    refusals.EndsBeforeItStarts: "slut",
    refusals.PeriodsOverlap: "start",
    refusals.NotLonger: "til",
    refusals.NotALastDay: "sidste_dag",
}


def shown(visit: Visit, *, errors: Mapping[str, str] | None = None, status: int = 422) -> Answer:
    """Return the page, with what was typed beside its errors when there are any.

    Raises:
        PartnerUnknown: there is none.
    """
    today, now = visit.clock.today(), visit.clock.now()
    found = service.partnership(visit.parameters["partner_id"])
    partner_id = found.partner_id
    can = _can(visit, found, today)
    return visit.page(
        "partners/partner.html",
        status=status if errors else 200,
        partner=pages.partner_facts(found, today=today),
        timeline=timeline.drawn(found, today=today),
        agreements=[pages.agreement_row(each, today=today) for each in reversed(found.agreements)],
        wish=pages.request_row(found.open_request) if found.open_request else None,
        keys=[pages.key_row(each, now=now) for each in reversed(partner_keys.keys(partner_id))],
        log=pages.log(store.history(partner_id), partner_keys.changes(partner_id)),
        can=can,
        **_load(visit, found),
        decisions=suggestions.suggested(today) if can["activate"] or can["extend"] or can["decline"] else [],
        typed=_suggestion(found) | (_sent(visit) if errors else {}),
        errors=errors or {},
    )


def after(
    visit: Visit,
    act: Callable[[str, str], object],
    *,
    decision_field: str = "",
    review_field: str = "",
    reason_field: str = "",
    shows: str = "",
) -> Answer:
    """Take a step and show the partner again; what the rules say against it stands by its field, nothing typed lost."""
    partner_id = visit.parameters["partner_id"]
    try:
        act(partner_id, visit.somebody.address)
    except NotFound:
        raise
    except FormRefused as refused:
        return shown(visit, errors=refused.message_by_field)
    except AppError as refused:
        field = _FIELD_BY_REFUSAL.get(type(refused), "")
        if isinstance(refused, _OF_THE_DECISION):
            field = decision_field
        elif isinstance(refused, refusals.ReviewDateNeeded | refusals.ReviewDateNotNeeded):
            field = review_field
        elif isinstance(refused, refusals.ReasonMissing):
            field = reason_field
        return shown(visit, errors={field: refused.message}, status=409 if isinstance(refused, Conflict) else 422)
    return see_other(f"/partnere/{partner_id}{shows}")


def _load(visit: Visit, found: Partnership) -> dict[str, Any]:
    """Return the partner's load: weeks go by the business date, calls to the API by the real one."""
    today, utc_today = visit.clock.today(), visit.clock.now().date()
    weeks = comparison.window(today)
    forecast_by_week = {each.week: each for each in forecast_store.between(found.partner_id, weeks[0], weeks[-1])}
    figures_by_month = {
        month: figures.partner_month(found.partner.queue, month) for month in comparison.months_of(weeks, today=today)
    }
    loads = comparison.compared(
        weeks,
        forecast_by_week={week: forecast.total for week, forecast in forecast_by_week.items()},
        calls_by_month={month: told.offered for month, told in figures_by_month.items() if told},
    )
    calls_by_day = call_limits.by_day(found.partner_id, since=load_pages.calls_since(utc_today))
    calls = load_pages.calls_facts(calls_by_day, today=utc_today)
    return {
        "chart": chart.drawn(loads, today=today),
        "load": load_pages.load_facts(
            loads,
            forecast_by_week=forecast_by_week,
            figures_by_month=figures_by_month,
            reads_reports=visit.somebody.role is Role.SECRETARIAT,
        ),
        "calls": calls,
        "sparkline": sparkline.drawn(calls["counts"]),
    }


def _can(visit: Visit, found: Partnership, today: date) -> dict[str, bool]:
    """Return which steps are shown to this person: those that their role takes, from where the partner stands."""
    is_secretariat = visit.somebody.role is Role.SECRETARIAT
    decides = visit.somebody.role in _DECIDES
    latest = found.latest
    runs = latest is not None and latest.state is State.ACTIVE
    is_open = latest is not None and latest.period.is_open
    in_time = latest is not None and latest.period.end is not None and latest.period.end >= today
    return {
        "change": is_secretariat,
        "propose": is_secretariat and found.proposal is None and not (runs and is_open),
        "drop": is_secretariat and found.proposal is not None,
        "activate": decides and found.proposal is not None,
        "extend": decides and runs and in_time,
        "decline": decides and found.open_request is not None,
        "end": is_secretariat and runs and (is_open or in_time),
        "review": is_secretariat and runs and is_open,
        "evaluate": is_secretariat and found.begun_on(today) is not None,
    }


def _sent(visit: Visit) -> dict[str, str]:
    """Return what was typed into the form that was sent: those beside it keep what they suggest."""
    return {name: visit.form.text(name) for name in _TYPED if visit.form.texts(name)}


def _suggestion(found: Partnership) -> dict[str, Any]:
    """Return what the forms are filled with: the partner's wish, else what holds now."""
    typed: dict[str, Any] = dict.fromkeys(_TYPED, "")
    typed |= {"navn": found.partner.name, "cvr": found.partner.cvr, "koe": found.partner.queue}
    typed["kontakter"] = "\n".join(found.partner.contacts)
    if found.latest is not None:
        typed["til_opkald"] = str(found.latest.terms.calls_per_month)
        typed["til_pris"] = pages.kroner(found.latest.terms.price_per_call_oere).replace(".", "")
    if found.open_request is not None:
        typed["til"] = f"{found.open_request.until:%d-%m-%Y}"
        typed["til_opkald"] = str(found.open_request.calls_per_month)
    return typed
