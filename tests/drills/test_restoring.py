"""F32, played as the runbook says: tables go back an hour; no mail leaves twice, nothing that came in files is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from botocore import xform_name
from moto.dynamodb import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.s3 import s3_backends
from rich.console import Console

from chalicelib.cases import store
from chalicelib.evaluation import reading
from chalicelib.evaluation.requests import LIVE
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.runtime import clients, settings
from infra.local import mailbox
from infra.local.resources import ACCOUNT_ID, REGION
from infra.ops import __main__ as ops
from infra.ops import kept, where
from infra.packaged import PROJECT
from tests import faults
from tests.conftest import SettableClock
from tests.retention.conftest import machine
from tests.retention.machine import CANARY, FIRST, STAYING, Machine, rows_of

__all__ = ["machine"]

_MAILS = ("deliver-mail", "settle-receipts")
_RUNBOOK = (
    (PROJECT / "docs" / "operations.md").read_text("utf-8").partition("\n## Restoring\n")[2].partition("\n## ")[0]
)
#: The runbook's commands that wait, look, or clear away; and the one for a table that has what expires.
_LOOKS = {"wait", "list-backups", "delete-backup", "update-time-to-live"}
_MONTHS = [FIRST, FIRST.plus(1), FIRST.plus(2)]


class Drill:
    """An evening on which all tables go back to a moment before the month of December was read."""

    def __init__(self, machine: Machine, clock: SettableClock) -> None:
        self.machine = machine
        self._clock = clock
        self._dynamodb: Any = clients.session().create_client("dynamodb")
        self._arn_by_table: dict[str, str] = {}
        for month in _MONTHS[:2]:
            machine.at(month.next().first_day.replace(day=5))
            self._drop(f"drops/agent-kpi/{month}.csv", *rows_of(month))
            machine.call("start-evaluation")
        machine.at(date(2025, 1, 5))
        with machine.held(*_MAILS):  # a mail that waits at the moment that the tables go back to
            self._drop("drops/agent-kpi/fejl.csv", ["Aarhus", "751-x", 1, 2])
            self._lay("drops/agent-kpi/2024-12.csv", *rows_of(_MONTHS[2]))  # and a file of which S3 has told
        self.since = clock.now() + timedelta(minutes=1)
        self._point_in_time()

    def what_comes_since(self) -> None:
        """December with its proposal, and October corrected; some receipts come late."""
        self._clock.set(instant=self.since + timedelta(minutes=10))
        self.machine.call("sweep-webhooks")  # the file that waited is read
        self.machine.call("start-evaluation")
        self._clock.set(instant=self.since + timedelta(minutes=20))
        with self.machine.held("settle-receipts"):
            self._drop(
                "drops/agent-kpi/2024-10.csv",
                *([*row[:3], 50] if row[1] == "751-god" else row for row in rows_of(FIRST)),
            )
            self.machine.call("cases-daily")

    def restore(self) -> None:
        """Steps 2 to 4. moto's point in time is always now: backups of then stand for it."""
        self._clock.set(instant=self.since + timedelta(hours=1))
        for table in self._dynamodb.list_tables()["TableNames"]:
            arn = self._arn_by_table[table]
            self._dynamodb.create_backup(TableName=table, BackupName="before-restoring")
            self._dynamodb.restore_table_to_point_in_time(
                SourceTableName=table, TargetTableName=f"{table}-restored", RestoreDateTime=self.since
            )
            self._dynamodb.describe_backup(BackupArn=arn)
            self._dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
            self._dynamodb.delete_table(TableName=table)
            self._dynamodb.restore_table_from_backup(TargetTableName=table, BackupArn=arn)
            self._dynamodb.update_continuous_backups(
                TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
            self._dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
            self._dynamodb.delete_table(TableName=f"{table}-restored")

    def catch_up(self) -> None:
        """Step 5: everything but the mails."""
        with self.machine.held(*_MAILS):
            self.machine.call("retention-daily")
            assert self.ops("read-again", self.since.isoformat()).startswith("3 files")
            for function in ("membership-daily", "partners-daily", "evaluation-watchdog"):
                self.machine.call(function)

    def settle_sent(self) -> str:
        return self.ops("settle-sent", self.since.isoformat())

    def let_mails_leave(self) -> None:
        """Step 6, after settling: receipts first."""
        with self.machine.held("deliver-mail"):
            self.machine.call("sweep-webhooks")
        for function in ("sweep-outbox", "cases-daily", "evaluation-watchdog", "sweep-outbox"):
            self.machine.call(function)

    def ops(self, *words: str) -> str:
        told = StringIO()
        assert ops.main(["--kept", ".", *words], console=Console(file=told, width=120)) == 0
        return told.getvalue()

    def _drop(self, key: str, *rows: list[object]) -> None:
        self._lay(key, *rows)
        self.machine.call("sweep-webhooks")

    def _lay(self, key: str, *rows: list[object]) -> None:
        """Put a file that isn't read yet."""
        with self.machine.held("ingest-drop"):
            self.machine.drop(key, *rows)
        versions: Any = s3_backends[ACCOUNT_ID]["aws"].buckets[settings.files_bucket()].keys.getlist(key)
        versions[-1].last_modified = self._clock.now().replace(tzinfo=None)  # as moto keeps it

    def _point_in_time(self) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.delattr(Table, "__deepcopy__")  # the emulation's, for speed: a backup is to be a copy
            for table in self._dynamodb.list_tables()["TableNames"]:
                backup = self._dynamodb.create_backup(TableName=table, BackupName="restored")
                self._arn_by_table[table] = backup["BackupDetails"]["BackupArn"]


@contextmanager
def _here(_place: Any) -> Iterator[where.Place]:
    yield where.Place(work=lambda: None, invoke=lambda _function: None)


@pytest.fixture
def drill(machine: Machine, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drill]:
    monkeypatch.setattr(kept, "kept_state", _here)
    dynamodb = dynamodb_backends[ACCOUNT_ID][REGION]
    tables = dict(dynamodb.tables)
    yield Drill(machine, clock)
    dynamodb.tables.clear()
    dynamodb.tables.update(tables)
    dynamodb.backups.clear()


def _sent() -> list[str]:
    return sorted(mail.tags["mail_id"] for mail in mailbox.sent)


def _what_stands() -> dict[str, Any]:
    """Return the figures, the ledger and the cases, without the moments at which they were stored."""
    return {
        "figures": dict(figures.stored_months(_MONTHS[0], _MONTHS[-1]).items()),
        "ledger": {month: reading.lines(LIVE, month) for month in _MONTHS},
        "cases": {agent: store.get(agent).cases for agent in (CANARY, STAYING)},
    }


def test_after_a_restore_what_came_since_stands_again_and_no_mail_leaves_twice(drill: Drill) -> None:
    drill.what_comes_since()
    stood, sent = _what_stands(), _sent()
    assert len(sent) == len(set(sent)) > 5

    with faults.counted() as calls:
        drill.restore()
    assert _what_stands() != stood
    drill.catch_up()
    first = drill.settle_sent()
    drill.catch_up()
    again = drill.settle_sent()
    drill.let_mails_leave()

    assert _what_stands() == stood
    assert _sent() == sent
    assert {found.state for mail_id in sent if (found := outbox.state_of(mail_id))} == {outbox.State.DELIVERED}
    assert (first, again) == (
        "5 settled, 0 known, 0 not recorded, 0 uncertain\n",
        "0 settled, 5 known, 0 not recorded, 0 uncertain\n",
    )
    in_the_runbook = set(re.findall(r"aws dynamodb ([a-z-]+)", _RUNBOOK))
    # The emulator has no stacks, which name the tables in the runbook.
    assert in_the_runbook - _LOOKS == {xform_name(operation, "-") for operation in calls.operations} - {"list-tables"}
    assert re.search(r"read-again \$AT.*settle-sent \$AT", _RUNBOOK, re.DOTALL)


def test_messages_wait_untouched_while_tables_are_restored() -> None:
    """A throttled function's messages are taken and counted, and are dead letters after half an hour."""
    off = _RUNBOOK.index("update-event-source-mapping --uuid $m --no-enabled")

    assert off < _RUNBOOK.index("--reserved-concurrent-executions 0") < _RUNBOOK.index("create-backup")
    assert _RUNBOOK.rindex("$(mappings .); do aws lambda update-event-source-mapping --uuid $m --enabled") > off
    assert "redrive ddh-$STAGE-failed-events" in _RUNBOOK, "Lambda puts a schedule's event there while nothing may run"


def test_the_runbook_says_which_alarms_ring_meanwhile_and_where_it_works() -> None:
    before = _RUNBOOK.partition("```sh")[0].partition("Alarms ring meanwhile:")[2].partition("\n\n")[0]
    alarms = (PROJECT / "docs" / "operations.md").read_text("utf-8").partition("## Alarms")[2].partition("\n## ")[0]

    ringing = re.findall(r"\*([A-Z][^*]+)\*", before)
    assert {"Schedules have stopped", "Dead letters"} < set(ringing)
    assert all(f"\n| {each} |" in alarms for each in ringing)
    assert "export AWS_DEFAULT_REGION=" in _RUNBOOK


@pytest.mark.campaign
def test_without_settling_what_was_sent_mails_leave_twice(drill: Drill) -> None:
    drill.what_comes_since()
    sent = _sent()

    drill.restore()
    drill.catch_up()
    drill.let_mails_leave()

    assert len(_sent()) > len(sent)
