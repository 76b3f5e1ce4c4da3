"""Roles are held to in every test in which a function is called (tests/infra/roles.py); here are those that call most.

Run with `--unused-rights`, the whole suite fails on what a role allows and no test makes use of.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.members import register
from chalicelib.membership import daily, events, withdrawing
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings
from infra import packaged
from infra.local import dropping, seed
from infra.local.functions import Function, functions_of
from infra.local.pump import Pump
from tests.conftest import EmulatedAWS, SettableClock
from tests.infra import roles
from tests.membership.joining import CONTACT, ENTRY, Joining


def _main_job(functions: dict[str, Function], file: Path) -> None:
    """Drop, evaluate and mail the month of two members, one of whose rows is rejected."""
    pump = Pump(functions.values())
    book.seed()
    for member in seed.demonstration_members():
        if member.municipality_code in ("741", "773"):
            register.put(member)
    sample = (packaged.PROJECT / "events" / "drops" / "agent-kpi" / "2025-01.csv").read_text("cp1252").splitlines()
    rows = [row for row in sample[1:] if row.startswith(("Samsø;", "Morsø;"))]
    file.write_text("\n".join([sample[0], *rows, "Ukendt;1;1;1"]), "utf-8")
    dropping.put(dropping.Drop(path=file, key=f"drops/agent-kpi/{file.name}"))
    pump.drain()
    functions["start-evaluation"].call({"month": "2024-10"})
    pump.drain()
    functions["evaluation-watchdog"].call({})
    functions["sweep-outbox"].call({})


@pytest.fixture(autouse=True)
def on_the_test_s_clock(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_clock, "today", clock.today)
    monkeypatch.setattr(system_clock, "now", clock.now)


def test_every_call_of_the_main_job_is_allowed_by_the_function_s_own_role(aws: EmulatedAWS, tmp_path: Path) -> None:
    _main_job(functions_of(packaged.template("local"), aws.references), tmp_path / "2024-10.csv")

    assert aws.sent_mails


def test_every_call_of_a_membership_s_days_is_allowed(aws: EmulatedAWS, clock: SettableClock) -> None:
    membership_daily = functions_of(packaged.template("local"), aws.references)["membership-daily"]
    joining = Joining(clock)
    joining.signed()

    joining.move_to(ENTRY)
    assert membership_daily.call({}) == {"activated": 1}
    withdrawing.withdraw("250", date(2025, 12, 31), by=CONTACT, clock=clock)
    joining.move_to(date(2026, 1, 3))
    assert membership_daily.call({})["ended"] == 1


def test_a_call_that_a_role_does_not_allow_is_seen(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    def purge() -> dict[str, int]:
        clients.sqs().purge_queue(QueueUrl=settings.outbox_queue_url())
        return {}

    monkeypatch.setattr(daily, "run", purge)
    events.membership_daily({}, None)

    assert roles.refused == {
        ("MembershipDaily", ("sqs:PurgeQueue", "arn:aws:sqs:eu-north-1:123456789012:ddh-local-outbox"))
    }
    roles.refused.clear()


def test_a_right_that_nobody_makes_use_of_is_seen(aws: EmulatedAWS) -> None:
    rights = roles.unused([], aws.references)
    ours = [right for right in rights if right[0] == "MembershipDaily"]

    assert ours
    assert roles.unused(ours, aws.references) == [right for right in rights if right not in ours]
