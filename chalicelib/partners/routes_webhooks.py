"""Where a partner's system is told of events, and what became of the latest: a page of the staff's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalice.app import Blueprint

from chalicelib.access.people import Role
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.errors import Conflict, Refused
from chalicelib.partners import service, webhook_rows
from chalicelib.runtime.web import Answer, see_other
from chalicelib.webhooks import endpoints
from chalicelib.webhooks import outbox as webhooks

bp = Blueprint(__name__)


@route(bp, "GET", "/partnere/{partner_id}/webhooks", summary="Hændelser til partnerens system")
def partner_webhooks(visit: Visit) -> Answer:
    return _page(visit)


@route(bp, "POST", "/partnere/{partner_id}/webhooks", summary="Registrér eller ret adressen til hændelser")
def put_webhook_url(visit: Visit) -> Answer:
    return _do(
        visit,
        lambda partner_id, by: endpoints.put_url(partner_id, visit.form.text("adresse"), by=by, clock=visit.clock),
        field="adresse",
    )


@route(bp, "POST", "/partnere/{partner_id}/webhooks/hemmelighed", summary="Lav en ny hemmelighed til underskrifter")
def rotate_webhook_secret(visit: Visit) -> Answer:
    return _do(visit, lambda partner_id, by: endpoints.rotate(partner_id, by=by, clock=visit.clock))


@route(bp, "POST", "/partnere/{partner_id}/webhooks/fjern", summary="Fjern adressen til hændelser")
def remove_webhook_url(visit: Visit) -> Answer:
    return _do(visit, lambda partner_id, by: endpoints.remove(partner_id, by=by, clock=visit.clock))


@route(bp, "POST", "/partnere/{partner_id}/webhooks/{event_id}/igen", summary="Prøv en opgivet hændelse igen")
def try_webhook_again(visit: Visit) -> Answer:
    event_id = visit.parameters["event_id"]
    return _do(visit, lambda partner_id, _: webhooks.try_again(partner_id, event_id, clock=visit.clock))


def _do(visit: Visit, act: Callable[[str, str], endpoints.Kept | None], *, field: str = "") -> Answer:
    """Take a step and show the page again. A secret that was just made is shown in this very answer and never again."""
    partner_id = service.partnership(visit.parameters["partner_id"]).partner_id
    try:
        kept = act(partner_id, visit.somebody.address)
    except (Conflict, Refused) as refused:
        status = 409 if isinstance(refused, Conflict) else 422
        return _page(visit, errors={field: refused.message}, status=status)
    if kept is not None and kept.new_secret is not None:
        return _page(visit, new_secret=kept.new_secret, status=200)
    return see_other(f"/partnere/{partner_id}/webhooks")


def _page(
    visit: Visit, *, errors: Mapping[str, str] | None = None, new_secret: str | None = None, status: int = 200
) -> Answer:
    partner = service.partnership(visit.parameters["partner_id"]).partner
    endpoint = endpoints.of(partner.partner_id)
    return visit.page(
        "partners/webhooks.html",
        status=status,
        partner_id=partner.partner_id,
        name=partner.name,
        endpoint=webhook_rows.endpoint_facts(endpoint, now=visit.clock.now()),
        new_secret=webhook_rows.breakable(new_secret) if new_secret else None,
        events=[webhook_rows.event_row(each) for each in webhooks.latest(partner.partner_id)],
        log=[webhook_rows.change_row(each) for each in endpoints.history(partner.partner_id)],
        may_change=visit.somebody.role is Role.SECRETARIAT,
        typed=visit.form.text("adresse") if errors and "adresse" in errors else endpoint.url,
        errors=errors or {},
    )
