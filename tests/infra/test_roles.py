"""Each function's role allows every call that the function makes in the main job, and reaches no other resource.

The site's role is held to in every test that visits the site (tests/web.py).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.members import register
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings
from infra import packaged
from infra.local import dropping, seed
from infra.local.functions import Function, functions_of
from infra.local.pump import Pump
from tests.conftest import EmulatedAWS, SettableClock
from tests.infra.roles import Roles, held_to_role
from tests.membership.joining import ENTRY, Joining


@pytest.fixture
def roles(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch) -> Roles:
    """The roles, with every function that is called held to its own."""
    roles = Roles(aws.references)
    call_function = Function.call

    def noted(function: Function, event: Any) -> Any:
        with roles.watching(function.name.title().replace("-", "")):
            return call_function(function, event)

    monkeypatch.setattr(Function, "call", noted)
    return roles


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


def test_every_call_of_the_main_job_is_allowed_by_the_function_s_own_role(
    aws: EmulatedAWS, roles: Roles, tmp_path: Path
) -> None:
    _main_job(functions_of(packaged.template("local"), aws.references), tmp_path / "2024-10.csv")

    assert len(roles.made) == 7, "every function made some call"
    assert not roles.refused


def test_every_call_of_a_membership_s_days_is_allowed(
    aws: EmulatedAWS, roles: Roles, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_clock, "today", clock.today)
    monkeypatch.setattr(system_clock, "now", clock.now)
    daily = functions_of(packaged.template("local"), aws.references)["membership-daily"]
    joining = Joining(clock)
    joining.signed()

    joining.move_to(ENTRY)
    daily.call({})
    joining.move_to(ENTRY + timedelta(days=400))
    daily.call({})

    assert ("dynamodb:PutItem", "arn:aws:dynamodb:eu-north-1:123456789012:table/ddh-local-members") in roles.made[
        "MembershipDaily"
    ]
    assert not roles.refused


def test_a_call_that_a_role_does_not_allow_is_seen(aws: EmulatedAWS) -> None:
    def call(event: Any) -> None:
        clients.sqs().purge_queue(QueueUrl=settings.outbox_queue_url())

    with pytest.raises(AssertionError, match="sqs:PurgeQueue"):
        held_to_role("APIHandler", call, aws.references)({})
