"""The report of a dropped file, for the secretariat: the page that ingestion put beside the file."""

from __future__ import annotations

import re

from chalice.app import Blueprint

from chalicelib.access import look_log
from chalicelib.access.checks import NoSuchPage
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.kpi import reading
from chalicelib.runtime.web import STANDS_ALONE, Answer

bp = Blueprint(__name__)

_DROP_ID = re.compile(r"[0-9a-f]{16}")


@route(bp, "GET", "/rapporter/{drop_id}", summary="Rapporten om en fil, der er lagt op")
def report(visit: Visit) -> Answer:
    drop_id = visit.parameters["drop_id"]
    drop = reading.drop(drop_id) if _DROP_ID.fullmatch(drop_id) else None
    page = reading.report_page(drop) if drop else None
    if drop is None or page is None:
        raise NoSuchPage
    look_log.note(
        who=visit.somebody.address,
        purpose="Rapporten om en fil med tal",
        municipality_code=None,
        agents=reading.report_agents(drop),
        clock=visit.clock,
    )
    return Answer(body=page, headers=STANDS_ALONE)
