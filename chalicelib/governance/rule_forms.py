"""A rule's value as a person writes it in a form, both ways.

Whether the value is a value of the rule is the rulebook's own check; this reads and writes.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from chalicelib.common import written
from chalicelib.common.written import FieldRefused, FormRefused
from chalicelib.governance.json_text import read_json, write_json
from chalicelib.governance.rule_words import level_in_percent
from chalicelib.governance.written import TextFields
from chalicelib.rulebook.rules import NotARuleValue, RuleName, check_value

#: The name of a rule's first field; the other names stand with their forms.
VALUE = "vaerdi"
_LEVEL = "niveau"
_LAST_DAY = "til"

_DAY_TEXT = re.compile(r"([0-9]{1,2})[-./]([0-9]{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One field. `kind` is text, textarea or radios; `options` are pairs (value, label)."""

    name: str
    label: str
    hint: str
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """The fields of one rule's value, and how they are written and read."""

    inputs: tuple[Input, ...]
    write: Callable[[Any], dict[str, str]]
    read: Callable[[TextFields], Any]


def texts_of(name: RuleName, value: Any) -> dict[str, str]:
    """Return the texts of the fields, by name, that say this value."""
    return FORM_BY_NAME[name].write(value)


def value_of(name: RuleName, text_by_field: Mapping[str, str]) -> Any:
    """Return the value that the fields say.

    Raises:
        FormRefused: a field can't be read, or together they are no value of the rule.
    """
    form = FORM_BY_NAME[name]
    fields = TextFields(text_by_field)
    value = form.read(fields)
    fields.check()
    try:
        check_value(name, value)
    except NotARuleValue as error:
        first = form.inputs[0]
        raise FormRefused({first.name: f"Det passer ikke. {first.hint}"}) from error
    return value


def _whole(label: str, hint: str) -> RuleForm:
    return RuleForm(
        inputs=(Input(name=VALUE, label=label, hint=hint),),
        write=lambda value: {VALUE: str(value)},
        read=lambda fields: fields.read_text(VALUE, partial(written.whole_number, hint=hint)),
    )


def _structured(shape: str) -> RuleForm:
    hint = f"Skriv JSON af formen {shape}"
    return RuleForm(
        inputs=(Input(name=VALUE, label="Værdi", hint=hint, kind="textarea"),),
        write=lambda value: {VALUE: write_json(value)},
        read=lambda fields: fields.read_text(VALUE, read_json),
    )


def _guard() -> RuleForm:
    switch = Input(
        name=VALUE,
        label="Værnet",
        hint="Slås det fra, går forslag om pause alene efter tre måneder under målet.",
        kind="radios",
        options=(("ja", "Slået til"), ("nej", "Slået fra")),
    )
    level = Input(name=_LEVEL, label="Niveau i procent", hint="Ensidet, fra 0,1 til 50, for eksempel 2,5.")
    return RuleForm(
        inputs=(switch, level),
        write=lambda value: {
            VALUE: "ja" if value["on"] else "nej",
            _LEVEL: level_in_percent(value["level_permille"]),
        },
        read=lambda fields: {
            "on": fields.read_text(VALUE, _read_switch),
            "level_permille": fields.read_text(_LEVEL, written.guard_level),
        },
    )


def _read_switch(text: str) -> bool:
    if text not in ("ja", "nej"):
        raise FieldRefused("Vælg, om værnet er slået til eller fra.")
    return text == "ja"


def _quiet_period() -> RuleForm:
    hint = "Dag og måned, for eksempel 01-07. Dagen er med, og perioden ligger inden for ét år."
    first = Input(name=VALUE, label="Første dag", hint=hint)
    last = Input(name=_LAST_DAY, label="Sidste dag", hint="Dag og måned, for eksempel 01-08. Dagen er med.")
    return RuleForm(
        inputs=(first, last),
        write=lambda value: {VALUE: _day_and_month(value["from"]), _LAST_DAY: _day_and_month(value["to"])},
        read=lambda fields: {"from": fields.read_text(VALUE, _read_day), "to": fields.read_text(_LAST_DAY, _read_day)},
    )


