"""The OpenAPI document in words: the fields of what is sent and answered, in Danish. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.access.people import NAME_BY_ROLE, Role
from chalicelib.common import danish
from chalicelib.site.openapi import API, PAGES, PARTNERS

_WORD_BY_TYPE = {
    "string": "tekst",
    "integer": "heltal",
    "number": "tal",
    "boolean": "true eller false",
    "array": "liste",
    "object": "objekt",
    "null": "null",
}
# Each would stand on a line of its own.
_NUMBERS_OF_A_LIST = re.compile(r"(?<=\[)[\s0-9,]+(?=\])")
_WORD_BY_FORMAT = {"date": "dato, åååå-mm-dd", "date-time": "tidspunkt, ISO 8601", "email": "e-mailadresse"}
#: What the status of a problem means to who called.
_MEANINGS = (
    ("400", "Indholdet kan ikke læses, eller det har ikke den form, der er beskrevet. Ret programmet."),
    ("401", "Kaldet er ikke underskrevet med en gyldig nøgle. Går jeres ur forkert, står det i hint."),
    ("403", "Det kan I ikke i dag: ingen aftale gælder."),
    ("404", "Det findes ikke, eller det er ikke jeres."),
    ("409", "Der er sket noget imens, eller det findes allerede. Læs igen, før I prøver igen."),
    ("413", "Indholdet fylder for meget."),
    ("415", "Send indholdet som application/json."),
    ("422", "Det kan læses, men ikke tages imod. Ret de felter, der peges på."),
    ("429", "Vent, så længe Retry-After siger, når den er der."),
    ("500 og 503", "Fejlen er vores. Prøv igen om lidt, en POST med den samme Idempotency-Key."),
)


def explain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the readable page.

    `programs` are for anybody, the description of the API itself after what it describes; others `for_partners`, who
    sign each call. `problem` are a problem's fields, `meanings` those of its status.
    """
    schemas = document["components"]["schemas"]
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, by_method in document["paths"].items()
        for method, operation in by_method.items()
    ]
    return {
        "programs": sorted(
            (_program(each, schemas) for each in operations if API in each["tags"]),
            key=lambda program: program["path"] == "/openapi.json",
        ),
        "for_partners": [_program(each, schemas) for each in operations if PARTNERS in each["tags"]],
        "signature": document["components"]["securitySchemes"]["signature"]["description"],
        "pages": [_page(each) for each in operations if PAGES in each["tags"]],
        "problem": list(_fields(schemas["Problem"], schemas)),
        "meanings": _MEANINGS,
    }


def _page(operation: Mapping[str, Any]) -> dict[str, str]:
    return {
        "method": operation["method"],
        "path": operation["path"],
        "summary": operation["summary"],
        "who": "Partnere, med underskrift" if PARTNERS in operation["tags"] else _who(operation.get("x-roles", [])),
    }


def _who(roles: Sequence[str]) -> str:
    if not roles:
        return "Alle"
    if set(roles) == set(Role):
        return "Alle, der er logget ind"
    return danish.listed([NAME_BY_ROLE[role] for role in Role if role in roles])


def _program(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    body = _schema_in(operation.get("requestBody", {}), schemas)
    answers = {status: answer for status, answer in operation["responses"].items() if status != "default"}
    problems = [status for status, answer in answers.items() if _is_plain_problem(answer)]
    return {
        **_page(operation),
        "description": body.get("description", ""),
        "parameters": [
            {"name": each["name"], "description": each["description"], "example": each["example"]}
            for each in operation.get("parameters", [])
            if "description" in each
        ],
        "fields": list(_fields(body, schemas)),
        "example": _example(body),
        "answers": [_answer(status, answer, schemas) for status, answer in answers.items() if status not in problems],
        "problems": danish.listed(problems),
    }


def _answer(status: str, answer: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    schema = _schema_in(answer, schemas)
    return {
        "status": status,
        "description": schema.get("description") or answer["description"],
        "fields": list(_fields(schema, schemas)),
        "example": _example(schema),
    }


def _is_plain_problem(answer: Mapping[str, Any]) -> bool:
    """Whether an answer is a problem like any other: those are described once, for all."""
    content: Mapping[str, Any] = next(iter(answer.get("content", {}).values()), {})
    reference: str = content.get("schema", {}).get("$ref", "")
    return reference.endswith("/Problem")


def _schema_in(message: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = next(iter(message.get("content", {}).values()), {})
    return _resolved(content.get("schema", {}), schemas)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return schemas[reference.rpartition("/")[2]] | {**schema} if reference else schema


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, within: str = "") -> Iterator[dict[str, Any]]:
    """Yield each field, those of an object within right after it, named `contact/email`."""
    for name, declared in schema.get("properties", {}).items():
        field = _resolved(declared, schemas)
        yield {
            "name": within + name,
            "type": _type(field, schemas),
            "is_required": name in schema.get("required", []),
            "description": field.get("description", ""),
        }
        inner = _object_in(field, schemas)
        yield from _fields(inner, schemas, within=f"{within}{name}/{'…/' if 'items' in field else ''}")


def _object_in(field: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the object that a field is, may be, or lists."""
    for choice in field.get("anyOf", [field.get("items", field)]):
        resolved = _resolved(choice, schemas)
        if "properties" in resolved:
            return resolved
    return {}


def _type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    schema = _resolved(schema, schemas)
    if choices := schema.get("anyOf"):
        return " eller ".join(_type(choice, schemas) for choice in choices)
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return " eller ".join(json.dumps(value, ensure_ascii=False) for value in values)
    if schema.get("type") == "array" and schema.get("items"):
        return f"liste af {_type(schema['items'], schemas)}"
    return _WORD_BY_FORMAT.get(schema.get("format", "")) or _WORD_BY_TYPE.get(schema.get("type", ""), "hvad som helst")


def _example(schema: Mapping[str, Any]) -> str:
    if not schema.get("examples"):
        return ""
    written = json.dumps(schema["examples"][0], ensure_ascii=False, indent=2)
    return _NUMBERS_OF_A_LIST.sub(lambda found: " ".join(found[0].split()), written)
