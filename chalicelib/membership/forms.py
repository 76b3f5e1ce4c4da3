"""What is typed when a municipality wants to join, read into one value.

The form and the API (api_body.py) both end in `submission`, so they take and refuse the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from chalicelib.common import municipalities, written
from chalicelib.common.written import FieldRefused, Fields
from chalicelib.mail.addresses import AddressRefused, check_address
from chalicelib.members.member import Service
from chalicelib.membership.requests import Submission
from chalicelib.runtime.web import Form

LONGEST_REASON = 2000
LONGEST_ROLE = 100
LONGEST_ANSWER = 2000
_CODE_WANTED = "Skriv kommunekoden, tre cifre, for eksempel 250."
_NAME_WANTED = "Vælg en af de 98 kommuner. Skriv navnet, for eksempel Frederikssund."
#: The radio button beside the allowed dates.
DISPENSATION = "dispensation"
_CODE = re.compile(r"[0-9]{3,4}")

#: The fields as the API names them, and as the form does. A date of its own for the dispensation only the form has.
FORM_FIELD_BY_NAME: Mapping[str, str] = {
    "municipality_code": "kommune",
    "services": "ydelser",
    "entry_date": "dato",
    "dispensation_date": "dispensationsdato",
    "dispensation_reason": "begrundelse",
    "contact/role": "rolle",
    "contact/email": "email",
}

#: Every field of the form that holds one text.
FORM_FIELDS = ("kommune", "dato", "dispensationsdato", "begrundelse", "rolle", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed, before anything is judged. `dispensation_reason` is None when none is asked for.

    `is_code`: the municipality is named by its code alone. `contradictions`: what to do about fields that say something
    else than others, by name.
    """

    municipality: str
    services: tuple[str, ...]
    entry_date: str
    contact_role: str
    contact_email: str
    dispensation_reason: str | None
    is_code: bool = False
    contradictions: Mapping[str, str] = field(default_factory=dict)


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
        contradictions={} if asks else _contradictions(form),
    )


def form_field(name: str, form: Form) -> str:
    """Return the form's name of a field that the API names otherwise; the form as a whole has none."""
    if name == "entry_date" and form.text("dato") == DISPENSATION:
        return "dispensationsdato"
    return FORM_FIELD_BY_NAME[name] if name else ""


def submission(typed: Typed) -> Submission:
    """Return what is asked for.

    Raises:
        FormRefused: fields can't be taken; all of them, named as the API names them.
    """
    fields = Fields()
    code = fields.read("municipality_code", lambda: _municipality(typed))
    services = fields.read("services", lambda: _services(typed.services))
    entry_date = fields.read("entry_date", lambda: _entry_date(typed))
    reason = fields.read("dispensation_reason", lambda: _reason(typed.dispensation_reason))
    role = fields.read("contact/role", lambda: _role(typed.contact_role))
    email = fields.read("contact/email", lambda: _address(typed.contact_email))
    for name, message in typed.contradictions.items():
        fields.refuse(name, message)
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


def decision_number(text: str) -> str:
    """Return a decision's number as the register knows it, also when its day is written the Danish way.

    `05-02-2025/1` becomes `2025-02-05/1`; what is no day is left for the register to refuse.
    """
    meeting, slash, item = text.partition("/")
    with suppress(FieldRefused):
        meeting = written.day(meeting.strip()).isoformat()
    return f"{meeting}{slash}{item.strip()}"


def survey_text(text: str) -> str:
    """Return the free text of an exit answer, which may be empty.

    Raises:
        FormRefused: it is too long, or has characters that can't be shown.
    """
    fields = Fields()
    read = fields.read("tekst", lambda: written.words(text, at_most=LONGEST_ANSWER))
    fields.check()
    return read or ""


def _contradictions(form: Form) -> dict[str, str]:
    """Return what to do about a dispensation that is written of beside an ordinary date: it is never just dropped."""
    if not form.text("dato"):
        return {}  # the error there says enough
    message_by_field = {
        "dispensation_date": "Slet datoen her, eller vælg »En anden dato: anmod om dispensation« ovenfor.",
        "dispensation_reason": "Slet begrundelsen, eller vælg »En anden dato: anmod om dispensation« ovenfor.",
    }
    return {name: said for name, said in message_by_field.items() if form.text(FORM_FIELD_BY_NAME[name])}


def _municipality(typed: Typed) -> str:
    if typed.is_code and not _CODE.fullmatch(typed.municipality):
        raise FieldRefused(_CODE_WANTED)
    found = municipalities.find(typed.municipality)
    if found is None:
        raise FieldRefused(_CODE_WANTED if typed.is_code else _NAME_WANTED)
    return found.code


def _services(texts: tuple[str, ...]) -> frozenset[Service]:
    if not texts or not {service.value for service in Service}.issuperset(texts):
        raise FieldRefused("Vælg mindst én ydelse: kontaktcenter, chatbot eller begge.")
    return frozenset(Service(text) for text in texts)


def _entry_date(typed: Typed) -> date:
    if not typed.entry_date and typed.dispensation_reason is None:
        raise FieldRefused("Vælg en af datoerne, eller anmod om dispensation til en anden.")
    if not typed.entry_date:
        raise FieldRefused("Skriv den dato, I ønsker, som dag-måned-år, for eksempel 15-05-2025.")
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
