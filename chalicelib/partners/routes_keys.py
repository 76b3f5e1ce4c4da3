"""The keys that a partner's systems sign with, as the secretariat registers and ends them on the partner's page."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from chalice.app import Blueprint

from chalicelib.access import partner_keys
from chalicelib.access.public_keys import Key
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.errors import AppError, Conflict
from chalicelib.common.written import FormRefused
from chalicelib.partners import forms, partner_page, service
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
        partner_keys.revoke(_key(partner_id, visit.parameters["key_id"]).key_id, by=by, clock=visit.clock)

    return partner_page.after(visit, revoke, shows="#noegler")


@route(bp, "POST", "/partnere/{partner_id}/noegler/udloeb", summary="Fastsæt en nøgles sidste dag")
def retire_key(visit: Visit) -> Answer:
    def retire(partner_id: str, by: str) -> None:
        key_id, last_day = forms.key_ending(visit.form, today=visit.clock.now().astimezone(COPENHAGEN).date())
        key = _key(partner_id, key_id)
        if not key.is_live(visit.clock.now()):
            raise partner_keys.KeyEnded
        try:
            partner_keys.retire_on(key.key_id, _end_of(last_day), by=by, clock=visit.clock)
        except partner_keys.KeyEnded as refused:
            raise FormRefused({"udloeber_den": refused.message}) from refused

    return partner_page.after(visit, retire, shows="#noegler")


def _key(partner_id: str, key_id: str) -> Key:
    key = partner_keys.find(key_id)
    if key is None or key.partner_id != partner_id:
        raise partner_keys.NoSuchKey
    return key


def _end_of(day: date) -> datetime:
    """Return the instant that a Danish day ends at."""
    return datetime.combine(day + timedelta(days=1), time(), COPENHAGEN).astimezone(UTC)