def _entry_dates() -> RuleForm:
    hint = "Dag og måned med komma imellem, hver dag én gang, for eksempel 01-01, 01-07."
    return RuleForm(
        inputs=(Input(name=VALUE, label="Dage i året", hint=hint),),
        write=lambda value: {VALUE: ", ".join(_day_and_month(day) for day in value)},
        read=lambda fields: fields.read_text(VALUE, _read_days),
    )


def _read_days(text: str) -> list[str]:
    return sorted(_read_day(each.strip()) for each in text.split(","))


def _read_day(text: str) -> str:
    """Return `07-01` for `01-07`. 29 February isn't a day of every year."""
    match = _DAY_TEXT.fullmatch(text)
    if match is None:
        raise FieldRefused("Skriv dag og måned, for eksempel 01-07.")
    try:
        return date(2023, int(match[2]), int(match[1])).strftime("%m-%d")
    except ValueError as error:
        raise FieldRefused(f"{text} er ikke en dag i hvert år. Skriv dag og måned, for eksempel 01-07.") from error


def _day_and_month(text: str) -> str:
    month, day = text.split("-")
    return f"{day}-{month}"


def _month() -> RuleForm:
    return RuleForm(
        inputs=(Input(name=VALUE, label="Måned", hint="Måned og år, for eksempel 10-2024."),),
        write=lambda value: {VALUE: "-".join(reversed(value.split("-")))},
        read=lambda fields: fields.read_text(VALUE, _read_month),
    )


def _read_month(text: str) -> str:
    return str(written.month(text))


FORM_BY_NAME: Mapping[RuleName, RuleForm] = {
    RuleName.FCR_TARGET_PERCENT: _whole("Procent", "Skriv et helt tal fra 1 til 100."),
    RuleName.MINIMUM_ANSWERED_CALLS: _whole("Opkald", "Skriv et helt tal fra 0 til 100000; 0 slår reglen fra."),
    RuleName.SMALL_SAMPLE_GUARD: _guard(),
    RuleName.PROCEDURE_START: _month(),
    RuleName.QUIET_PERIOD: _quiet_period(),
    RuleName.RESPONSE_WINDOW_DAYS: _whole("Dage", "Skriv et helt tal fra 1 til 365."),
    RuleName.FOLLOW_UP_BOTTOM: _whole("Kommuner", "Skriv et helt tal fra 1 til 98."),
    RuleName.WAIT_FOR_FIGURES_DAYS: _whole("Dage", "Skriv et helt tal fra 0 til 31."),
    RuleName.GUIDANCE: _structured(
        '{"procedure_url": "https://…", "e_learning_url": "https://…", "teaching": {"week_of_month": 1–4, '
        '"weekday": 1–7 (1 er mandag), "hours": "kl. 9–15", "place": "…"}}.'
    ),
    RuleName.ENTRY_DATES: _entry_dates(),
    RuleName.COOPERATION_AGREEMENT: _structured(
        '{"version": "2", "notice_months": 0–60, "document_url": "https://…"}.'
    ),
    RuleName.ONBOARDING_TASKS: _structured(
        '[{"key": "welcome-pack", "title": "…", "responsible": "leader" eller "secretariat", "due_days": -365–365 '
        '(eller "due_months": 1–24), "services": ["contact_centre", "chatbot"]}, …]. Nøglen er små bogstaver uden '
        "æøå, tal og bindestreg, og står én gang."
    ),
    RuleName.EXIT_REASONS: _structured(
        '[{"key": "economy", "title": "Økonomien"}, …]. Nøglen er små bogstaver uden æøå, tal og bindestreg, og står '
        "én gang; behold den for en årsag, der bliver."
    ),
    RuleName.SMALL_AGGREGATE_MINIMUM: _whole("Svar", "Skriv et helt tal fra 3 til 98."),
    RuleName.RETENTION_MONTHS: _whole("Måneder", "Skriv et helt tal fra 12 til 120."),
}
