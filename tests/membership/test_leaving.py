"""When a member may leave, and from how many answers on the reasons are shown."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import months_later
from chalicelib.membership.leaving import (
    DAYS_OFFERED,
    ExitAnswer,
    LastDayNotAllowed,
    check_last_day,
    last_days,
    summary,
)


@pytest.mark.parametrize(
    ("today", "notice_months", "earliest"),
    [
        pytest.param(date(2025, 2, 5), 6, date(2025, 9, 30), id="in the quarter after the notice"),
        pytest.param(date(2025, 3, 31), 6, date(2025, 9, 30), id="the notice ends with the quarter"),
        pytest.param(date(2025, 4, 1), 6, date(2025, 12, 31), id="a day too late for it"),
        pytest.param(date(2024, 8, 31), 6, date(2025, 3, 31), id="six months after 31 August is 28 February"),
        pytest.param(date(2025, 3, 31), 0, date(2025, 3, 31), id="without notice, today is possible"),
    ],
)
def test_the_earliest_last_day_is_the_first_quarters_end_after_the_notice(
    today: date, notice_months: int, earliest: date
) -> None:
    assert last_days(today, notice_months=notice_months, count=1) == (earliest,)
    assert check_last_day(earliest, today=today, notice_months=notice_months) == earliest


@pytest.mark.parametrize(
    "wanted",
    [
        date(2025, 6, 30),
        date(2025, 9, 29),
        date(2025, 10, 31),
        date(2025, 10, 1),
        date(2027, 3, 31),
        date(9998, 12, 31),
        date(9999, 12, 31),
    ],
)
def test_another_day_is_refused_naming_the_earliest(wanted: date) -> None:
    with pytest.raises(LastDayNotAllowed, match=r"fra 30\. september 2025 til 31\. december 2026") as refused:
        check_last_day(wanted, today=date(2025, 2, 5), notice_months=6)

    assert refused.value.earliest == date(2025, 9, 30)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 60), st.integers(1, DAYS_OFFERED))
def test_what_the_form_offers_can_be_chosen(today: date, notice_months: int, count: int) -> None:
    offered = last_days(today, notice_months=notice_months, count=count)

    assert len(offered) == count
    for day in offered:
        assert check_last_day(day, today=today, notice_months=notice_months) == day
        assert day >= months_later(today, notice_months)


def answer(code: str, *reasons: str, text: str = "", day: int = 1) -> ExitAnswer:
    return ExitAnswer(
        municipality_code=code,
        last_day=date(2025, 9, 30),
        reasons=reasons,
        text=text,
        may_interview=True,
        answered_at=datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=day),
    )


def test_two_answers_show_nothing() -> None:
    shown = summary([answer("250", "economy", text="Tak"), answer("190", "economy")], reasons=["economy"], minimum=3)

    assert (shown.published, shown.count_by_reason, shown.texts) == (0, None, ())


def test_three_answers_show_each_reason_with_zero_too_and_the_texts_without_names() -> None:
    answers = [
        answer("250", "economy", "quality", text="Vi er små."),
        answer("190", "economy", text=" "),
        answer("240", "gone-from-the-rule", text="Tak for alt."),
    ]

    shown = summary(answers, reasons=["economy", "quality", "other"], minimum=3)

    assert shown.count_by_reason == {"economy": 2, "quality": 1, "other": 0, "gone-from-the-rule": 1}
    assert shown.texts == ("Tak for alt.", "Vi er små.")
    assert "250" not in repr(shown)


@given(st.permutations(range(7)))
def test_what_is_shown_changes_by_three_answers_at_a_time(arrival: list[int]) -> None:
    """The store orders answers by municipality; who came first is published first."""
    answers = [answer(f"{100 + code}", f"reason-{day}", text=str(day), day=day) for code, day in enumerate(arrival)]
    shown_by_number = [
        summary([each for each in answers if each.text < str(number)], reasons=[], minimum=3) for number in range(8)
    ]

    assert [shown.published for shown in shown_by_number] == [0, 0, 0, 3, 3, 3, 6, 6]
    assert shown_by_number[3] == shown_by_number[4] == shown_by_number[5]
    assert set(shown_by_number[7].texts) == {"0", "1", "2", "3", "4", "5"}
