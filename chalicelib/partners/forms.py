"""What is typed about agreements and keys, read into values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from chalicelib.common import written
from chalicelib.common.written import FieldRefused, Fields, FormRefused
from chalicelib.partners.agreements import Terms
from chalicelib.partners.evaluating import Said
from chalicelib.partners.periods import Period
from chalicelib.runtime.web import Form

T = TypeVar("T")

LONGEST_TEXT = 2000
_MOST_CALLS = 1_000_000
_WHOLE = re.compile(r"[0-9]{1,7}|[0-9]{1,3}(?:[. ][0-9]{3}){1,2}")
_KRONER = re.compile(r"([0-9]{1,5})(?:[,.]([0-9]{2}))?")
#: [A] A key and its successor overlap for weeks, not years.
_LONGEST_OVERLAP = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """How an agreement is to go on."""

    until: date | None
    review_date: date | None
    calls_per_month: int
    price_per_call_oere: int | None


def terms(form: Form) -> Terms:
    """Return the terms that the form describes.

    Raises:
        FormRefused: fields can't be taken; all of them.
    """
    fields = Fields()
    start = fields.read("start", lambda: written.day(form.text("start")))
    end = fields.read("slut", lambda: _maybe_day(form.text("slut")))
    review_date = fields.read("gennemgang", lambda: _maybe_day(form.text("gennemgang")))
    missing = "Skriv, hvad aftalen dækker, for eksempel opkald om affald på hverdage."
    coverage = fields.read(
        "daekning", lambda: written.words(form.text("daekning"), at_most=LONGEST_TEXT, missing=missing)
    )
    calls = fields.read("opkald", lambda: _calls(form.text("opkald")))
    price = fields.read("pris", lambda: _oere(form.text("pris")))
    fields.check()
    return Terms(
        period=Period(start=_there(start), end=end),
        review_date=review_date,
        coverage=_there(coverage),
        calls_per_month=_there(calls),
        price_per_call_oere=price,
    )


def extension(form: Form) -> Extension:
    """Return how the agreement is to go on.

    Raises:
        FormRefused: fields can't be taken; all of them.
    """
    fields = Fields()
    until = fields.read("til", lambda: _maybe_day(form.text("til")))
    review_date = fields.read("til_gennemgang", lambda: _maybe_day(form.text("til_gennemgang")))
    calls = fields.read("til_opkald", lambda: _calls(form.text("til_opkald")))
    price = fields.read("til_pris", lambda: _oere(form.text("til_pris")))
    fields.check()
    return Extension(until=until, review_date=review_date, calls_per_month=_there(calls), price_per_call_oere=price)


def evaluation(form: Form) -> Said:
    """Return what the evaluation says.

    Raises:
        FormRefused: fields can't be taken; all of them.
    """
    fields = Fields()
    goes_on = fields.read("fortsaette", lambda: _yes(form.text("fortsaette")))
    calls = fields.read("opkald", lambda: _calls(form.text("opkald")))
    good = fields.read("godt", lambda: written.words(form.text("godt"), at_most=LONGEST_TEXT))
    better = fields.read("bedre", lambda: written.words(form.text("bedre"), at_most=LONGEST_TEXT))
    fields.check()
    text = "\n\n".join(
        f"{asked}\n{said}" for asked, said in (("Hvad virker godt?", good), ("Hvad skal ændres?", better)) if said
    )
    return Said(wants_to_go_on=_there(goes_on), calls_per_month=_there(calls), text=text)


def key_ending(form: Form, *, today: date) -> tuple[str, date]:
    """Return the id of the key that is to end, and its last day.

    Raises:
        FormRefused: fields can't be taken; all of them.
    """
    fields = Fields()
    key_id = form.text("udloeber")
    if not key_id:
        fields.refuse("udloeber", "Vælg den nøgle, der skal udløbe.")
    last_day = fields.read("udloeber_den", lambda: written.day(form.text("udloeber_den")))
    if last_day is not None and last_day > today + _LONGEST_OVERLAP:
        fields.refuse("udloeber_den", "Vælg en dag højst et år fremme.")
    fields.check()
    return key_id, _there(last_day)


def day(form: Form, name: str) -> date:
    """Return the date in a field.

    Raises:
        FormRefused: there is none.
    """
    return _alone(name, lambda: written.day(form.text(name)))


def reason(form: Form, name: str) -> str:
    """Return the reason that a partner is told; the rules say whether there must be one.

    Raises:
        FormRefused: it can't be taken.
    """
    return _alone(name, lambda: written.words(form.text(name), at_most=LONGEST_TEXT))


def _calls(text: str) -> int:
    if not _WHOLE.fullmatch(text) or int(re.sub(r"[. ]", "", text)) > _MOST_CALLS:
        raise FieldRefused("Skriv, hvor mange opkald der ventes om måneden, som et helt tal, for eksempel 900.")
    return int(re.sub(r"[. ]", "", text))


def _oere(text: str) -> int | None:
    if not text:
        return None
    match = _KRONER.fullmatch(text)
    if match is None:
        raise FieldRefused("Skriv prisen i kroner og øre, for eksempel 25,50, eller lad feltet stå tomt.")
    return int(match[1]) * 100 + int(match[2] or 0)


def _maybe_day(text: str) -> date | None:
    return written.day(text) if text else None


def _yes(text: str) -> bool:
    if text not in ("ja", "nej"):
        raise FieldRefused("Vælg, om aftalen skal fortsætte.")
    return text == "ja"


def _alone(name: str, reader: Callable[[], T]) -> T:
    try:
        return reader()
    except FieldRefused as refused:
        raise FormRefused({name: refused.message}) from refused


def _there(value: T | None) -> T:
    assert value is not None
    return value
