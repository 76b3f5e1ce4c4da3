"""What bringing a dropped file back sets off: taking a deletion's mark away nothing, a copy what dropping it would."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.evaluation import reading
from chalicelib.evaluation.requests import LIVE
from chalicelib.kpi import figures
from chalicelib.runtime import clients, settings
from infra.local import mailbox
from infra.packaged import PROJECT
from tests.retention.conftest import machine
from tests.retention.machine import FIRST, Machine, rows_of

__all__ = ["machine"]

_KEY = f"drops/agent-kpi/{FIRST}.csv"


def _copied(machine: Machine, version: str) -> None:
    """As the runbook's command copies; moto tells of a copy what S3 tells."""
    source = {"Bucket": settings.files_bucket(), "Key": _KEY, "VersionId": version}
    clients.s3().copy_object(Bucket=settings.files_bucket(), Key=_KEY, CopySource=source)
    machine.call("sweep-outbox")


def _stands() -> tuple[Any, ...]:
    return _resolved(), reading.lines(LIVE, FIRST), len(mailbox.sent)


def _resolved() -> dict[str, int]:
    return {figure.agent: figure.resolved for figure in figures.stored_months(FIRST, FIRST)[FIRST]}


@pytest.fixture
def version(machine: Machine) -> str:
    """The file of October, which is evaluated."""
    machine.at(date(2024, 11, 5))
    dropped = machine.drop(_KEY, *rows_of(FIRST)[:3])
    machine.call("start-evaluation")
    return dropped


def test_a_copy_of_what_was_read_last_changes_nothing_and_mails_nobody(machine: Machine, version: str) -> None:
    stood = _stands()

    _copied(machine, version)

    assert _stands() == stood


def test_a_copy_of_an_earlier_version_puts_its_figures_back(machine: Machine, version: str) -> None:
    before = _resolved()
    machine.drop(_KEY, *([*row[:3], 1] for row in rows_of(FIRST)[:3]))
    assert _resolved() != before

    _copied(machine, version)

    assert _resolved() == before


def test_taking_a_deletion_s_mark_away_brings_the_file_back_and_sets_off_nothing(
    machine: Machine, version: str
) -> None:
    bucket, s3 = settings.files_bucket(), clients.s3()
    stood = _stands()
    marker = s3.delete_object(Bucket=bucket, Key=_KEY)["VersionId"]

    s3.delete_object(Bucket=bucket, Key=_KEY, VersionId=marker)
    machine.call("sweep-outbox")

    assert s3.head_object(Bucket=bucket, Key=_KEY)["VersionId"] == version
    assert _stands() == stood


def test_the_runbook_says_so() -> None:
    runbook = (PROJECT / "docs" / "operations.md").read_text("utf-8")

    for command in ("list-object-versions", "delete-object", "copy-object"):
        assert f"aws s3api {command} " in runbook
