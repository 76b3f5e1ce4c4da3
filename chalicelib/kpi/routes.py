"""The report of a dropped file, for the secretariat: the page that ingestion put beside the file."""

from __future__ import annotations

import re

from chalice.app import Blueprint

from chalicelib.access.checks import NoSuchPage
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.kpi import reading, report_looks
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)

_DROP_ID = re.compile(r"[0-9a-f]{16}")
#: The report is a page of its own with its style inside, and repeats what stands in a file: it may do nothing else.
_STANDS_ALONE = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
}


@route(bp, "GET", "/rapporter/{drop_id}", summary="Rapporten om en fil, der er lagt op")
def report(visit: Visit) -> Answer:
    drop_id = visit.parameters["drop_id"]
    drop = reading.drop(drop_id) if _DROP_ID.fullmatch(drop_id) else None
    page = reading.report_page(drop) if drop else None
    if page is None:
        raise NoSuchPage
    report_looks.note(drop_id, by=visit.somebody.address, clock=visit.clock)
    return Answer(body=page, headers=_STANDS_ALONE)
