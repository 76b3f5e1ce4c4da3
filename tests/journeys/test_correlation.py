"""From a dropped file to the mails that it causes: their log lines name the drop."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.kpi import events as drops
from chalicelib.mail import events as mail
from chalicelib.mail import outbox
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings
from infra import packaged
from infra.local.functions import functions_of
from tests.conftest import EmulatedAWS, SettableClock
from tests.retention.machine import Machine


def _records(bodies: list[Any]) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{i}", "body": json.dumps(body)} for i, body in enumerate(bodies)]}


def test_a_mail_s_log_lines_lead_back_to_the_file_that_caused_it(
    aws: EmulatedAWS, queued: Callable[[str], list[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="ddh")
    book.seed()
    clients.s3().put_object(Bucket=settings.files_bucket(), Key="drops/agent-kpi/ukendt.csv", Body=b"Kommune;Agent\n")

    drops.ingest_drop(_records(queued("ddh-drops")), None)
    (drop_id,) = {vars(record)["drop_id"] for record in caplog.records if record.getMessage() == "drop ended"}
    mail.deliver_mail(_records(queued("ddh-outbox")), None)

    stored = outbox.state_of(f"drop_{drop_id}")
    assert stored is not None
    assert stored.correlation_id == drop_id
    causes = {
        (vars(record)["state"], vars(record)["correlation_id"])
        for record in caplog.records
        if record.getMessage() == "mail came further"
    }
    assert causes == {("SENDING", drop_id), ("SENT", drop_id)}


def test_a_correction_s_mail_leads_back_to_the_file_that_corrected(
    aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(system_clock, "now", clock.now)
    monkeypatch.setattr(system_clock, "today", clock.today)
    caplog.set_level("INFO", logger="ddh")
    machine = Machine(functions_of(packaged.template("local"), aws.references), clock)
    machine.at(date(2024, 11, 5))
    machine.drop("drops/agent-kpi/2024-10.csv", ["Aarhus", "751-001", 100, 30], ["Samsø", "741-001", 100, 80])
    machine.call("start-evaluation")
    caplog.clear()

    machine.drop("drops/agent-kpi/2024-10.csv", ["Aarhus", "751-001", 100, 80])

    (drop_id,) = {vars(record)["drop_id"] for record in caplog.records if record.getMessage() == "drop ended"}
    correction = outbox.state_of("correction_2024-10_751_r2")
    assert correction is not None
    assert correction.correlation_id == drop_id
    assert {vars(record)["correlation_id"] for record in caplog.records if hasattr(record, "mail_id")} == {drop_id}
