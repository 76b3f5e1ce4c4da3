"""The OpenAPI document in words: the fields of what is sent and answered, in Danish. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.access.people import NAME_BY_ROLE, Role
from chalicelib.common import danish
from chalicelib.site.openapi import API

_WORD_BY_TYPE = {
    "string": "tekst",
    "integer": "heltal",
    "number": "tal",
    "boolean": "true eller false",
    "array": "liste",
    "object": "objekt",
    "null": "null",
}
_WORD_BY_FORMAT = {"date": "dato, åååå-mm-dd", "date-time": "tidspunkt, ISO 8601", "email": "e-mailadresse"}


def explain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the readable page: `programs`, `pages`, and the fields of a `problem`.

    The description of the API itself comes after what it describes.
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
        "pages": [_page(each) for each in operations if API not in each["tags"]],
        "problem": list(_fields(schemas["Problem"], schemas)),
    }


def _page(operation: Mapping[str, Any]) -> dict[str, str]:
    return {
        "method": operation["method"],
        "path": operation["path"],
        "summary": operation["summary"],
        "who": _who(operation.get("x-roles", [])),
    }


def _who(roles: Sequence[str]) -> str:
    if not roles:
        return "Alle"
    if set(roles) == set(Role):
        return "Alle, der er logget ind"
    return danish.listed([NAME_BY_ROLE[role] for role in Role if role in roles])


def _program(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    body = _schema_in(operation.get("requestBody", {}), schemas)
    return {
        **_page(operation),
        "description": body.get("description", ""),
        "fields": list(_fields(body, schemas)),
        "example": _example(body),
        "answers": [
            {
                "status": status,
                "description": _schema_in(answer, schemas).get("description") or answer["description"],
                "fields": list(_fields(_schema_in(answer, schemas), schemas)),
                "example": _example(_schema_in(answer, schemas)),
            }
            for status, answer in operation["responses"].items()
            if status != "default"
        ],
    }


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
        inner = _resolved(field.get("items", field), schemas)
        yield from _fields(inner, schemas, within=f"{within}{name}/{'…/' if 'items' in field else ''}")


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
    return json.dumps(schema["examples"][0], ensure_ascii=False, indent=2) if schema.get("examples") else ""
