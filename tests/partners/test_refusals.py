"""Whoever is refused is told what to do: it stands in the sentence, since nobody is there to ask."""

from __future__ import annotations

import inspect
import re
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from chalicelib.access import partner_keys, public_keys, signatures
from chalicelib.common.errors import AppError
from chalicelib.partners import refusals
from chalicelib.partners.api import refusals as api_refusals
from chalicelib.partners.knowledge import refusals as knowledge_refusals

_DAY = date(2025, 9, 30)
_VALUE_BY_ARGUMENT: dict[str, Any] = {
    "start": _DAY,
    "end": _DAY,
    "day": _DAY,
    "today": _DAY,
    "furthest": _DAY,
    "asked_on": _DAY,
    "review_date": _DAY,
    "next_start": None,
    "decision_id": "2024-06-19/12",
    "reason": "clock",
    "most": 20,
    "text": "2025-13",
    "public_halves": (),
}
#: What asks somebody to do something, or says what would have been right.
_ADVICE = re.compile(
    r"\b(aktivér|bed|brug|find|følg|læs|prøv|registrér|ret|se|send|skriv|spørg|tilbagekald|vælg|vent|opgiv"
    r"|skal|kan senest)\b",
    re.IGNORECASE,
)


def _classes(*modules: ModuleType) -> list[type[AppError]]:
    found = [value for module in modules for value in vars(module).values() if inspect.isclass(value)]
    names = {module.__name__ for module in modules}
    return [each for each in found if issubclass(each, AppError) and each.__module__ in names]


def _made(refusal: type[AppError]) -> AppError:
    parameters = [each for each in inspect.signature(refusal).parameters.values() if each.name in _VALUE_BY_ARGUMENT]
    by_name = {each.name: _VALUE_BY_ARGUMENT[each.name] for each in parameters if each.kind is each.KEYWORD_ONLY}
    return refusal(*(_VALUE_BY_ARGUMENT[each.name] for each in parameters if each.name not in by_name), **by_name)


@pytest.mark.parametrize(
    "refusal",
    _classes(refusals, api_refusals, knowledge_refusals, partner_keys, public_keys, signatures),
    ids=lambda refusal: f"{refusal.__module__}.{refusal.__name__}",
)
def test_a_refusal_says_what_to_do(refusal: type[AppError]) -> None:
    assert _ADVICE.search(_made(refusal).message)
