"""T20: what passes through queues and logs are ids of things, never an agent, a figure of one, or an address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from chalicelib.common.clock import system_clock
from chalicelib.common.months import Month
from chalicelib.evaluation import following, service
from chalicelib.evaluation.requests import request_from
from chalicelib.kpi import events as drops
from chalicelib.mail import events as mail
from chalicelib.members import register
from chalicelib.members.register import Member, Service
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings
from tests.conftest import EmulatedAWS

CANARIES = ("kanariefugl", "47119", "18407", "leder.kanarie")
FILE = """Kommune;Agent;Måned;Besvarede opkald;Straksafklarede
Furesø;190-kanariefugl;10-2024;47119;18407
Furesø;190-kanariefugl-2;10-2024;18407;47119
Furesø;190-kanariefugl-3;10-2024;NaN;18407
"""


@pytest.fixture
def sent_to_queues(aws: EmulatedAWS) -> Iterator[list[str]]:
    """Every body that is put on a queue, as it is sent."""
    bodies: list[str] = []
    call = BaseClient._make_api_call

    def seen(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation.startswith("SendMessage"):
            bodies.append(json.dumps(parameters))
        return call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", seen):
        yield bodies


def _records(bodies: list[Any]) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m{i}", "body": json.dumps(body)} for i, body in enumerate(bodies)]}


def test_no_canary_is_in_a_log_or_on_a_queue(
    aws: EmulatedAWS,
    queued: Callable[[str], list[Any]],
    sent_to_queues: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_clock, "business_date", date(2025, 2, 5))
    caplog.set_level("DEBUG", logger="ddh")
    book.seed()
    register.put(
        Member(
            municipality_code="190",
            name="Furesø",
            leaders=("leder.kanarie@furesoe.example",),
            services=frozenset({Service.CONTACT_CENTRE}),
            active_from=date(2022, 1, 1),
        )
    )

    clients.s3().put_object(Bucket=settings.files_bucket(), Key="drops/agent-kpi/okt.csv", Body=FILE.encode())
    assert drops.ingest_drop(_records(queued("ddh-drops")), None) == {"batchItemFailures": []}
    service.start_month(Month(2024, 10))
    for message in queued("ddh-evaluations"):
        following.bring_up_to_date(request_from(message))
    assert mail.deliver_mail(_records(queued("ddh-outbox")), None) == {"batchItemFailures": []}

    mails = b"".join(each.raw for each in aws.sent_mails)
    assert b"190-kanariefugl" in mails, "the journey must have happened, or nothing is proved"
    assert len(sent_to_queues) >= 3
    printed = capfd.readouterr()
    logged = [
        str(value) for record in caplog.records for value in vars(record).values() if not isinstance(value, float)
    ]
    said = "\n".join([*sent_to_queues, *logged, printed.out, printed.err])
    assert "drop ended" in said
    assert [canary for canary in CANARIES if canary in said] == []
