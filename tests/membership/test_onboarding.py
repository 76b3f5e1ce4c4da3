"""The onboarding list: which tasks a member gets, who does them, and when they are due."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.members.member import Service
from chalicelib.membership.onboarding import Responsible, tasks_for, week_of
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
    ("day", "week"),
    [(date(2024, 12, 29), "2024-W52"), (date(2024, 12, 30), "2025-W01"), (date(2025, 2, 5), "2025-W06")],
)
def test_weeks_run_from_monday_and_belong_to_the_year_of_their_thursday(day: date, week: str) -> None:
    assert week_of(day) == week
