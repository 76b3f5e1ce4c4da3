"""Dated rules: the one in force, the quiet period, the shape of values."""

from datetime import date
from typing import Any

import pytest

from chalicelib.common.months import Month
from chalicelib.rulebook.rules import (
    NoRuleInForce,
    NotARuleValue,
    Rule,
    RuleBook,
    RuleName,
    check_value,
    make_rule,
    next_teaching_dates,
)


def rule(name: RuleName, value: Any, *, from_day: date = date(2022, 1, 1)) -> Rule:
    return Rule(name=name, in_force_from=from_day, value=value, decision_id="2024-06-19/12", note="")


TARGETS = RuleBook(
    (
        rule(RuleName.FCR_TARGET_PERCENT, 65, from_day=date(2025, 4, 1)),
        rule(RuleName.FCR_TARGET_PERCENT, 60),
        rule(RuleName.MINIMUM_ANSWERED_CALLS, 30),
    )
)


@pytest.mark.parametrize(
    ("on", "target"), [(date(2025, 3, 31), 60), (date(2025, 4, 1), 65), (Month(2025, 3), 60), (Month(2025, 4), 65)]
)
def test_the_latest_rule_that_has_begun_is_in_force(on: date | Month, target: int) -> None:
    assert TARGETS.in_force(RuleName.FCR_TARGET_PERCENT, on).value == target


def test_a_month_goes_by_the_rule_of_its_first_day() -> None:
    book = RuleBook((*TARGETS.rules, rule(RuleName.FCR_TARGET_PERCENT, 70, from_day=date(2025, 5, 2))))

    assert book.in_force(RuleName.FCR_TARGET_PERCENT, Month(2025, 5)).value == 65


def test_before_the_first_rule_there_is_a_named_refusal() -> None:
    with pytest.raises(NoRuleInForce, match=r"gælder ikke endnu den 31. december 2021"):
        TARGETS.in_force(RuleName.FCR_TARGET_PERCENT, date(2021, 12, 31))


@pytest.mark.parametrize(
    ("today", "release"),
    [
        pytest.param(date(2025, 6, 30), None, id="30 June: sent"),
        pytest.param(date(2025, 7, 1), date(2025, 8, 2), id="1 July: held until 2 August"),
        pytest.param(date(2025, 8, 1), date(2025, 8, 2), id="1 August: still held"),
        pytest.param(date(2025, 8, 2), None, id="2 August: sent"),
    ],
)
def test_the_quiet_period_includes_both_its_ends(today: date, release: date | None) -> None:
    book = RuleBook((rule(RuleName.QUIET_PERIOD, {"from": "07-01", "to": "08-01"}),))

    assert book.release_date(today) == release


def test_teaching_falls_on_its_weekday_of_each_month() -> None:
    teaching = {"week_of_month": 2, "weekday": 2}

    days = next_teaching_dates(date(2025, 2, 11), teaching=teaching, count=3)

    assert days == (date(2025, 3, 11), date(2025, 4, 8), date(2025, 5, 13))
    assert all(day.isoweekday() == 2 for day in days)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (RuleName.FCR_TARGET_PERCENT, 0),
        (RuleName.FCR_TARGET_PERCENT, 101),
        (RuleName.FCR_TARGET_PERCENT, 60.0),
        (RuleName.FCR_TARGET_PERCENT, True),
        (RuleName.FCR_TARGET_PERCENT, "60"),
        (RuleName.SMALL_SAMPLE_GUARD, {"on": True}),
        (RuleName.SMALL_SAMPLE_GUARD, None),
        (RuleName.PROCEDURE_START, "oktober"),
        (RuleName.QUIET_PERIOD, {"from": "08-01", "to": "07-01"}),
        (
            RuleName.GUIDANCE,
            {"procedure_url": "http://ddh.example", "e_learning_url": "https://x.example", "teaching": {}},
        ),
    ],
)
def test_a_value_of_another_shape_is_refused(name: RuleName, value: Any) -> None:
    with pytest.raises(NotARuleValue):
        check_value(name, value)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(NotARuleValue):
        make_rule({"name": "free_lunch", "value": 1, "in_force_from": "2022-01-01", "decision_id": "x", "note": ""})


