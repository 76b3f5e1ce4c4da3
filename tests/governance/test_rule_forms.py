"""A rule's value is written and read by people without changing, and what is no value is said by its field."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.written import FormRefused
from chalicelib.governance.rule_forms import FORM_BY_NAME, VALUE, texts_of, value_of
from chalicelib.governance.rule_words import WORDING_BY_NAME, in_words
from chalicelib.rulebook.rules import RuleName, check_value

TEXT = st.text('aZ1 æøÅé–’"\\\\/{}[]:,<&\N{GRINNING FACE}', max_size=20).map("x{}".format)
LINK = TEXT.map("https://{}".format)
KEY = st.text("az09-", max_size=10).map("k{}".format)
DAY = st.integers(0, 364).map(lambda days: (date(2023, 1, 1) + timedelta(days)).strftime("%m-%d"))


def _tasks() -> st.SearchStrategy[Any]:
    task = st.fixed_dictionaries(
        {
            "key": KEY,
            "title": TEXT,
            "responsible": st.sampled_from(["leader", "secretariat"]),
            "services": st.lists(st.sampled_from(["contact_centre", "chatbot"]), min_size=1, unique=True),
        }
    )
    due = st.one_of(
        st.integers(-365, 365).map(lambda days: {"due_days": days}),
        st.integers(1, 24).map(lambda months: {"due_months": months}),
    )
    return st.lists(st.builds(dict.__or__, task, due), min_size=1, max_size=3, unique_by=lambda each: each["key"])


VALUES_BY_NAME: dict[RuleName, st.SearchStrategy[Any]] = {
    RuleName.FCR_TARGET_PERCENT: st.integers(1, 100),
    RuleName.MINIMUM_ANSWERED_CALLS: st.integers(0, 100_000),
    RuleName.SMALL_SAMPLE_GUARD: st.fixed_dictionaries({"on": st.booleans(), "level_permille": st.integers(1, 500)}),
    RuleName.PROCEDURE_START: st.dates(date(1900, 1, 1)).map(lambda day: f"{day:%Y-%m}"),
    RuleName.QUIET_PERIOD: st.tuples(DAY, DAY).map(lambda days: {"from": min(days), "to": max(days)}),
    RuleName.RESPONSE_WINDOW_DAYS: st.integers(1, 365),
    RuleName.FOLLOW_UP_BOTTOM: st.integers(1, 98),
    RuleName.WAIT_FOR_FIGURES_DAYS: st.integers(0, 31),
    RuleName.GUIDANCE: st.fixed_dictionaries(
        {
            "procedure_url": LINK,
            "e_learning_url": LINK,
            "teaching": st.fixed_dictionaries(
                {
                    "week_of_month": st.integers(1, 4),
                    "weekday": st.integers(1, 7),
                    "hours": TEXT,
                    "place": TEXT,
                }
            ),
        }
    ),
    RuleName.ENTRY_DATES: st.sets(DAY, min_size=1, max_size=12).map(sorted),
    RuleName.COOPERATION_AGREEMENT: st.fixed_dictionaries(
        {"version": TEXT, "notice_months": st.integers(0, 60), "document_url": LINK}
    ),
    RuleName.ONBOARDING_TASKS: _tasks(),
    RuleName.EXIT_REASONS: st.lists(
        st.fixed_dictionaries({"key": KEY, "title": TEXT}), min_size=1, max_size=3, unique_by=lambda each: each["key"]
    ),
    RuleName.SMALL_AGGREGATE_MINIMUM: st.integers(3, 98),
    RuleName.RETENTION_MONTHS: st.integers(12, 120),
}
NAMED_VALUES = st.sampled_from(RuleName).flatmap(lambda name: st.tuples(st.just(name), VALUES_BY_NAME[name]))
WRITTEN = st.text('0129-/,.% {}[]"æ\x07\N{ARABIC-INDIC DIGIT SIX}', max_size=8)
WORD = WRITTEN | st.sampled_from(["key", "title", "services", "due_days", "teaching", "version", "leader"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=4),
    max_leaves=8,
)
STRUCTURED = [name for name, form in FORM_BY_NAME.items() if form.inputs[0].kind == "textarea"]


def test_every_rule_has_a_danish_name_and_a_form() -> None:
    assert set(WORDING_BY_NAME) == set(FORM_BY_NAME) == set(VALUES_BY_NAME) == set(RuleName)
    assert len({wording.title for wording in WORDING_BY_NAME.values()}) == len(RuleName)
    assert all(form.inputs[0].name == VALUE for form in FORM_BY_NAME.values())


@given(NAMED_VALUES)
def test_a_value_that_is_written_and_read_is_itself(named: tuple[RuleName, Any]) -> None:
    name, value = named
    check_value(name, value)

    assert value_of(name, texts_of(name, value)) == value


@given(NAMED_VALUES)
def test_every_value_has_words(named: tuple[RuleName, Any]) -> None:
    assert all(line.strip() for line in in_words(*named))


@given(st.sampled_from(RuleName), WRITTEN | JSON.map(json.dumps))
def test_whatever_is_written_is_a_value_or_refused_by_a_field_of_the_form(name: RuleName, text: str) -> None:
    names = {each.name for each in FORM_BY_NAME[name].inputs}
    texts = dict.fromkeys(names, text)

    assert _fields_refused(name, texts) <= names


def _fields_refused(name: RuleName, texts: dict[str, str]) -> set[str]:
    try:
        check_value(name, value_of(name, texts))
    except FormRefused as refusal:
        return set(refusal.message_by_field)
    return set()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (RuleName.ENTRY_DATES, "1-7, 01-01", ["01-01", "07-01"]),
        (RuleName.PROCEDURE_START, "10-2024", "2024-10"),
        (RuleName.PROCEDURE_START, "2024-10", "2024-10"),
    ],
)
def test_people_write_dates_their_way(name: RuleName, text: str, value: Any) -> None:
    assert value_of(name, {VALUE: text}) == value


@pytest.mark.parametrize("level", ["2,5", "2.5 %", "02,5%"])
def test_the_level_is_written_in_percent(level: str) -> None:
    value = value_of(RuleName.SMALL_SAMPLE_GUARD, {VALUE: "ja", "niveau": level})

    assert value == {"on": True, "level_permille": 25}


@pytest.mark.parametrize(
    ("name", "texts", "fields"),
    [
        (RuleName.FCR_TARGET_PERCENT, {VALUE: "60,5"}, {VALUE}),
        (RuleName.FCR_TARGET_PERCENT, {VALUE: "٦٠"}, {VALUE}),
        (RuleName.FCR_TARGET_PERCENT, {}, {VALUE}),
        (RuleName.RESPONSE_WINDOW_DAYS, {VALUE: "0"}, {VALUE}),
        (RuleName.SMALL_SAMPLE_GUARD, {VALUE: "måske", "niveau": "0"}, {VALUE, "niveau"}),
        (RuleName.QUIET_PERIOD, {VALUE: "01-08", "til": "01-07"}, {VALUE}),
        (RuleName.QUIET_PERIOD, {VALUE: "29-02", "til": "31-04"}, {VALUE, "til"}),
        (RuleName.ENTRY_DATES, {VALUE: "01-01, 1-1"}, {VALUE}),
        (RuleName.ENTRY_DATES, {VALUE: "01-01,"}, {VALUE}),
        (RuleName.PROCEDURE_START, {VALUE: "13-2024"}, {VALUE}),
    ],
)
def test_what_is_no_value_is_refused_by_its_field(name: RuleName, texts: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(FormRefused) as refused:
        value_of(name, texts)

    assert set(refused.value.message_by_field) == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '[{"key": "a", "key": "b", "title": "to gange"}]',
        '[{"key": "a", "title": "styretegn \\u0000"}]',
        '[{"key": "a", "title": "halvt tegn \\ud800"}]',
        '[{"key": "a", "title": "A", "more": 1e999}]',
        '[{"key": "a", "title": "A", "more": NaN}]',
        400 * "[" + 400 * "]",
        9999 * "[" + 9999 * "]",
        20_001 * " ",
    ],
    ids=lambda text: text[:40],
)
@pytest.mark.parametrize("name", STRUCTURED)
def test_json_that_could_not_stand_is_refused(name: RuleName, text: str) -> None:
    with pytest.raises(FormRefused):
        value_of(name, {VALUE: text})
