"""What is asked for when a municipality wants to join, as the form and the API send it, read into one value.

Both ways end in `submission`, so they take and refuse the same. The body of the API is a standard dataclass whose
fields describe themselves to pydantic, which is imported only where a body is read: it costs a cold start 175 ms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from chalicelib.common import municipalities, written
from chalicelib.common.written import FieldRefused, Fields, FormRefused
from chalicelib.mail.addresses import AddressRefused, check_address
from chalicelib.members.member import Service
from chalicelib.membership.requests import Submission
from chalicelib.runtime.web import Form

LONGEST_REASON = 2000
LONGEST_ROLE = 100
LONGEST_ANSWER = 2000
#: The radio button beside the allowed dates.
DISPENSATION = "dispensation"
_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

#: The fields as the API names them, and as the form does.
FORM_FIELD_BY_NAME: Mapping[str, str] = {
    "municipality_code": "kommune",
    "services": "ydelser",
    "entry_date": "dato",
    "dispensation_reason": "begrundelse",
    "contact/role": "rolle",
    "contact/email": "email",
}

#: Every field of the form that holds one text.
FORM_FIELDS = ("kommune", "dato", "dispensationsdato", "begrundelse", "rolle", "email")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed, before anything is judged. `dispensation_reason` is None when none is asked for."""

    municipality: str
    services: tuple[str, ...]
    entry_date: str
    contact_role: str
    contact_email: str
    dispensation_reason: str | None


def from_form(form: Form) -> Typed:
    """Return what the fields of the form say."""
    asks = form.text("dato") == DISPENSATION
    return Typed(
        municipality=form.text("kommune"),
        services=form.texts("ydelser"),
        entry_date=form.text("dispensationsdato" if asks else "dato"),
        contact_role=form.text("rolle"),
        contact_email=form.text("email"),
        dispensation_reason=form.text("begrundelse") if asks else None,
    )


def form_field(name: str, form: Form) -> str:
    """Return the form's name of a field that the API names otherwise."""
    if name == "entry_date" and form.text("dato") == DISPENSATION:
        return "dispensationsdato"
    return FORM_FIELD_BY_NAME[name]


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
        municipality=body.municipality_code if re.fullmatch(r"[0-9]{3,4}", body.municipality_code) else "",
        services=tuple(body.services),
        entry_date=body.entry_date,
        contact_role=body.contact.role,
        contact_email=body.contact.email,
        dispensation_reason=body.dispensation_reason,
    )


def submission(typed: Typed) -> Submission:
    """Return what is asked for.

    Raises:
        FormRefused: fields can't be taken; all of them, named as the API names them.
    """
    fields = Fields()
    code = fields.read("municipality_code", lambda: _municipality(typed.municipality))
    services = fields.read("services", lambda: _services(typed.services))
    entry_date = fields.read("entry_date", lambda: _entry_date(typed))
    reason = fields.read("dispensation_reason", lambda: _reason(typed.dispensation_reason))
    role = fields.read(
        "contact/role",
        lambda: written.line(
            typed.contact_role,
            at_most=LONGEST_ROLE,
            missing="Skriv kontaktpersonens rolle, for eksempel afdelingsleder.",
        ),
    )
    email = fields.read("contact/email", lambda: _address(typed.contact_email))
    fields.check()
    assert code is not None
    assert services is not None
    assert entry_date is not None
    assert role is not None
    assert email is not None
    return Submission(
        municipality_code=code,
        services=services,
        entry_date=entry_date,
        contact_role=role,
        contact_address=email,
        dispensation_reason=reason,
    )


def survey_text(text: str) -> str:
    """Return the free text of an exit answer, which may be empty.

    Raises:
        FormRefused: it is too long, or has characters that can't be shown.
    """
    fields = Fields()
    read = fields.read("tekst", lambda: written.words(text, at_most=LONGEST_ANSWER))
    fields.check()
    return read or ""


def _municipality(text: str) -> str:
    found = municipalities.find(text)
    if found is None:
        raise FieldRefused("Vælg en af de 98 kommuner. Skriv navnet, for eksempel Frederikssund.")
    return found.code


def _services(texts: tuple[str, ...]) -> frozenset[Service]:
    if not texts or not {service.value for service in Service}.issuperset(texts):
        raise FieldRefused("Vælg mindst én ydelse: kontaktcenter, chatbot eller begge.")
    return frozenset(Service(text) for text in texts)


def _entry_date(typed: Typed) -> date:
    if not typed.entry_date and typed.dispensation_reason is None:
        raise FieldRefused("Vælg en af datoerne, eller anmod om dispensation til en anden.")
    return written.day(typed.entry_date)


def _reason(text: str | None) -> str | None:
    if text is None:
        return None
    return written.words(text, at_most=LONGEST_REASON, missing="Skriv, hvorfor I ønsker en anden dato.")


def _role(text: str) -> str:
    missing = "Skriv kontaktpersonens rolle, for eksempel borgerservicechef."
    return written.line(text, at_most=LONGEST_ROLE, missing=missing)


def _address(text: str) -> str:
    try:
        return check_address(text)
    except AddressRefused as error:
        raise FieldRefused("Skriv én e-mailadresse som navn@kommune.dk, uden æ, ø og å.") from error


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
