"""What a program sends to ask for membership, and is answered.

The body is a standard dataclass whose fields describe themselves to pydantic (runtime/json_bodies.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from chalicelib.membership.forms import LONGEST_REASON, LONGEST_ROLE, Typed
from chalicelib.runtime import json_bodies


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
            "pattern": json_bodies.ISO_DATE,
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
        Malformed: it hasn't the shape of a MembershipRequestBody.
    """
    body = json_bodies.read(MembershipRequestBody, value)
    return Typed(
        municipality=body.municipality_code,
        services=tuple(body.services),
        entry_date=body.entry_date,
        contact_role=body.contact.role,
        contact_email=body.contact.email,
        dispensation_reason=body.dispensation_reason,
        is_code=True,
    )
