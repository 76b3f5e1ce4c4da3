"""What is kept of a member beside the register: the agreement, the onboarding list, and who changed what."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib.common.acts import Act
from chalicelib.common.instants import instant_text
from chalicelib.membership.onboarding import Responsible, Task
from chalicelib.membership.request_json import agreement_from_json, agreement_to_json
from chalicelib.membership.requests import Agreement
from chalicelib.runtime.tables import InstantAttribute, JSONTextAttribute, Table, conflict_means

#: The index's state of what is no request: it waits for a day too.
_OPEN_TASK = "task"


class _ByState(GlobalSecondaryIndex["_TaskRow"]):  # type: ignore[no-untyped-call]  # pynamodb's __init_subclass__
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    waits_for = UnicodeAttribute(range_key=True, attr_name="entry_date")


class _AgreementRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="agreement")
    agreement = JSONTextAttribute()
    request_id = UnicodeAttribute()


class _TaskRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_state = _ByState()
    state = UnicodeAttribute(null=True)  # gone when the task is done: the index holds open ones only
    waits_for = UnicodeAttribute(attr_name="entry_date")
    title = UnicodeAttribute()
    responsible = UnicodeAttribute()
    done_on = UnicodeAttribute(null=True)
    done_by = UnicodeAttribute(null=True)

    def task(self) -> Task:
        _, code, entered_on = self.pk.split("#")
        return Task(
            municipality_code=code,
            entered_on=date.fromisoformat(entered_on),
            key=self.sk,
            title=self.title,
            responsible=Responsible(self.responsible),
            due=date.fromisoformat(self.waits_for),
            done_on=date.fromisoformat(self.done_on) if self.done_on else None,
            done_by=self.done_by,
        )


class _ReminderRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    on = UnicodeAttribute()


class _ChangeRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    what = UnicodeAttribute()
    by = UnicodeAttribute()
    at = InstantAttribute()
    on = UnicodeAttribute()


def put_agreement(writes: TransactWrite, municipality_code: str, agreement: Agreement, *, request_id: str) -> None:
    """Add the member's agreement to a transaction. That of an earlier membership stays with its request."""
    stored = agreement_to_json(agreement)
    writes.save(_AgreementRow(f"agreement#{municipality_code}", agreement=stored, request_id=request_id))


def agreement(municipality_code: str) -> tuple[Agreement, str] | None:
    """Return the member's agreement and the request it came with; None for members older than this system."""
    try:
        row = _AgreementRow.get(f"agreement#{municipality_code}", "agreement", consistent_read=True)
    except DoesNotExist:
        return None
    return agreement_from_json(row.agreement), row.request_id


def add_task(writes: TransactWrite, task: Task) -> None:
    """Add a new task to a transaction, which fails when the list has it already."""
    row = _TaskRow(
        _list(task.municipality_code, task.entered_on),
        task.key,
        state=_OPEN_TASK,
        waits_for=task.due.isoformat(),
        title=task.title,
        responsible=task.responsible.value,
    )
    writes.save(row, condition=_TaskRow.pk.does_not_exist())


def tasks(municipality_code: str, entered_on: date) -> tuple[Task, ...]:
    """Return a member's onboarding list by due date (strong read); empty for members older than this system."""
    rows = _TaskRow.query(_list(municipality_code, entered_on), consistent_read=True)
    return tuple(sorted((row.task() for row in rows), key=lambda task: (task.due, task.key)))


def tick(task: Task, act: Act) -> None:
    """Store that a task is done.

    Raises:
        Conflict: it is done already.
    """
    with conflict_means("Opgaven er allerede markeret som udført."):
        _TaskRow(_list(task.municipality_code, task.entered_on), task.key).update(
            actions=[
                _TaskRow.state.remove(),
                _TaskRow.done_on.set(act.on.isoformat()),
                _TaskRow.done_by.set(act.by),
            ],
            condition=_TaskRow.pk.exists() & _TaskRow.done_on.does_not_exist(),
        )


def open_tasks(*, due_before: date) -> Iterator[Task]:
    """Yield tasks that are not done and were due before the day; what is yielded may be some seconds old."""
    for row in _TaskRow.by_state.query(_OPEN_TASK, _TaskRow.waits_for < due_before.isoformat()):
        yield row.task()


def last_reminder(municipality_code: str, responsible: Responsible) -> date | None:
    """Return the day on which those who do a municipality's tasks were last reminded (strong read)."""
    try:
        row = _ReminderRow.get(_reminders(municipality_code), responsible.value, consistent_read=True)
    except DoesNotExist:
        return None
    return date.fromisoformat(row.on)


def add_reminder(
    writes: TransactWrite, municipality_code: str, responsible: Responsible, *, last: date | None, today: date
) -> None:
    """Add to a transaction that they are reminded today; it fails when `last` is no longer the last."""
    writes.save(
        _ReminderRow(_reminders(municipality_code), responsible.value, on=today.isoformat()),
        condition=_ReminderRow.pk.does_not_exist() if last is None else _ReminderRow.on == last.isoformat(),
    )


def add_change(writes: TransactWrite, municipality_code: str, *, version: int, what: str, act: Act) -> None:
    """Add to a transaction who changed the register's entry: one line for each of its versions."""
    writes.save(_change(municipality_code, _version(version), what, act), condition=_ChangeRow.pk.does_not_exist())


def add_note(writes: TransactWrite, municipality_code: str, *, version: int, what: str, act: Act) -> None:
    """Add to a transaction what somebody did about a member that left the register's entry, as it is, alone."""
    at = f"{instant_text(act.at)}#{secrets.token_hex(4)}"
    writes.save(_change(municipality_code, f"{_version(version)}#{at}", what, act))


def changes(municipality_code: str) -> tuple[tuple[str, Act], ...]:
    """Return what was done about a member, in the register's entry or beside it, oldest first (strong read)."""
    rows = _ChangeRow.query(f"member#{municipality_code}", consistent_read=True)
    return tuple((row.what, Act(by=row.by, at=row.at, on=date.fromisoformat(row.on))) for row in rows)


def _change(municipality_code: str, key: str, what: str, act: Act) -> _ChangeRow:
    return _ChangeRow(f"member#{municipality_code}", key, what=what, by=act.by, at=act.at, on=act.on.isoformat())


def _version(version: int) -> str:
    return f"change#{version:06d}"


def _reminders(municipality_code: str) -> str:
    return f"reminder#{municipality_code}"


def _list(municipality_code: str, entered_on: date) -> str:
    return f"onboarding#{municipality_code}#{entered_on.isoformat()}"
