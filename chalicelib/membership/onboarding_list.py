"""A member's onboarding list as it is shown and ticked."""

from __future__ import annotations

from chalicelib.access.people import Person, Role
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.membership import member_store, refusals
from chalicelib.membership.contacts import member_of
from chalicelib.membership.onboarding import Responsible, Task


def tasks(municipality_code: str, *, clock: Clock = system_clock) -> tuple[Task, ...]:
    """Return the tasks of the current membership, by due date.

    Raises:
        NotAMember: there is none.
    """
    return member_store.tasks(municipality_code, member_of(municipality_code, clock=clock).active_from)


def may_tick(task: Task, person: Person) -> bool:
    """Whether it is for this person to say that the task is done: leaders do their own, the secretariat any."""
    return person.role is Role.SECRETARIAT or (person.role is Role.LEADER and task.responsible is Responsible.LEADER)


def tick(municipality_code: str, key: str, *, by: Person, clock: Clock = system_clock) -> None:
    """Store that a task is done. One that is done stays as it was first entered.

    Raises:
        NotAMember, TaskUnknown: there is no such task, or it is not for this person.
    """
    task = next((each for each in tasks(municipality_code, clock=clock) if each.key == key), None)
    if task is None or not may_tick(task, by):
        raise refusals.TaskUnknown
    if task.done_on is None:
        member_store.tick(task, act(by.address, clock))
