"""Dated rules: what was decided, from when, by which decision.

A rule is never edited; a later one supersedes it from its date on. Looked up by date, or by month: a month goes by
the rule in force on its first day, so that one month never mixes two rules.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.common.danish import long_date
from chalicelib.common.errors import Refused
from chalicelib.common.months import Month

_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")


class RuleName(StrEnum):
    """The rules that the application goes by."""

    FCR_TARGET_PERCENT = "fcr_target_percent"
    MINIMUM_ANSWERED_CALLS = "minimum_answered_calls"
    SMALL_SAMPLE_GUARD = "small_sample_guard"
    PROCEDURE_START = "procedure_start"
    QUIET_PERIOD = "quiet_period"
    RESPONSE_WINDOW_DAYS = "response_window_days"
    FOLLOW_UP_BOTTOM = "follow_up_bottom"
    WAIT_FOR_FIGURES_DAYS = "wait_for_figures_days"
    GUIDANCE = "guidance"
    ENTRY_DATES = "entry_dates"
    COOPERATION_AGREEMENT = "cooperation_agreement"
    ONBOARDING_TASKS = "onboarding_tasks"
    EXIT_REASONS = "exit_reasons"
    SMALL_AGGREGATE_MINIMUM = "small_aggregate_minimum"
    RETENTION_MONTHS = "retention_months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One dated rule. `value` is a JSON value, whose shape its name fixes (see `check_value`)."""

    name: RuleName
    in_force_from: date
    value: Any
    decision_id: str
    note: str

    def as_used(self) -> dict[str, Any]:
        """Return what an evaluation records of the rule that it used."""
        return {"value": self.value, "in_force_from": self.in_force_from.isoformat(), "decision_id": self.decision_id}


class NoRuleInForce(Refused):
    """Raised when nothing was decided yet on the day asked for."""

    code = "no_rule_in_force"

    def __init__(self, name: RuleName, on: date) -> None:
        super().__init__(f"Reglen {name} gælder ikke endnu den {long_date(on)}. Registrér beslutningen i regelbogen.")


