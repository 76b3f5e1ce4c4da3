"""The OpenAPI 3.1 document, made from the declared routes and their pydantic models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from chalicelib.access.routing import Declared
from chalicelib.access.sessions import COOKIE
from chalicelib.access.table import ROLES_BY_ROUTE
from chalicelib.runtime import web

API, PAGES = "API", "Sider"
_PARAMETER = re.compile(r"\{(\w+)\}")
_PROBLEM = {
    "type": "object",
    "description": "Hvad der gik galt (RFC 9457). Bestemte problemer har flere felter.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Altid about:blank; skeln på code"},
        "title": {"type": "string", "description": "HTTP-statussens navn på engelsk"},
        "status": {"type": "integer", "description": "HTTP-status"},
        "code": {"type": "string", "description": "Fast kode, som et program kan skelne på"},
        "detail": {"type": "string", "description": "Forklaring på dansk, som kan vises til et menneske"},
        "errors": {
            "type": "array",
            "description": "De felter, der skal rettes",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Feltets plads i det sendte (RFC 6901)"},
                    "detail": {"type": "string", "description": "Hvad der er galt med det, på dansk"},
                },
            },
        },
    },
}

_SIGNATURE = (
    "Hvert kald underskrives efter RFC 9421 (HTTP Message Signatures) med partnerens egen Ed25519-nøgle, hvis "
    "offentlige del sekretariatet har registreret. Signature-Input dækker @method, @authority og @path; content-type "
    "og content-digest (sha-256, RFC 9530), når der er indhold; og idempotency-key, når den sendes. Parametre: created "
    "(højst 300 sekunder fra vores ur), keyid og nonce (16-64 tegn af A-Z a-z 0-9 _ -, ny for hvert kald). Én "
    "signatur, ingen query string."
)


def document(routes: Iterable[Declared]) -> dict[str, Any]:
    """Return the document of the routes. The paths stand in the order in which they were declared."""
    routes = list(routes)
    schemas, definitions = _schemas(routes)
    paths: dict[str, Any] = {}
    for each in routes:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Den Digitale Hotline",
            "version": "1",
            "description": "API'et for kommuner og partnere, og siderne for mennesker.",
        },
        "tags": [{"name": API}, {"name": PAGES}],
        "paths": paths,
        "components": {
            "schemas": {**definitions, "Problem": _PROBLEM},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Sættes af /log-ind"},
                "signature": {"type": "apiKey", "in": "header", "name": "Signature", "description": _SIGNATURE},
            },
        },
    }


def _schemas(routes: list[Declared]) -> tuple[dict[tuple[str, str, Any], Any], dict[str, Any]]:
    """Return the schema of each route's body and answers by (method, path, status or "body"), and what they share."""
    asked: list[tuple[tuple[str, str, Any], JsonSchemaMode, TypeAdapter[Any]]] = []
    for each in routes:
        if each.body is not None:
            asked.append(((each.method, each.path, "body"), "validation", TypeAdapter(each.body)))
        for status, model in (each.answers or {}).items():
            if model is not None:
                asked.append(((each.method, each.path, status), "serialization", TypeAdapter(model)))
    made, shared = TypeAdapter.json_schemas(asked, ref_template="#/components/schemas/{model}")
    return {key: schema for (key, _), schema in made.items()}, shared.get("$defs", {})


def _operation(route: Declared, schemas: dict[tuple[str, str, Any], Any]) -> dict[str, Any]:
    is_api = route.path.startswith(web.PROGRAMS_PATHS)
    operation: dict[str, Any] = {
        "operationId": "_".join([route.method.lower(), *re.findall(r"[\w-]+", route.path)]),
        "summary": route.summary,
        "tags": [API if is_api else PAGES],
        "responses": {
            **(_api_answers(route, schemas) if is_api else _page_answers(route)),
            "default": {"description": "Hvad der gik galt, og hvad man kan gøre", "content": _problem(is_api)},
        },
    }
    if parameters := _PARAMETER.findall(route.path):
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters
        ]
    if route.method != "GET":
        schema = schemas.get((route.method, route.path, "body"), {"type": "object"})
        operation["requestBody"] = {"required": True, "content": {web.JSON if is_api else web.FORM: {"schema": schema}}}
    if route.is_signed:
        operation["security"] = [{"signature": []}]
    elif not route.is_public:
        operation["security"] = [{"session": []}]
        operation["x-roles"] = sorted(ROLES_BY_ROUTE[route.method, route.path])
    return operation


def _api_answers(route: Declared, schemas: dict[tuple[str, str, Any], Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status in route.answers or {}:
        answers[str(status)] = {"description": HTTPStatus(status).phrase}
        if schema := schemas.get((route.method, route.path, status)):
            content_type = web.JSON if status < 400 else web.PROBLEM_JSON
            answers[str(status)]["content"] = {content_type: {"schema": schema}}
        elif status >= 400:
            answers[str(status)]["content"] = _problem(is_api=True)
    return answers


def _page_answers(route: Declared) -> dict[str, Any]:
    if route.path.startswith("/static/"):
        return {"200": {"description": "Filen", "content": {"*/*": {}}}}
    page = {"description": "Siden", "content": {"text/html": {}}}
    if route.method == "GET":
        return {"200": page}
    return {"303": {"description": "Taget imod: se den næste side"}, "422": {**page, "description": "Ret formularen"}}


def _problem(is_api: bool) -> dict[str, Any]:
    return {web.PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}} if is_api else {"text/html": {}}
