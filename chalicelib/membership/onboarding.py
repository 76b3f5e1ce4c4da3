"""The onboarding list of a new member: tasks with somebody responsible, due so long after entry.

Source: the onboarding project, autumn 2022; the tasks are the dated rule `onboarding_tasks`.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.common.months import months_later
from chalicelib.members.member import Service

#: A municipality's leaders, and the secretariat about it, are reminded of overdue tasks this often.
DAYS_BETWEEN_REMINDERS = 7


class Responsible(StrEnum):
    """Who does a task."""

    LEADER = "leader"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of one member's list. `entered_on` is the entry that it belongs to: who comes back gets a new list."""

    municipality_code: str
    entered_on: date
    key: str
    title: str
    responsible: Responsible
    due: date
    done_on: date | None = None
    done_by: str | None = None

    def is_overdue_on(self, day: date) -> bool:
        return self.done_on is None and self.due < day


def tasks_for(
    municipality_code: str, *, services: Collection[Service], entry: date, rule: Sequence[dict[str, Any]]
) -> tuple[Task, ...]:
    """Return a new member's tasks, those that its services need, by due date."""
    tasks = (
        Task(
            municipality_code=municipality_code,
            entered_on=entry,
            key=each["key"],
            title=each["title"],
            responsible=Responsible(each["responsible"]),
            due=_due(entry, each),
        )
        for each in rule
        if any(service.value in each["services"] for service in services)
    )
    return tuple(sorted(tasks, key=lambda task: (task.due, task.key)))


def may_remind(last: date | None, today: date) -> bool:
    """Whether a week has gone since the last reminder, if there ever was one.

    Counted from the last and not by the calendar, so that a day of outage or the quiet period moves the rhythm instead
    of bringing two in one week.
    """
    return last is None or today - last >= timedelta(days=DAYS_BETWEEN_REMINDERS)


def _due(entry: date, task: dict[str, Any]) -> date:
    months = task.get("due_months")
    return entry + timedelta(days=task["due_days"]) if months is None else months_later(entry, months)
