"""The onboarding list: which tasks a member gets, who does them, and when they are due."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.members.member import Service
from chalicelib.membership.onboarding import Responsible, may_remind, tasks_for
from chalicelib.rulebook.rules import RuleName
from tests.membership.test_entry_dates import BOOK

ENTRY = date(2025, 4, 1)
RULE = BOOK.in_force(RuleName.ONBOARDING_TASKS, ENTRY).value


def test_due_dates_are_counted_from_entry() -> None:
    tasks = tasks_for("250", services=set(Service), entry=ENTRY, rule=RULE)

    due_by_key = {task.key: task.due for task in tasks}
    assert due_by_key["welcome-pack"] == date(2025, 4, 8)
    assert due_by_key["training"] == date(2025, 4, 22)
    assert due_by_key["follow-up"] == date(2025, 6, 1)
    assert [task.due for task in tasks] == sorted(task.due for task in tasks)
    assert {task.responsible for task in tasks} == set(Responsible)


def test_a_member_gets_the_tasks_of_its_services_only() -> None:
    chatbot = {task.key for task in tasks_for("250", services={Service.CHATBOT}, entry=ENTRY, rule=RULE)}
    phone = {task.key for task in tasks_for("250", services={Service.CONTACT_CENTRE}, entry=ENTRY, rule=RULE)}

    assert "chatbot-superuser" in chatbot - phone
    assert "training" in phone - chatbot
    assert "welcome-pack" in chatbot & phone


def test_months_after_the_31st_end_with_the_month() -> None:
    (task,) = tasks_for("250", services=set(Service), entry=date(2024, 12, 31), rule=[RULE[-1]])

    assert (task.key, task.due) == ("follow-up", date(2025, 2, 28))


def test_a_task_is_overdue_from_the_day_after_until_it_is_done() -> None:
    task = tasks_for("250", services=set(Service), entry=ENTRY, rule=RULE)[0]

    assert not task.is_overdue_on(task.due)
    assert task.is_overdue_on(date(2025, 4, 9))
    assert not replace(task, done_on=date(2025, 4, 9)).is_overdue_on(date(2025, 5, 1))


@pytest.mark.parametrize(
    ("last", "today", "may"),
    [
        pytest.param(None, date(2026, 8, 2), True, id="never before"),
        pytest.param(date(2026, 8, 2), date(2026, 8, 2), False, id="a second run of the day"),
        pytest.param(
            date(2026, 8, 2), date(2026, 8, 3), False, id="Sunday and Monday lie in two weeks of the calendar"
        ),
        pytest.param(date(2026, 8, 2), date(2026, 8, 9), True, id="a week later"),
        pytest.param(date(2026, 12, 28), date(2027, 1, 3), False, id="the new year is no new week"),
        pytest.param(date(2026, 12, 28), date(2027, 1, 4), True, id="a week later, in the new year"),
    ],
)
def test_a_reminder_comes_a_week_after_the_last_or_later(last: date | None, today: date, may: bool) -> None:
    assert may_remind(last, today) is may
