"""What programs send, read into dataclasses whose fields describe themselves to pydantic.

pydantic is imported only where a body is read: it costs a cold start 175 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from chalicelib.runtime.web import BadRequest

T = TypeVar("T")

#: A date by its shape alone: whether there is such a day is asked afterwards.
ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
#: Of a body that is wrong all over, so many faults are told.
_MOST_FAULTS = 20
_SAID_BY_FAULT: Mapping[str, str] = {
    "missing": "Feltet mangler.",
    "unexpected_keyword_argument": "Feltet kendes ikke. Fjern det.",
    "string_type": "Feltet skal være en tekst.",
    "int_type": "Feltet skal være et helt tal.",
    "list_type": "Feltet skal være en liste.",
    "string_pattern_mismatch": "Datoen skal skrives som ÅÅÅÅ-MM-DD.",
    "string_unicode": "Teksten er ikke gyldig Unicode.",
}


class Malformed(BadRequest):
    """Raised when a body hasn't the shape that the API's description says. Fields are named by their place."""

    code = "malformed"

    def __init__(self, message_by_field: Mapping[str, str]) -> None:
        super().__init__("Indholdet har ikke den form, der er beskrevet i openapi.json.")
        self.message_by_field = dict(message_by_field)


def read(shape: type[T], value: Any) -> T:
    """Return a JSON value as the dataclass `shape`.

    Raises:
        Malformed: it hasn't its shape; a field within another is named `contact/email`.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FAULTS]
        raise Malformed({"/".join(map(_place, fault["loc"])): _said(fault["type"]) for fault in faults}) from error


def _place(part: str | int) -> str:
    """Return a part of a JSON pointer (RFC 6901). A field that we don't know may be named by anything."""
    shown = str(part)[:60].encode("utf-8", "replace").decode()
    return shown.replace("~", "~0").replace("/", "~1")


def _said(fault: str) -> str:
    return _SAID_BY_FAULT.get(fault, "Feltet har ikke den form, der er beskrevet i openapi.json.")
