"""The network's months, for those who steer it."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.followup import months_page
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)


@route(bp, "GET", "/opfoelgning", summary="Alle måneder, uden nogen enkelt agent")
def months(visit: Visit) -> Answer:
    return months_page.shown(visit)
