"""A municipality's own follow-up: its agents, each with months and case, and what its leaders say and register."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.followup import agents_page
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)


@route(bp, "GET", "/opfoelgning/{municipality_code}", summary="Kommunens agenter, deres trin, og hvad der venter")
def municipality_agents(visit: Visit) -> Answer:
    return agents_page.shown(visit)
