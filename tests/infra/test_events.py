"""The events in events/ are what AWS documents; the emulated AWS emits the same shapes, and the handlers take them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.common.notices import notice_from
from chalicelib.evaluation.requests import request_from
from chalicelib.mail.answers import told_by
from chalicelib.runtime import clients
from infra.local.pump import sqs_event
from infra.packaged import PROJECT
from tests.conftest import EmulatedAWS

_EVENTS = PROJECT / "events"
#: What the documented events tell and the emulated ones don't, because nothing depends on it.
_LEFT_OUT = {
    "detail.mail.tags.ses:source-tls-version",
    "detail.mail.tags.ses:source-ip",
    "detail.mail.tags.ses:caller-identity",
    "detail.delivery.remoteMtaIp",
}


def _event(name: str) -> Any:
    return json.loads((_EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def _paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every name in a JSON value; places in lists don't count."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}{name}"
            yield from _paths(inner, f"{path}{name}.")


def test_the_emulated_bucket_tells_of_objects_as_s3_does(aws: EmulatedAWS, queued: Callable[[str], list[Any]]) -> None:
    clients.s3().put_object(Bucket=aws.files_bucket, Key="drops/agent-kpi/a.csv", Body=b"x")

    (event,) = queued("ddh-drops")

    assert set(_paths(event)) == set(_paths(_event("s3_object_created")))


@pytest.mark.parametrize("name", ["ses_email_sent", "ses_email_delivered"])
def test_the_emulated_mail_service_tells_of_mails_as_ses_does(
    aws: EmulatedAWS, queued: Callable[[str], list[Any]], name: str
) -> None:
    clients.ses().send_email(
        FromEmailAddress=aws.environment["DDH_MAIL_FROM"],
        Destination={"ToAddresses": ["leder@x.example"]},
        Content={"Raw": {"Data": b"Subject: Hej\r\n\r\nHej\r\n"}},
        EmailTags=[{"Name": "mail_id", "Value": "notice"}, {"Name": "attempt", "Value": "1"}],
        ConfigurationSetName=aws.environment["DDH_MAIL_CONFIGURATION_SET"],
    )
    documented = _event(name)

    (event,) = [each for each in queued("ddh-receipts") if each["detail-type"] == documented["detail-type"]]

    assert set(_paths(event)) == set(_paths(documented)) - _LEFT_OUT
    assert event["detail"]["eventType"] == documented["detail"]["eventType"]


def test_the_pump_makes_batches_as_lambda_does() -> None:
    documented = _event("sqs_batch")
    (record,) = documented["Records"]
    received = {
        "MessageId": record["messageId"],
        "ReceiptHandle": record["receiptHandle"],
        "Body": record["body"],
        "Attributes": record["attributes"],
        "MD5OfBody": record["md5OfBody"],
    }

    assert set(_paths(sqs_event("ddh-local-evaluations", [received])["Records"][0])) == set(_paths(record))


def test_the_documented_events_are_understood() -> None:
    receipts = [told_by(json.loads(path.read_text("utf-8"))) for path in sorted(_EVENTS.glob("ses_*.json"))]

    assert len(receipts) == 6
    assert {receipt.mail_id for receipt in receipts if receipt} == {"notice_2025-01_751_r1"}
    assert notice_from(_event("s3_object_created")).key == "drops/agent-kpi/2025-01.csv"
    assert request_from(json.loads(_event("sqs_batch")["Records"][0]["body"])).municipality_code == "751"


def test_a_schedule_s_event_names_no_month() -> None:
    # The start goes by the calendar unless a person names a month.
    assert "month" not in _event("schedule")


def test_every_event_is_readable_json() -> None:
    assert all(isinstance(json.loads(path.read_text("utf-8")), dict) for path in Path(_EVENTS).glob("*.json"))
