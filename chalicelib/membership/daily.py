"""What time itself does to memberships: they end, begin, wait for a new date, lapse, and tasks are reminded of.

Every run does all that is due, whatever days were missed. Running it again, or twice at once, is running it once: each
step is a conditional write, and whoever comes second passes on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from pynamodb.transactions import TransactWrite

from chalicelib.access import grants
from chalicelib.access.people import Person, Role, spelled
from chalicelib.common import municipalities
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import AppError, Conflict
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.members.register import Member
from chalicelib.membership import invitation_store, leaving_store, letters, member_store, refusals, steps, store
from chalicelib.membership.invitation_store import Invitation
from chalicelib.membership.leaving import Withdrawal
from chalicelib.membership.onboarding import Responsible, Task, may_remind, tasks_for
from chalicelib.membership.requests import SYSTEM, UNSIGNED, Request, State
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleBook, RuleName
from chalicelib.runtime.entrypoints import logger
from chalicelib.runtime.tables import conflict_means, transaction


class _OfMunicipality(Protocol):
    @property
    def municipality_code(self) -> str: ...


T = TypeVar("T", bound=_OfMunicipality)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overdue:
    """A member's overdue tasks that one side does."""

    member: Member
    responsible: Responsible
    tasks: list[Task]

    @property
    def municipality_code(self) -> str:
        return self.member.municipality_code


def run(*, clock: Clock = system_clock) -> dict[str, int]:
    """Do everything that is due today or was due before; return how many of each."""
    book, today = rulebook.load(), clock.today()
    late = (request for state in UNSIGNED for request in store.in_state(state, waiting_until=today))
    done: Counter[str] = Counter()
    # Who comes back was out first: ends come before beginnings.
    _each("ended", leaving_store.ending_before(today), lambda each: _end(each, clock), done)
    _each(
        "activated",
        store.in_state(State.SIGNED, waiting_until=today),
        lambda each: _activate(each, book, clock),
        done,
    )
    _each("new_date_needed", late, lambda each: _ask_for_new_date(each, clock), done)
    _each("lapsed", store.in_state(State.RECEIVED, waiting_until=today), lambda each: _lapse(each, clock), done)
    _each("forgotten", invitation_store.expired_before(today), _forget, done)
    if book.release_date(today) is None:  # one reminder when the quiet period ends, not one for each of its weeks
        _each("reminded", _overdue(clock), lambda each: _remind(each, clock), done)
    return dict(done)


def _each(what: str, due: Iterable[T], do: Callable[[T], bool], done: Counter[str]) -> None:
    """Do it for each; one that can't be done, or that somebody else does, doesn't stop the others.

    A lost race is passed over: the other one did it. A conflict with a name of its own is no race, and would be met
    again every day: it is told like every other refusal.
    """
    for one in list(due):
        try:
            done[what] += do(one)
        except AppError as error:
            if type(error) is not Conflict:
                told = {"step": what, "code": error.code, "municipality_code": one.municipality_code}
                logger().error("membership not taken further", extra=told)


def _activate(found: Request, book: RuleBook, clock: Clock) -> bool:
    """Make the municipality a member: register, leader, agreement, onboarding list and welcome, all or nothing."""
    request = store.get(found.request_id)
    if request is None or request.state is not State.SIGNED:
        return False
    step = steps.activated(request, act=act(SYSTEM, clock))
    before = register.get(request.municipality_code)
    if before is not None and before.is_member_on(request.entry_date):
        raise refusals.AlreadyMember(name=before.name, since=before.active_from)
    after = _entered(request, before)
    rule = book.in_force(RuleName.ONBOARDING_TASKS, request.entry_date).value
    tasks = tasks_for(request.municipality_code, services=request.asked.services, entry=request.entry_date, rule=rule)
    mail = letters.welcome(request, tasks, book=book, today=clock.today())

    def enter(writes: TransactWrite) -> None:
        assert request.agreement is not None
        code = request.municipality_code
        register.replace_in(writes, before, after)
        member_store.add_change(writes, code, version=after.version, what="Indmeldt", act=step.entry.act)
        member_store.put_agreement(writes, code, request.agreement, request_id=request.request_id)
        grants.give(writes, _leader(request.contact_address, code))
        for task in tasks:
            member_store.add_task(writes, task)
        outbox.record(writes, mail, clock=clock)

    store.commit(step, also=enter)
    outbox.nudge([mail.mail_id])
    return True


