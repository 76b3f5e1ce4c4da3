"""The status page of whoever is the contact of a request."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint

from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common import written
from chalicelib.common.written import FieldRefused
from chalicelib.membership import applying, cancelling, confirming, pages, store
from chalicelib.membership.entry_dates import EntryDateNotAllowed, EntryDateTooFar
from chalicelib.membership.requests import OPEN, State
from chalicelib.runtime.web import Answer, see_other

bp = Blueprint(__name__)


@route(bp, "GET", "/indmeldelse/status", summary="Kontaktpersonens anmodninger")
def own_requests(visit: Visit) -> Answer:
    today = visit.clock.today()
    requests = [pages.row(each, today=today) for each in store.of_contact(visit.somebody.address)]
    return visit.page("membership/own_requests.html", requests=requests)


@route(bp, "GET", "/indmeldelse/status/{request_id}", summary="Hvor anmodningen står, og hvad der sker nu")
def request_status(visit: Visit) -> Answer:
    return _status(visit)


@route(bp, "POST", "/indmeldelse/status/{request_id}/bekraeft", summary="Bekræft en anmodning, når man er logget ind")
def confirm_own_request(visit: Visit) -> Answer:
    request_id = visit.parameters["request_id"]
    confirming.confirm_own(request_id, address=visit.somebody.address, clock=visit.clock)
    return see_other(f"/indmeldelse/status/{request_id}")


@route(bp, "POST", "/indmeldelse/status/{request_id}/ny-dato", summary="Vælg en ny indmeldelsesdato")
def choose_new_date(visit: Visit) -> Answer:
    request_id = visit.parameters["request_id"]
    try:
        chosen = written.day(visit.form.text("dato"))
        applying.choose_new_date(request_id, chosen, address=visit.somebody.address, clock=visit.clock)
    except FieldRefused:
        return _status(visit, errors={"dato": "Vælg en af datoerne."})
    except (EntryDateNotAllowed, EntryDateTooFar) as refused:
        return _status(visit, errors={"dato": refused.message})
    return see_other(f"/indmeldelse/status/{request_id}")


@route(bp, "POST", "/indmeldelse/status/{request_id}/traek-tilbage", summary="Træk en anmodning tilbage")
def cancel_own_request(visit: Visit) -> Answer:
    if visit.form.text("sikker") != "ja":
        return _status(visit, errors={"sikker": "Sæt kryds for at trække anmodningen tilbage."})
    request_id = visit.parameters["request_id"]
    cancelling.cancel_own(request_id, address=visit.somebody.address, clock=visit.clock)
    return see_other(f"/indmeldelse/status/{request_id}")


def _status(visit: Visit, *, errors: Mapping[str, str] | None = None) -> Answer:
    today = visit.clock.today()
    request = applying.of_contact(visit.parameters["request_id"], address=visit.somebody.address)
    facts = pages.request_facts(request, today=today)
    obstacle = confirming.obstacle(request, clock=visit.clock)
    history = store.history(request.request_id)
    return visit.page(
        "membership/request_status.html",
        status=422 if errors else 200,
        request=facts,
        steps=pages.progress(request, history),
        reason=pages.reason_given(request, history),
        may_confirm=request.state is State.RECEIVED and obstacle is None,
        may_cancel=request.state in (State.RECEIVED, *OPEN),
        obstacle=obstacle.message if obstacle else None,
        dates=pages.dates(applying.offered_dates(clock=visit.clock)) if facts["needs_new_date"] else [],
        errors=errors or {},
    )