class NotARuleValue(Refused):
    """Raised when a rule's value has not the shape that its name fixes."""

    code = "not_a_rule_value"

    def __init__(self, name: str) -> None:
        super().__init__(f"Værdien for reglen {name} er ikke gyldig. Se formen i regelbogens startfil.")


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, of all dates."""

    rules: tuple[Rule, ...]

    def in_force(self, name: RuleName, on: date | Month) -> Rule:
        """Return the rule of this name in force on the day, or on the month's first day.

        Raises:
            NoRuleInForce: the first rule of this name begins later.
        """
        day = on.first_day if isinstance(on, Month) else on
        begun = [rule for rule in self.rules if rule.name is name and rule.in_force_from <= day]
        if not begun:
            raise NoRuleInForce(name, day)
        return max(begun, key=lambda rule: rule.in_force_from)

    def procedure_start(self, on: date) -> Month:
        """Return the first month of the follow-up procedure, as decided on the day `on`."""
        return Month.parse(self.in_force(RuleName.PROCEDURE_START, on).value)

    def release_date(self, on: date) -> date | None:
        """Return the day after the quiet period that `on` lies in; None when `on` lies in none.

        In the quiet period mails are held. Both its ends are included: 1 July – 1 August is released on 2 August.
        """
        period = self.in_force(RuleName.QUIET_PERIOD, on).value
        first, last = (_on_day(on.year, period[end]) for end in ("from", "to"))
        return last + timedelta(days=1) if first <= on <= last else None


def make_rule(stored: Mapping[str, Any]) -> Rule:
    """Return the rule written as a JSON object with Rule's field names.

    Raises:
        NotARuleValue: unknown name, or a value of another shape.
    """
    try:
        name = RuleName(stored["name"])
    except ValueError as error:
        raise NotARuleValue(str(stored["name"])) from error
    check_value(name, stored["value"])
    return Rule(
        name=name,
        in_force_from=date.fromisoformat(stored["in_force_from"]),
        value=stored["value"],
        decision_id=stored["decision_id"],
        note=stored["note"],
    )


def check_value(name: RuleName, value: Any) -> None:
    """Check a rule's value.

    Raises:
        NotARuleValue: it has not the shape that the name fixes.
    """
    try:
        fits = _FITS_BY_NAME[name](value)
    except (TypeError, ValueError, KeyError) as error:
        raise NotARuleValue(name) from error
    if not fits:
        raise NotARuleValue(name)


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_guard(value: Any) -> bool:
    """`{"on": true, "level_permille": 25}`: one-sided, so 25 means 2.5 %."""
    return type(value["on"]) is bool and _whole(1, 500)(value["level_permille"])


def _is_quiet_period(value: Any) -> bool:
    """`{"from": "07-01", "to": "08-01"}`: month and day, both included, within one year."""
    return _on_day(2023, value["from"]) <= _on_day(2023, value["to"])


def _is_guidance(value: Any) -> bool:
    """What mails point to: two links, and the nth weekday (1 = Monday) of each month, when there is teaching."""
    teaching = value["teaching"]
    return (
        all(str(value[link]).startswith("https://") for link in ("procedure_url", "e_learning_url"))
        and _whole(1, 4)(teaching["week_of_month"])
        and _whole(1, 7)(teaching["weekday"])
        and all(isinstance(teaching[field], str) for field in ("hours", "place"))
    )


def _are_entry_dates(value: Any) -> bool:
    """`["01-01", "07-01"]`: days of every year, in order, each once; so not 29 February."""
    return bool(value) and [_on_day(2023, day).strftime("%m-%d") for day in value] == value == sorted(set(value))


def _is_agreement(value: Any) -> bool:
    """`{"version": "1", "notice_months": 6, "document_url": "https://…"}`."""
    return (
        _is_text(value["version"])
        and _whole(0, 60)(value["notice_months"])
        and str(value["document_url"]).startswith("https://")
    )


def _are_onboarding_tasks(value: Any) -> bool:
    """Tasks for a new member: who does it, for which services, and due so many days or months after entry."""
    return _have_keys_and_titles(value) and all(
        task["responsible"] in ("leader", "secretariat")
        and (_whole(-365, 365)(task.get("due_days")) != _whole(1, 24)(task.get("due_months")))
        and bool(task["services"])
        and set(task["services"]) <= {"contact_centre", "chatbot"}
        for task in value
    )


def _have_keys_and_titles(value: Any) -> bool:
    """`[{"key": "economy", "title": "Økonomien", …}, …]`: each key once, fit for an address of a page."""
    keys = [each["key"] for each in value]
    return (
        bool(keys)
        and len(set(keys)) == len(keys)
        and all(_KEY.fullmatch(key) for key in keys)
        and all(_is_text(each["title"]) for each in value)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _on_day(year: int, month_and_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_and_day}")


_FITS_BY_NAME: Mapping[RuleName, Callable[[Any], bool]] = {
    RuleName.FCR_TARGET_PERCENT: _whole(1, 100),
    RuleName.MINIMUM_ANSWERED_CALLS: _whole(0, 100_000),
    RuleName.SMALL_SAMPLE_GUARD: _is_guard,
    RuleName.PROCEDURE_START: lambda value: bool(Month.parse(value)),
    RuleName.QUIET_PERIOD: _is_quiet_period,
    RuleName.RESPONSE_WINDOW_DAYS: _whole(1, 365),
    RuleName.FOLLOW_UP_BOTTOM: _whole(1, 98),
    RuleName.WAIT_FOR_FIGURES_DAYS: _whole(0, 31),
    RuleName.GUIDANCE: _is_guidance,
    RuleName.ENTRY_DATES: _are_entry_dates,
    RuleName.COOPERATION_AGREEMENT: _is_agreement,
    RuleName.ONBOARDING_TASKS: _are_onboarding_tasks,
    RuleName.EXIT_REASONS: _have_keys_and_titles,
    RuleName.SMALL_AGGREGATE_MINIMUM: _whole(3, 98),
    RuleName.RETENTION_MONTHS: _whole(12, 120),
}


def next_teaching_dates(after: date, *, teaching: Mapping[str, Any], count: int) -> tuple[date, ...]:
    """Return the next `count` days of physical teaching after a day, by the guidance's `teaching`."""
    found: list[date] = []
    month = Month.of(after)
    while len(found) < count:
        first = month.first_day
        to_weekday = (teaching["weekday"] - first.isoweekday()) % 7
        day = first + timedelta(days=to_weekday + 7 * (teaching["week_of_month"] - 1))
        if day > after:
            found.append(day)
        month = month.next()
    return tuple(found)