def _entered(request: Request, before: Member | None) -> Member:
    leaders, services = (request.contact_address,), request.asked.services
    if before is not None:
        back = before.entering_again(leaders=leaders, services=services, active_from=request.entry_date)
        return replace(back, version=before.version + 1)
    return Member(
        municipality_code=request.municipality_code,
        name=municipalities.by_code[request.municipality_code].name,
        leaders=leaders,
        services=services,
        active_from=request.entry_date,
        version=1,
    )


def _ask_for_new_date(found: Request, clock: Clock) -> bool:
    request = store.get(found.request_id)
    if request is None or request.state not in UNSIGNED or request.new_date_needed:
        return False
    if request.entry_date > clock.today():  # the index was late: a new date is chosen
        return False
    step = steps.new_date_needed(request, act=act(SYSTEM, clock))
    mail = letters.new_date_needed(step.request)
    store.commit(step, also=lambda writes: outbox.record(writes, mail, clock=clock))
    outbox.nudge([mail.mail_id])
    return True


def _lapse(found: Request, clock: Clock) -> bool:
    request = store.get(found.request_id)
    if request is None or request.state is not State.RECEIVED:
        return False
    store.commit(steps.lapsed(request, act=act(SYSTEM, clock)))
    return True


def _forget(invitation: Invitation) -> bool:
    """Delete the address of somebody who never answered."""
    invitation_store.forget(invitation)
    return True


def _end(withdrawal: Withdrawal, clock: Clock) -> bool:
    """Carry out a notice: the leaders' access ends, and the request it all began with is withdrawn."""
    member = register.get(withdrawal.municipality_code)
    leaders = member.leaders if member and member.active_until == withdrawal.last_day else ()

    def end(writes: TransactWrite) -> None:
        leaving_store.end(writes, withdrawal)
        for address in dict.fromkeys(spelled(leader) for leader in leaders):
            grants.take(writes, _leader(address, withdrawal.municipality_code))

    request = store.get(withdrawal.request_id) if withdrawal.request_id else None
    if request is not None and request.state is State.ACTIVE:
        step = steps.withdrawn(request, act=act(SYSTEM, clock), last_day=withdrawal.last_day)
        store.commit(step, also=end)
    else:  # a member older than this system has no request
        with conflict_means("Udmeldelsen er allerede gennemført."), transaction() as writes:
            end(writes)
    return True


def _overdue(clock: Clock) -> list[_Overdue]:
    """Return the overdue tasks by who does them, of those who are members still."""
    overdue: defaultdict[tuple[str, Responsible], list[Task]] = defaultdict(list)
    for task in member_store.open_tasks(due_before=clock.today()):
        overdue[task.municipality_code, task.responsible].append(task)
    found = []
    for (code, responsible), tasks in sorted(overdue.items()):
        member = register.get(code)
        if member is not None and member.is_member_on(clock.today()):
            own = [task for task in tasks if task.entered_on == member.active_from]
            found += [_Overdue(member=member, responsible=responsible, tasks=own)] if own else []
    return found


def _remind(overdue: _Overdue, clock: Clock) -> bool:
    """Remind once a week: of two runs at once, the row of the last reminder lets one through."""
    code, responsible, today = overdue.municipality_code, overdue.responsible, clock.today()
    last = member_store.last_reminder(code, responsible)
    if not may_remind(last, today):
        return False
    mail = letters.reminder(overdue.member, responsible, overdue.tasks, today=today)
    with conflict_means("En anden kørsel har mindet om opgaverne."), transaction() as writes:
        member_store.add_reminder(writes, code, responsible, last=last, today=today)
        outbox.record(writes, mail, clock=clock)
    outbox.nudge([mail.mail_id])
    return True


def _leader(address: str, municipality_code: str) -> Person:
    return Person(address=address, role=Role.LEADER, municipality_code=municipality_code)
