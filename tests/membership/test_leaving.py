"""When a member may leave, and from how many answers on the reasons are shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.months import months_later
from chalicelib.membership.leaving import ExitAnswer, LastDayNotAllowed, check_last_day, last_days, summary


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


@pytest.mark.parametrize("wanted", [date(2025, 6, 30), date(2025, 9, 29), date(2025, 10, 31), date(2025, 10, 1)])
def test_another_day_is_refused_naming_the_earliest(wanted: date) -> None:
    with pytest.raises(LastDayNotAllowed, match=r"30\. september 2025") as refused:
        check_last_day(wanted, today=date(2025, 2, 5), notice_months=6)

    assert refused.value.earliest == date(2025, 9, 30)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 60), st.integers(1, 8))
def test_what_the_form_offers_can_be_chosen(today: date, notice_months: int, count: int) -> None:
    offered = last_days(today, notice_months=notice_months, count=count)

    assert len(offered) == count
    for day in offered:
        assert check_last_day(day, today=today, notice_months=notice_months) == day
        assert day >= months_later(today, notice_months)


def answer(code: str, *reasons: str) -> ExitAnswer:
    return ExitAnswer(
        municipality_code=code,
        last_day=date(2025, 9, 30),
        reasons=reasons,
        text="fri tekst",
        may_interview=True,
        answered_on=date(2025, 3, 1),
    )


def test_two_answers_show_nothing_but_their_number() -> None:
    shown = summary([answer("250", "economy"), answer("190", "economy")], reasons=["economy"], minimum=3)

    assert (shown.answers, shown.count_by_reason) == (2, None)


def test_three_answers_show_each_reason_with_zero_too_and_no_text() -> None:
    answers = [answer("250", "economy", "quality"), answer("190", "economy"), answer("240", "gone-from-the-rule")]

    shown = summary(answers, reasons=["economy", "quality", "other"], minimum=3)

    assert shown.count_by_reason == {"economy": 2, "quality": 1, "other": 0, "gone-from-the-rule": 1}
    assert "fri tekst" not in repr(shown)
