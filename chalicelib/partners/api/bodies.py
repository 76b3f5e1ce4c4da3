"""What partners' programs send: its shape for the API's description, and its values read.

A shape is a standard dataclass whose fields describe themselves to pydantic (runtime/json_bodies.py). What isn't of the
shape is 400; what is, and can't be taken, is 422.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from chalicelib.common import written
from chalicelib.common.written import FieldRefused, Fields, FormRefused
from chalicelib.partners.forecasts.store import MOST_CALLS_A_DAY, NotAForecast
from chalicelib.partners.forecasts.weeks import DAYS
from chalicelib.partners.knowledge.updates import LONGEST_TEXT, LONGEST_TITLE, Draft
from chalicelib.runtime import json_bodies

MOST_CALLS_A_MONTH = 1_000_000


@dataclass(frozen=True, kw_only=True)
class ForecastBody:
    """De opkald, I venter i ugen."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"calls_per_day": [40, 38, 41, 39, 30, 0, 12]}]},
    }

    # Any: pydantic would take "40", true and 40.0 for whole numbers in a list.
    calls_per_day: list[Any] = field(
        metadata={
            "description": f"Ventede opkald hver af ugens {DAYS} dage, mandag først, hver fra 0 til {MOST_CALLS_A_DAY}",
            "json_schema_extra": {
                "minItems": DAYS,
                "maxItems": DAYS,
                "items": {"type": "integer", "minimum": 0, "maximum": MOST_CALLS_A_DAY},
            },
        }
    )


@dataclass(frozen=True, kw_only=True)
class ExtensionRequestBody:
    """Et ønske om, at aftalen går videre. Styregruppen afgør det."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "json_schema_extra": {"examples": [{"until": "2026-03-31", "expected_calls_per_month": 1000}]},
    }

    until: str = field(
        metadata={
            "description": "Den sidste dag, I ønsker, som ÅÅÅÅ-MM-DD",
            "pattern": json_bodies.ISO_DATE,
            "json_schema_extra": {"format": "date"},
        }
    )
    expected_calls_per_month: int = field(
        metadata={
            "description": f"Opkald, I venter om måneden, fra 0 til {MOST_CALLS_A_MONTH}",
            "strict": True,
            "json_schema_extra": {"minimum": 0, "maximum": MOST_CALLS_A_MONTH},
        }
    )


@dataclass(frozen=True, kw_only=True)
class KnowledgeUpdateBody:
    """Noget, agenterne skal vide. Sekretariatet læser det, før det når dem."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {
                    "title": "Nye tømmedage i Skanderborg",
                    "text": "Fra uge 10 tømmes madaffald om tirsdagen. Restaffald tømmes som før.",
                    "valid_from": "2025-03-03",
                }
            ]
        },
    }

    title: str = field(
        metadata={
            "description": f"En linje på højst {LONGEST_TITLE} tegn",
            "json_schema_extra": {"minLength": 1, "maxLength": LONGEST_TITLE},
        }
    )
    text: str = field(
        metadata={
            "description": f"Ren tekst på højst {LONGEST_TEXT} tegn, med linjeskift som \\n",
            "json_schema_extra": {"minLength": 1, "maxLength": LONGEST_TEXT},
        }
    )
    valid_from: str = field(
        metadata={
            "description": "Den første dag, det gælder, som ÅÅÅÅ-MM-DD: fra i dag til to år frem",
            "pattern": json_bodies.ISO_DATE,
            "json_schema_extra": {"format": "date"},
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a partner wishes: to go on until a day, with so many calls a month."""

    until: date
    calls_per_month: int


def calls_per_day(value: Any) -> tuple[int, ...]:
    """Return the calls of a ForecastBody, Monday first.

    Raises:
        Malformed: it hasn't the shape of one.
        FormRefused: it isn't seven possible numbers of calls.
    """
    calls = json_bodies.read(ForecastBody, value).calls_per_day
    if len(calls) != DAYS or not all(type(each) is int and 0 <= each <= MOST_CALLS_A_DAY for each in calls):
        raise FormRefused({"calls_per_day": NotAForecast().message})
    return tuple(calls)


def wish(value: Any) -> Wish:
    """Return what an ExtensionRequestBody wishes.

    Raises:
        Malformed: it hasn't the shape of one.
        FormRefused: fields can't be taken; all of them.
    """
    body = json_bodies.read(ExtensionRequestBody, value)
    fields = Fields()
    until = fields.read("until", lambda: written.day(body.until))
    calls = fields.read("expected_calls_per_month", lambda: _calls_a_month(body.expected_calls_per_month))
    fields.check()
    assert until is not None
    assert calls is not None
    return Wish(until=until, calls_per_month=calls)


def draft(value: Any) -> Draft:
    """Return what a KnowledgeUpdateBody says. What may be said is the feature's own to judge.

    Raises:
        Malformed: it hasn't the shape of one.
        FormRefused: there is no such day.
    """
    body = json_bodies.read(KnowledgeUpdateBody, value)
    fields = Fields()
    valid_from = fields.read("valid_from", lambda: written.day(body.valid_from))
    fields.check()
    assert valid_from is not None
    return Draft(title=body.title, text=body.text, valid_from=valid_from)


def _calls_a_month(calls: int) -> int:
    if not 0 <= calls <= MOST_CALLS_A_MONTH:
        raise FieldRefused(f"Skriv et helt tal fra 0 til {MOST_CALLS_A_MONTH}.")
    return calls
