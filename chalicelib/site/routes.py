"""The site itself: the front page, the static files, and what the API looks like to programs and to people."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.access import call_limits
from chalicelib.access.routing import declared, route
from chalicelib.access.visit import Visit
from chalicelib.common.errors import NotFound
from chalicelib.runtime import assets
from chalicelib.runtime.web import Answer, json_answer

bp = Blueprint(__name__)

_KEEP_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@route(bp, "GET", "/", summary="Forsiden")
def front_page(visit: Visit) -> Answer:
    return visit.page("site/front.html")


@route(bp, "GET", "/static/{version}/{file}", summary="Typografi, skrifter og ikoner")
def static_file(visit: Visit) -> Answer:
    version, name = visit.parameters["version"], visit.parameters["file"]
    if version != assets.version() or not assets.exists(name):
        raise NotFound("Filen findes ikke. Genindlæs siden, der henviser til den.")
    body, content_type = assets.read(name)
    return Answer(body=body, content_type=content_type, headers=_KEEP_FOR_EVER)


@route(bp, "GET", "/openapi.json", summary="Denne beskrivelse af API og sider", answers={200: dict[str, object]})
def openapi_document(visit: Visit) -> Answer:  # noqa: ARG001  # every view takes its visit
    from chalicelib.site import openapi  # pydantic costs a cold start 175 ms, and few ask for this

    return json_answer(openapi.document(declared))


@route(bp, "GET", "/api", summary="API’et, forklaret for mennesker")
def api_page(visit: Visit) -> Answer:
    from chalicelib.site import explained, openapi

    facts = explained.explain(openapi.document(declared))
    return visit.page("site/api.html", most_calls_a_minute=call_limits.MOST_CALLS_A_MINUTE, **facts)
