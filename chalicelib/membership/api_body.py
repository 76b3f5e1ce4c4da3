"""What a program sends to ask for membership, and is answered.

The body is a standard dataclass whose fields describe themselves to pydantic, which is imported only where a body is
read: it costs a cold start 175 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from chalicelib.common.written import FormRefused
from chalicelib.membership.forms import LONGEST_REASON, LONGEST_ROLE, Typed

_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True, kw_only=True)
class ContactBody:
    """Den, vi skriver til om anmodningen."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    role: str = field(
        metadata={
            "description": f"Kontaktpersonens rolle, højst {LONGEST_ROLE} tegn",
            "examples": ["Borgerservicechef"],
        }
    )
    email: str = field(metadata={"description": "Kontaktpersonens e-mailadresse", "examples": ["chef@kommune.example"]})


@dataclass(frozen=True, kw_only=True)
class MembershipRequestBody:
    """En anmodning om indmeldelse."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    municipality_code: str = field(
        metadata={"description": "Kommunekoden, tre cifre (0250 går også)", "examples": ["250"]}
    )
    services: list[str] = field(
        metadata={
            "description": "Ydelserne: contact_centre, chatbot eller begge",
            "examples": [["contact_centre", "chatbot"]],
        }
    )
    entry_date: str = field(
        metadata={
            "description": "Ønsket indmeldelsesdato, som ÅÅÅÅ-MM-DD",
            "pattern": _ISO_DATE,
            "examples": ["2025-04-01"],
        }
    )
    contact: ContactBody
    dispensation_reason: str | None = field(
        default=None,
        metadata={
            "description": "Begrundelsen, når datoen ikke er en almindelig indmeldelsesdato; ellers null. "
            f"Højst {LONGEST_REASON} tegn",
            "examples": [None],
        },
    )


@dataclass(frozen=True, kw_only=True)
class MembershipRequestReceived:
    """Anmodningen er modtaget. Kontaktpersonen skal bekræfte den med linket i en mail."""

    request_id: str = field(metadata={"description": "Anmodningens nummer"})
    status_url: str = field(metadata={"description": "Siden, hvor kontaktpersonen følger den, når den er bekræftet"})


def from_json(value: Any) -> Typed:
    """Return what a JSON body says.

    Raises:
        FormRefused: it hasn't the shape of a MembershipRequestBody. Fields are named by their place: `contact/email`.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        body = TypeAdapter(MembershipRequestBody).validate_python(value)
    except ValidationError as error:
        faults = {"/".join(map(_place, fault["loc"])): _said(fault["type"]) for fault in error.errors()}
        raise FormRefused(faults) from error
    return Typed(
        municipality=body.municipality_code,
        services=tuple(body.services),
        entry_date=body.entry_date,
        contact_role=body.contact.role,
        contact_email=body.contact.email,
        dispensation_reason=body.dispensation_reason,
        is_code=True,
    )


_SAID_BY_FAULT: Mapping[str, str] = {
    "missing": "Feltet mangler.",
    "unexpected_keyword_argument": "Feltet kendes ikke. Fjern det.",
    "string_type": "Feltet skal være en tekst.",
    "list_type": "Feltet skal være en liste.",
    "string_pattern_mismatch": "Datoen skal skrives som ÅÅÅÅ-MM-DD.",
    "string_unicode": "Teksten er ikke gyldig Unicode.",
}


def _place(part: str | int) -> str:
    """Return a part of a JSON pointer (RFC 6901). A field that we don't know may be named by anything."""
    shown = str(part)[:60].encode("utf-8", "replace").decode()
    return shown.replace("~", "~0").replace("/", "~1")


def _said(fault: str) -> str:
    return _SAID_BY_FAULT.get(fault, "Feltet har ikke den form, der er beskrevet i openapi.json.")
