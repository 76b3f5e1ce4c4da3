"""What is typed about a partner itself: what it is called, and who gets its mail."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from chalicelib.common import written
from chalicelib.common.written import FieldRefused, Fields
from chalicelib.kpi import figures
from chalicelib.mail.addresses import AddressRefused, check_address
from chalicelib.partners.agreements import Partner
from chalicelib.partners.naming import id_of
from chalicelib.runtime.web import Form

LONGEST_NAME = 60
MOST_CONTACTS = 10
_CVR = re.compile(r"[0-9]{8}")
#: What stands where a partner's id would, in the addresses of pages.
_RESERVED = ("ny",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What a partner is called: itself, in the register of companies, and in exports."""

    name: str
    cvr: str
    queue: str


def partner(form: Form) -> Partner:
    """Return the partner that the form describes.

    Raises:
        FormRefused: fields can't be taken; all of them.
    """
    fields = Fields()
    called = _called(fields, form)
    addresses = fields.read("kontakter", lambda: _addresses(form.text("kontakter")))
    fields.check()
    assert called is not None
    assert addresses is not None
    return Partner(
        partner_id=id_of(called.name), name=called.name, cvr=called.cvr, contacts=addresses, queue=called.queue
    )


def correction(form: Form) -> Called:
    """Return what the partner is called, as the form puts it right.

    Raises:
        FormRefused: fields can't be taken; all of them.
    """
    fields = Fields()
    called = _called(fields, form)
    fields.check()
    assert called is not None
    return called


def contacts(form: Form) -> tuple[str, ...]:
    """Return the addresses that the form lists.

    Raises:
        FormRefused: they can't be taken.
    """
    fields = Fields()
    addresses = fields.read("kontakter", lambda: _addresses(form.text("kontakter")))
    fields.check()
    assert addresses is not None
    return addresses


def _called(fields: Fields, form: Form) -> Called | None:
    """Return what the partner is called; None when one of the fields is refused."""
    name = fields.read("navn", lambda: _name(form.text("navn")))
    cvr = fields.read("cvr", lambda: _cvr(form.text("cvr")))
    queue = fields.read("koe", lambda: _queue(form.text("koe")))
    if name is None or cvr is None or queue is None:
        return None
    return Called(name=name, cvr=cvr, queue=queue)


def _name(text: str) -> str:
    name = _composed(text, missing="Skriv partnerens navn, for eksempel RenoSyd.")
    if len(id_of(name)) < 2 or id_of(name) in _RESERVED:
        raise FieldRefused("Navnet skal have mindst to bogstaver eller tal og kan ikke være »ny«.")
    return name


def _queue(text: str) -> str:
    queue = _composed(text, missing="Skriv køens navn, som det står i telefonsystemets udtræk.")
    if not figures.is_partner_name(queue):
        raise FieldRefused(
            "Sådan kan en kø ikke hedde i et udtræk. Brug bogstaver og eventuelt tal, mellemrum og tegnene .,&'/()+- "
            "og slut ikke med »i alt«."
        )
    return queue


def _composed(text: str, *, missing: str) -> str:
    """Return a name of one line as we keep it: å is one letter, however it was typed or pasted."""
    return " ".join(written.line(unicodedata.normalize("NFC", text), at_most=LONGEST_NAME, missing=missing).split())


def _cvr(text: str) -> str:
    cvr = text.replace(" ", "")
    if not _CVR.fullmatch(cvr):
        raise FieldRefused("Skriv CVR-nummeret, otte cifre, for eksempel 12345678.")
    return cvr


def _addresses(text: str) -> tuple[str, ...]:
    addresses = tuple(dict.fromkeys(text.split()))
    if not 1 <= len(addresses) <= MOST_CONTACTS:
        raise FieldRefused(f"Skriv mindst én og højst {MOST_CONTACTS} e-mailadresser, hver på sin linje.")
    try:
        return tuple(check_address(address) for address in addresses)
    except AddressRefused as error:
        raise FieldRefused("Skriv hver e-mailadresse på sin linje som navn@partner.dk, uden æ, ø og å.") from error
