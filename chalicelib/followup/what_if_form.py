"""The form of the what-if page, both ways: a rule and a first month as text, and as a try. Pure.

A field that is left empty means today's rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from chalicelib.common import written
from chalicelib.common.danish import decimal_number
from chalicelib.common.written import FieldRefused, Fields
from chalicelib.evaluation.what_if import Try
from chalicelib.rulebook.rules import NotARuleValue, RuleName, check_value

TARGET, MINIMUM, GUARD, LEVEL, FIRST = NAMES = ("maal", "mindst", "vaern", "niveau", "foerste")
GUARD_CHOICES = (("ja", "Slået til"), ("nej", "Slået fra"))
TARGET_HINT = "Målet er et helt tal fra 1 til 100, uden procenttegn."
MINIMUM_HINT = "Mindste antal er et helt tal fra 0 til 100000; 0 slår reglen fra."


def texts_of(shown: Try, *, level_permille: int) -> dict[str, str]:
    """Return what stands in the fields, by name. `level_permille` stands there also while the guard is off."""
    return {
        TARGET: str(shown.target_percent),
        MINIMUM: str(shown.minimum_answered),
        GUARD: "nej" if shown.guard_level_permille is None else "ja",
        LEVEL: decimal_number(Decimal(level_permille) / 10, places=1),
        FIRST: f"{shown.first.number:02d}-{shown.first.year}",
    }


def try_of(text_by_field: Mapping[str, str]) -> Try:
    """Return what is to be tried.

    Raises:
        FormRefused: a field can't be read, or is no value of its rule.
    """
    fields = Fields()
    target = fields.read(TARGET, partial(_whole, text_by_field[TARGET], RuleName.FCR_TARGET_PERCENT, TARGET_HINT))
    minimum = fields.read(
        MINIMUM, partial(_whole, text_by_field[MINIMUM], RuleName.MINIMUM_ANSWERED_CALLS, MINIMUM_HINT)
    )
    is_on = fields.read(GUARD, partial(_switch, text_by_field[GUARD]))
    level = fields.read(LEVEL, partial(written.guard_level, text_by_field[LEVEL])) if is_on else None
    first = fields.read(FIRST, partial(written.month, text_by_field[FIRST]))
    fields.check()
    assert target is not None
    assert minimum is not None
    assert first is not None
    return Try(
        target_percent=target,
        minimum_answered=minimum,
        guard_level_permille=level if is_on else None,
        first=first,
    )


def typed(query: Callable[[str], str], *, instead: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each field as it was sent, or as today's rule has it where it is empty."""
    return {name: query(name).strip() or instead[name] for name in NAMES}


def _whole(text: str, rule: RuleName, hint: str) -> int:
    value = written.whole_number(text, hint=hint)
    try:
        check_value(rule, value)
    except NotARuleValue as error:
        raise FieldRefused(f"Det passer ikke. {hint}") from error
    return value


def _switch(text: str) -> bool:
    if text not in {value for value, _ in GUARD_CHOICES}:
        raise FieldRefused("Vælg, om værnet er slået til eller fra.")
    return text == "ja"
