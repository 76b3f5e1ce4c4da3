"""The keys that a partner's systems sign with, as the secretariat registers and ends them on the partner's page."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access import partner_keys
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.errors import AppError, Conflict
from chalicelib.common.written import FormRefused
from chalicelib.partners import partner_page, service
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)


@route(bp, "POST", "/partnere/{partner_id}/noegler", summary="Registrér partnerens offentlige nøgle")
def register_key(visit: Visit) -> Answer:
    def enter(partner_id: str, by: str) -> None:
        service.partnership(partner_id)
        try:
            partner_keys.register(partner_id, visit.form.text("noegle"), by=by, clock=visit.clock)
        except Conflict:
            raise
        except AppError as refused:
            raise FormRefused({"noegle": refused.message}) from refused

    return partner_page.after(visit, enter, shows="#noegler")


@route(bp, "POST", "/partnere/{partner_id}/noegler/{key_id}/tilbagekald", summary="Tilbagekald en nøgle straks")
def revoke_key(visit: Visit) -> Answer:
    def revoke(partner_id: str, by: str) -> None:
        key = partner_keys.find(visit.parameters["key_id"])
        if key is None or key.partner_id != partner_id:
            raise partner_keys.NoSuchKey
        partner_keys.revoke(key.key_id, by=by, clock=visit.clock)

    return partner_page.after(visit, revoke, shows="#noegler")
