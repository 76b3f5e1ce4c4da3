"""What may be tried without anything coming of it: other rules on the stored months, and dry runs."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.followup import what_if_page
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)


@route(bp, "GET", "/hvad-nu-hvis", summary="Hvad en anden regel eller start ville have sagt om de gemte måneder")
def what_if(visit: Visit) -> Answer:
    return what_if_page.shown(visit)