GUIDANCE = {
    "procedure_url": "https://ddh.example/x",
    "e_learning_url": "https://e.example/y",
    "teaching": {"week_of_month": 4, "weekday": 7, "hours": "kl. 9", "place": "Viborg"},
}
AGREEMENT = {"version": "1", "notice_months": 6, "document_url": "https://ddh.example/aftale"}
TASK: dict[str, Any] = {
    "key": "welcome-pack",
    "title": "Send velkomstpakken",
    "responsible": "secretariat",
    "due_days": 7,
    "services": ["chatbot"],
}
REASON = {"key": "economy", "title": "Økonomien"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (RuleName.FCR_TARGET_PERCENT, 1),
        (RuleName.FCR_TARGET_PERCENT, 100),
        (RuleName.MINIMUM_ANSWERED_CALLS, 0),
        (RuleName.SMALL_SAMPLE_GUARD, {"on": False, "level_permille": 1}),
        (RuleName.SMALL_SAMPLE_GUARD, {"on": True, "level_permille": 500}),
        (RuleName.QUIET_PERIOD, {"from": "07-01", "to": "07-01"}),
        (RuleName.RESPONSE_WINDOW_DAYS, 365),
        (RuleName.FOLLOW_UP_BOTTOM, 98),
        (RuleName.WAIT_FOR_FIGURES_DAYS, 0),
        (RuleName.GUIDANCE, GUIDANCE),
        (RuleName.ENTRY_DATES, ["01-01"]),
        (RuleName.ENTRY_DATES, ["01-01", "02-28", "12-31"]),
        (RuleName.COOPERATION_AGREEMENT, AGREEMENT | {"notice_months": 0}),
        (RuleName.ONBOARDING_TASKS, [TASK]),
        (RuleName.ONBOARDING_TASKS, [TASK | {"due_days": None, "due_months": 2}]),
        (RuleName.EXIT_REASONS, [REASON]),
        (RuleName.SMALL_AGGREGATE_MINIMUM, 3),
    ],
)
def test_values_at_their_bounds_are_taken(name: RuleName, value: Any) -> None:
    check_value(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (RuleName.MINIMUM_ANSWERED_CALLS, -1),
        (RuleName.SMALL_SAMPLE_GUARD, {"on": 1, "level_permille": 25}),
        (RuleName.SMALL_SAMPLE_GUARD, {"on": True, "level_permille": 0}),
        (RuleName.SMALL_SAMPLE_GUARD, {"on": True, "level_permille": 501}),
        (RuleName.QUIET_PERIOD, {"from": "07-01"}),
        (RuleName.QUIET_PERIOD, {"from": "07-01", "to": "02-30"}),
        (RuleName.GUIDANCE, GUIDANCE | {"e_learning_url": "javascript:alert(1)"}),
        (RuleName.GUIDANCE, GUIDANCE | {"procedure_url": None}),
        (RuleName.GUIDANCE, GUIDANCE | {"teaching": GUIDANCE["teaching"] | {"week_of_month": 5}}),  # type: ignore[operator]  # a dict of mixed values
        (RuleName.GUIDANCE, GUIDANCE | {"teaching": GUIDANCE["teaching"] | {"weekday": 0}}),  # type: ignore[operator]  # as above
        (RuleName.GUIDANCE, GUIDANCE | {"teaching": GUIDANCE["teaching"] | {"hours": 9}}),  # type: ignore[operator]  # as above
        (RuleName.ENTRY_DATES, []),
        (RuleName.ENTRY_DATES, ["02-29"]),
        (RuleName.ENTRY_DATES, ["07-01", "01-01"]),
        (RuleName.ENTRY_DATES, ["01-01", "01-01"]),
        (RuleName.ENTRY_DATES, ["1-1"]),
        (RuleName.ENTRY_DATES, "01-01"),
        (RuleName.COOPERATION_AGREEMENT, AGREEMENT | {"version": " "}),
        (RuleName.COOPERATION_AGREEMENT, AGREEMENT | {"notice_months": 61}),
        (RuleName.COOPERATION_AGREEMENT, AGREEMENT | {"document_url": "http://ddh.example/aftale"}),
        (RuleName.ONBOARDING_TASKS, []),
        (RuleName.ONBOARDING_TASKS, [TASK, TASK]),
        (RuleName.ONBOARDING_TASKS, [TASK | {"responsible": "chair"}]),
        (RuleName.ONBOARDING_TASKS, [TASK | {"due_months": 2}]),
        (RuleName.ONBOARDING_TASKS, [TASK | {"due_days": None}]),
        (RuleName.ONBOARDING_TASKS, [TASK | {"services": []}]),
        (RuleName.ONBOARDING_TASKS, [TASK | {"services": ["telephone"]}]),
        (RuleName.EXIT_REASONS, [REASON, REASON]),
        (RuleName.EXIT_REASONS, [REASON | {"key": "Økonomi"}]),
        (RuleName.EXIT_REASONS, [REASON | {"title": ""}]),
        (RuleName.SMALL_AGGREGATE_MINIMUM, 2),
    ],
)
def test_values_just_outside_are_refused_by_name(name: RuleName, value: Any) -> None:
    with pytest.raises(NotARuleValue, match=name.value):
        check_value(name, value)


def test_a_rule_is_made_of_its_stored_form() -> None:
    made = make_rule(
        {
            "name": "fcr_target_percent",
            "value": 60,
            "in_force_from": "2022-01-01",
            "decision_id": "2024-06-19/12",
            "note": "Mål",
        }
    )

    assert made == Rule(
        name=RuleName.FCR_TARGET_PERCENT,
        in_force_from=date(2022, 1, 1),
        value=60,
        decision_id="2024-06-19/12",
        note="Mål",
    )
    assert made.as_used() == {"value": 60, "in_force_from": "2022-01-01", "decision_id": "2024-06-19/12"}


def test_the_latest_rule_wins_in_whatever_order_they_are_read() -> None:
    reversed_book = RuleBook(tuple(reversed(TARGETS.rules)))

    assert reversed_book.in_force(RuleName.FCR_TARGET_PERCENT, date(2025, 4, 1)).value == 65
