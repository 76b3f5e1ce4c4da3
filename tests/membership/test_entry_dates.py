"""On which dates a municipality may enter: the dated rule, its examples, and its laws."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib.rulebook
from chalicelib.common.clock import SystemClock
from chalicelib.membership.entry_dates import (
    EntryDateNotAllowed,
    EntryDateRule,
    EntryDateTooFar,
    MonthDay,
    Nearest,
    allowed_dates,
    check_entry_date,
    check_not_too_far,
    is_allowed,
    nearest_allowed,
)
from chalicelib.rulebook.rules import RuleBook, RuleName, make_rule

SEED = json.loads(Path(chalicelib.rulebook.__path__[0], "seed.json").read_text("utf-8"))
BOOK = RuleBook(tuple(make_rule(stored) for stored in SEED))


def rule_on(submitted: date) -> EntryDateRule:
    return EntryDateRule.of(BOOK.in_force(RuleName.ENTRY_DATES, submitted))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("submitted", "wanted"),
    [
        pytest.param("2023-01-26", "2023-04-01", id="1 April after the decision"),
        pytest.param("2023-01-25", "2023-04-01", id="1 April on the decision's own day"),
        pytest.param("2022-12-01", "2023-07-01", id="1 July before the decision"),
        pytest.param("2023-01-26", "2023-07-01", id="1 July after the decision"),
        pytest.param("2022-12-31", "2023-01-01", id="submitted on 31 December for 1 January"),
        pytest.param("2024-02-29", "2024-04-01", id="submitted on 29 February"),
        pytest.param("2025-03-30", "2025-04-01", id="submitted on the day that summer time begins"),
        pytest.param("2025-10-26", "2026-01-01", id="submitted on the day that summer time ends"),
        pytest.param("2023-01-24", "2024-01-01", id="the last day of the older rule"),
    ],
)
def test_a_date_that_the_rule_in_force_on_the_submission_names_is_allowed(submitted: str, wanted: str) -> None:
    assert check_entry_date(day(wanted), submitted=day(submitted), rule=rule_on(day(submitted))) == day(wanted)


@pytest.mark.parametrize(
    ("submitted", "wanted", "before", "after"),
    [
        pytest.param("2022-12-01", "2023-04-01", "2023-01-01", "2023-07-01", id="1 April before the decision"),
        pytest.param("2023-01-24", "2023-10-01", "2023-07-01", "2024-01-01", id="the last day of the older rule"),
        pytest.param("2022-12-01", "2023-05-01", "2023-01-01", "2023-07-01", id="1 May before the decision"),
        pytest.param("2023-01-26", "2023-05-01", "2023-04-01", "2023-07-01", id="1 May after the decision"),
        pytest.param("2023-07-01", "2023-07-01", None, "2023-10-01", id="on the entry date itself"),
        pytest.param("2023-07-02", "2023-07-01", None, "2023-10-01", id="the day after it"),
        pytest.param("2024-12-31", "2024-12-31", None, "2025-01-01", id="31 December for the same day"),
        pytest.param("2025-01-01", "2025-02-01", None, "2025-04-01", id="the date before is the day of submission"),
        pytest.param("2024-02-28", "2024-02-29", None, "2024-04-01", id="29 February is wanted"),
        pytest.param("2025-01-15", "2025-12-31", "2025-10-01", "2026-01-01", id="the year's last day"),
        pytest.param("2025-01-15", "9999-12-31", "9999-10-01", None, id="the end of time"),
        pytest.param("2025-01-15", "0001-01-01", None, "2025-04-01", id="the beginning of time"),
    ],
)
def test_a_refusal_names_the_nearest_allowed_dates_after_the_submission(
    submitted: str, wanted: str, before: str | None, after: str | None
) -> None:
    with pytest.raises(EntryDateNotAllowed) as refused:
        check_entry_date(day(wanted), submitted=day(submitted), rule=rule_on(day(submitted)))

    assert refused.value.nearest == Nearest(before=day(before) if before else None, after=day(after) if after else None)
    assert refused.value.code == "entry_date_not_allowed"


def test_a_refusal_says_in_danish_what_to_choose() -> None:
    with pytest.raises(
        EntryDateNotAllowed,
        match=r"ikke mulig den 1. maj 2023. Vælg 1. april 2023 eller 1. juli 2023, eller søg dispensation\.",
    ):
        check_entry_date(day("2023-05-01"), submitted=day("2023-01-26"), rule=rule_on(day("2023-01-26")))


@pytest.mark.parametrize(
    ("submitted", "last"),
    [("2025-02-05", "2030-02-05"), ("2024-02-29", "2029-02-28"), ("2024-12-31", "2029-12-31")],
)
def test_an_entry_lies_at_most_five_years_ahead(submitted: str, last: str) -> None:
    assert check_not_too_far(day(last), submitted=day(submitted)) == day(last)
    with pytest.raises(EntryDateTooFar, match=r"Ret årstallet: datoen kan ligge højst 5 år fremme\."):
        check_not_too_far(day(last) + timedelta(days=1), submitted=day(submitted))
    with pytest.raises(EntryDateTooFar):
        check_not_too_far(date.max, submitted=day(submitted))


@pytest.mark.parametrize(
    ("instant", "wanted", "is_fine"),
    [
        pytest.param(datetime(2024, 12, 31, 22, 59, tzinfo=UTC), "2025-01-01", True, id="23.59 on New Year's Eve"),
        pytest.param(datetime(2024, 12, 31, 23, 0, tzinfo=UTC), "2025-01-01", False, id="midnight in Denmark"),
        pytest.param(datetime(2025, 6, 30, 21, 59, tzinfo=UTC), "2025-07-01", True, id="23.59 in summer time"),
        pytest.param(datetime(2025, 6, 30, 22, 0, tzinfo=UTC), "2025-07-01", False, id="midnight in summer time"),
    ],
)
def test_the_day_of_submission_is_denmarks(
    instant: datetime, wanted: str, is_fine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SystemClock()
    monkeypatch.setattr(clock, "now", lambda: instant)

    assert is_allowed(day(wanted), submitted=clock.today(), rule=rule_on(clock.today())) is is_fine


def test_the_form_offers_the_next_dates_in_order() -> None:
    offered = allowed_dates(day("2024-02-29"), rule=rule_on(day("2024-02-29")), count=8)

    assert [str(each) for each in offered] == [
        "2024-04-01",
        "2024-07-01",
        "2024-10-01",
        "2025-01-01",
        "2025-04-01",
        "2025-07-01",
        "2025-10-01",
        "2026-01-01",
    ]


def test_the_older_rule_has_two_dates_a_year() -> None:
    rule = rule_on(day("2022-12-01"))

    assert rule.days == (MonthDay(1, 1), MonthDay(7, 1))
    assert rule.decision_id == "vedtægter"
    assert [str(each) for each in allowed_dates(day("2022-12-31"), rule=rule, count=3)] == [
        "2023-01-01",
        "2023-07-01",
        "2024-01-01",
    ]


@pytest.mark.parametrize("text", ["02-29", "13-01", "1-1", "", "2023-01-01"])
def test_a_text_that_names_no_day_of_every_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        MonthDay.parse(text)


month_days = st.dates(date(2023, 1, 1), date(2023, 12, 31)).map(MonthDay.of)
rules = st.lists(month_days, min_size=1, max_size=6, unique=True).map(
    lambda days: EntryDateRule(in_force_from=date.min, days=tuple(sorted(days)), decision_id="2023-01-25/10")
)


@given(rule=rules, submitted=st.dates(), wanted=st.dates())
def test_the_nearest_are_allowed_themselves_and_enclose_the_date_wanted(
    rule: EntryDateRule, submitted: date, wanted: date
) -> None:
    nearest = nearest_allowed(wanted, submitted=submitted, rule=rule)

    if nearest.before is not None:
        assert nearest.before < wanted
        assert check_entry_date(nearest.before, submitted=submitted, rule=rule) == nearest.before
    if nearest.after is not None:
        assert nearest.after > wanted
        assert check_entry_date(nearest.after, submitted=submitted, rule=rule) == nearest.after


@given(rule=rules, submitted=st.dates(date(1990, 1, 1), date(2100, 1, 1)), ahead=st.integers(-400, 400))
def test_nothing_allowed_lies_between_the_date_wanted_and_its_nearest(
    rule: EntryDateRule, submitted: date, ahead: int
) -> None:
    wanted = submitted + timedelta(days=ahead)
    nearest = nearest_allowed(wanted, submitted=submitted, rule=rule)

    assert nearest.after is not None
    first = (nearest.before or submitted) + timedelta(days=1)
    between = (first + timedelta(days=each) for each in range((nearest.after - first).days))
    assert not any(each != wanted and is_allowed(each, submitted=submitted, rule=rule) for each in between)


@given(rule=rules, submitted=st.dates(date(1990, 1, 1), date(2100, 1, 1)), count=st.integers(0, 12))
def test_what_the_form_offers_is_allowed_after_the_submission_and_leaves_nothing_out(
    rule: EntryDateRule, submitted: date, count: int
) -> None:
    offered = allowed_dates(submitted, rule=rule, count=count)

    assert len(offered) == count
    expected: Any = submitted
    for each in offered:
        expected = nearest_allowed(expected, submitted=submitted, rule=rule).after
        assert each == expected
        assert is_allowed(each, submitted=submitted, rule=rule)
