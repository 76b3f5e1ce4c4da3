"""The pages of knowledge updates, which leaders and staff read, and of what the next newsletter may tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalice.app import Blueprint

from chalicelib.access.people import Role
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common import written
from chalicelib.common.errors import AppError, Conflict, NotFound
from chalicelib.common.written import FieldRefused
from chalicelib.partners import store as partner_store
from chalicelib.partners.knowledge import newsletter, pages, refusals, service, store
from chalicelib.runtime.web import Answer, see_other

bp = Blueprint(__name__)

#: So many of the latest are shown.
SHOWN = 100
#: So many of the latest that were declined are shown.
DECLINED_SHOWN = 20
LONGEST_REASON = 1000
_REASON = "begrundelse"


@route(bp, "GET", "/viden", summary="Det, partnerne vil have agenterne til at vide")
def knowledge(visit: Visit) -> Answer:
    role, today = visit.somebody.role, visit.clock.today()
    is_secretariat = role is Role.SECRETARIAT
    waiting = store.waiting() if is_secretariat else ()
    declined = store.declined(at_most=DECLINED_SHOWN) if is_secretariat else ()
    return visit.page(
        "partners/knowledge_list.html",
        waiting=[pages.waiting(each, today=today) for each in waiting],
        published=[pages.published(each, today=today) for each in store.published(at_most=SHOWN)],
        shown=SHOWN,
        declined=[pages.declined(each) for each in declined],
        declined_shown=DECLINED_SHOWN,
        is_leader=role is Role.LEADER,
    )


@route(bp, "GET", "/viden/{partner_id}/{update_id}", summary="Et stykke viden fra en partner")
def knowledge_update(visit: Visit) -> Answer:
    return _update(visit)


@route(bp, "POST", "/viden/{partner_id}/{update_id}/udgiv", summary="Udgiv viden til agenterne")
def publish(visit: Visit) -> Answer:
    def enter(partner_id: str, update_id: str, by: str) -> None:
        service.publish(partner_id, update_id, by=by, clock=visit.clock)

    return _decide(visit, enter)


@route(bp, "POST", "/viden/{partner_id}/{update_id}/afvis", summary="Afvis viden fra en partner")
def decline(visit: Visit) -> Answer:
    def enter(partner_id: str, update_id: str, by: str) -> None:
        reason = written.words(visit.form.text(_REASON), at_most=LONGEST_REASON)
        service.decline(partner_id, update_id, reason=reason, by=by, clock=visit.clock)

    return _decide(visit, enter)


@route(bp, "GET", "/nyhedsbrev", summary="Hvad det næste nyhedsbrev kan fortælle om partnerne")
def newsletter_items(visit: Visit) -> Answer:
    found = newsletter.items(partner_store.news(), store.published(at_most=SHOWN))
    return visit.page("partners/newsletter.html", items=found[:SHOWN])


def _decide(visit: Visit, enter: Callable[[str, str, str], None]) -> Answer:
    """Decide and show the update again; what stands against it is told there, nothing typed lost."""
    partner_id, update_id = visit.parameters["partner_id"], visit.parameters["update_id"]
    try:
        enter(partner_id, update_id, visit.somebody.address)
    except NotFound:
        raise
    except AppError as refused:
        field = _REASON if isinstance(refused, FieldRefused | refusals.ReasonMissing) else ""
        return _update(visit, errors={field: refused.message}, status=409 if isinstance(refused, Conflict) else 422)
    return see_other(f"/viden/{partner_id}/{update_id}")


def _update(visit: Visit, *, errors: Mapping[str, str] | None = None, status: int = 200) -> Answer:
    update = service.of_partner(visit.parameters["partner_id"], visit.parameters["update_id"])
    return visit.page(
        "partners/knowledge_update.html",
        status=status,
        update=pages.whole(update, role=visit.somebody.role),
        typed=visit.form.text(_REASON) if errors else "",
        longest_reason=LONGEST_REASON,
        errors=errors or {},
    )
