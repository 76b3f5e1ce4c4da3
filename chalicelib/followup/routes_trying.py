"""What may be tried without anything coming of it: other rules on the stored months, and dry runs."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.followup import dry_run_letter, dry_run_page, dry_run_pages, what_if_page
from chalicelib.runtime.web import Answer

bp = Blueprint(__name__)


@route(bp, "GET", "/hvad-nu-hvis", summary="Hvad en anden regel eller start ville have sagt om de gemte måneder")
def what_if(visit: Visit) -> Answer:
    return what_if_page.shown(visit)


@route(bp, "GET", "/proevekoersel", summary="Prøvekørsler af månederne før proceduren, og en ny")
def dry_runs(visit: Visit) -> Answer:
    return dry_run_pages.shown(visit)


@route(bp, "POST", "/proevekoersel", summary="Kør en prøve")
def start_dry_run(visit: Visit) -> Answer:
    return dry_run_pages.started(visit)


@route(bp, "GET", "/proevekoersel/{run}", summary="Hvad en prøvekørsel kom frem til, måned for måned")
def dry_run(visit: Visit) -> Answer:
    return dry_run_page.shown(visit)


@route(bp, "GET", "/proevekoersel/{run}/{month}/{municipality_code}", summary="Den mail, kommunen ville have fået")
def letter(visit: Visit) -> Answer:
    return dry_run_letter.shown(visit)


@route(bp, "GET", "/proevekoersel/{run}/{month}/{municipality_code}/mail", summary="Mailen, som den ser ud")
def letter_alone(visit: Visit) -> Answer:
    return dry_run_letter.shown_alone(visit)
