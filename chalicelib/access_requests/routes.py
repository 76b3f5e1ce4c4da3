"""Access requests: all that is held about an agent, found by the agent's id, is shown, or taken as a file."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Blueprint

from chalicelib.access import look_log
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.access_requests import record
from chalicelib.access_requests.roles import Roles
from chalicelib.access_requests.sections import sections
from chalicelib.common import agent_ids, written
from chalicelib.common.danish import clock_time
from chalicelib.common.errors import NotFound
from chalicelib.common.written import Fields, FormRefused
from chalicelib.followup.case_pages import held_address
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime.web import STANDS_ALONE, Answer, see_other

bp = Blueprint(__name__)

_PURPOSE = "Indsigtsbegæring"


class NothingHeld(NotFound):
    """Raised when nothing is held about an agent."""

    code = "nothing_held"

    def __init__(self) -> None:
        super().__init__(
            "Vi har ingen oplysninger om en agent med det id. Se efter, om det er skrevet som i tallene, også store og "
            "små bogstaver. Er det rigtigt, er svaret på begæringen, at vi ikke har noget, eller at det er slettet."
        )


@route(bp, "GET", "/indsigt", summary="Find en agent, der beder om indsigt")
def search(visit: Visit) -> Answer:
    return visit.page("access_requests/search.html", typed="", errors={})


@route(bp, "POST", "/indsigt", summary="Gå til det, der er om en agent")
def find(visit: Visit) -> Answer:
    typed, fields = visit.form.text("agent"), Fields()
    agent = fields.read("agent", lambda: written.words(typed, at_most=agent_ids.LONGEST, missing="Skriv agentens id."))
    try:
        fields.check()
    except FormRefused as refused:
        errors = refused.message_by_field
        return visit.page("access_requests/search.html", status=422, typed=typed, errors=errors)
    assert agent is not None
    return see_other(held_address(agent))


@route(bp, "GET", "/indsigt/{agent}", summary="Alt, hvad der er om en agent")
def held(visit: Visit) -> Answer:
    return visit.page("access_requests/held.html", **_facts(visit))


@route(bp, "GET", "/indsigt/{agent}/fil", summary="Alt, hvad der er om en agent, som en fil")
def file(visit: Visit) -> Answer:
    from chalicelib.runtime.templates import render  # Jinja2 is for pages alone

    name = re.sub(r"[^A-Za-z0-9-]+", "-", visit.parameters["agent"]).strip("-") or "agent"
    attachment = {"Content-Disposition": f'attachment; filename="indsigt-{name}.html"'}
    return Answer(body=render("access_requests/file.html", **_facts(visit)), headers={**STANDS_ALONE, **attachment})


def _facts(visit: Visit) -> dict[str, Any]:
    """Note the look, and return what is held.

    Raises:
        NothingHeld: about the agent is nothing.
    """
    agent, now, today, book = visit.parameters["agent"], visit.clock.now(), visit.clock.today(), rulebook.load()
    found = record.of_agent(agent, today=today, book=book)
    if found.is_empty and not record.looks_at(found, now=now, book=book).looks:
        raise NothingHeld
    look_log.note(
        who=visit.somebody.address, purpose=_PURPOSE, municipality_code=None, agents=(agent,), clock=visit.clock
    )
    looks = record.looks_at(found, now=now, book=book)
    return {
        "agent": agent,
        "address": held_address(agent),
        "others": [(other, held_address(other)) for other in found.other_ids],
        "made": clock_time(now),
        "months_kept": book.in_force(RuleName.RETENTION_MONTHS, today).value,
        "sections": sections(found, looks, role_of=Roles().of),
    }
