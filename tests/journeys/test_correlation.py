"""From a dropped file to the mails that it causes: their log lines name the drop."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.kpi import events as drops
from chalicelib.mail import events as mail
from chalicelib.mail import outbox
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings
from tests.conftest import EmulatedAWS


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
