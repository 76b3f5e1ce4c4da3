"""The OpenAPI 3.1 document, made from the declared routes and their pydantic models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue

from chalicelib.access.routing import Declared
from chalicelib.access.sessions import COOKIE
from chalicelib.access.table import ROLES_BY_ROUTE
from chalicelib.runtime import web

API, PARTNERS, PAGES = "API", "API for partnere", "Sider"
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

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "1-128 tegn uden mellemrum, ny for hvert nyt kald. Det samme kald igen med samme nøgle gøres én "
    "gang og får samme svar i 24 timer; et andet kald med nøglen er 422.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "example": "2025-03-03-viden-1",
}
# What may be wrong with any signed call, and besides with one that has a body.
_SIGNED_PROBLEMS = (401, 429)
_BODY_PROBLEMS = (400, 413, 415, 422)


class _InOrder(GenerateJsonSchema):
    """Keeps what people read, such as examples, in the order in which it was written."""

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002  # theirs
        return value


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
        "tags": [{"name": API}, {"name": PARTNERS, "description": _SIGNATURE}, {"name": PAGES}],
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
    made, shared = TypeAdapter.json_schemas(
        asked, ref_template="#/components/schemas/{model}", schema_generator=_InOrder
    )
    return {key: schema for (key, _), schema in made.items()}, shared.get("$defs", {})


def _operation(route: Declared, schemas: dict[tuple[str, str, Any], Any]) -> dict[str, Any]:
    is_api = route.path.startswith(web.PROGRAMS_PATHS)
    operation: dict[str, Any] = {
        "operationId": "_".join([route.method.lower(), *re.findall(r"[\w-]+", route.path)]),
        "summary": route.summary,
        "tags": [PARTNERS if route.is_signed else API if is_api else PAGES],
        "responses": {
            **(_api_answers(route, schemas) if is_api else _page_answers(route)),
            "default": {"description": "Hvad der gik galt, og hvad man kan gøre", "content": _problem(is_api)},
        },
    }
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.method != "GET":
        schema = schemas.get((route.method, route.path, "body"), {"type": "object"})
        operation["requestBody"] = {"required": True, "content": {web.JSON if is_api else web.FORM: {"schema": schema}}}
    if route.is_signed:
        operation["security"] = [{"signature": []}]
    elif not route.is_public:
        operation["security"] = [{"session": []}]
        operation["x-roles"] = sorted(ROLES_BY_ROUTE[route.method, route.path])
    return operation


def _parameters(route: Declared) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    for name in _PARAMETER.findall(route.path):
        parameter: dict[str, Any] = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        if told := route.parameters.get(name):
            parameter["description"] = told.description
            parameter["schema"] = {"type": "string", "pattern": told.pattern}
            parameter["example"] = told.example
        parameters.append(parameter)
    if route.is_signed and route.method == "POST":
        parameters.append(_IDEMPOTENCY_KEY)
    return parameters


def _statuses(route: Declared) -> list[int]:
    """Return what a program may be answered: what the route says, and what the guard of signed calls refuses."""
    statuses = set(route.answers or {})
    if route.is_signed:
        statuses.update(_SIGNED_PROBLEMS)
        if route.method != "GET":
            statuses.update(_BODY_PROBLEMS)
        if route.method == "POST":
            statuses.add(409)
    return sorted(statuses)


def _api_answers(route: Declared, schemas: dict[tuple[str, str, Any], Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status in _statuses(route):
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
