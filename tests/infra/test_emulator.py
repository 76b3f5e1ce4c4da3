"""The emulated AWS does what the application leans on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.runtime import clients
from tests.conftest import EmulatedAWS
from tests.infra.racers import claim


def _put(aws: EmulatedAWS, key: str) -> None:
    clients.s3().put_object(Bucket=aws.files_bucket, Key=key, Body=b"x")


def test_a_dropped_file_reaches_the_drops_queue_by_the_rule(aws: EmulatedAWS, queued: Callable[[str], Any]) -> None:
    _put(aws, "drops/agent-kpi/år 1.csv")
    _put(aws, "elsewhere/a.csv")

    (event,) = queued("ddh-drops")

    assert event["detail"]["object"]["key"] == "drops/agent-kpi/år 1.csv"
    assert event["detail-type"] == "Object Created"


def test_sequencers_rise_as_those_of_s3_do(aws: EmulatedAWS, queued: Callable[[str], Any]) -> None:
    for _ in range(3):
        _put(aws, "drops/agent-kpi/a.csv")

    sequencers = [event["detail"]["object"]["sequencer"] for event in queued("ddh-drops")]

    assert sorted(set(sequencers)) == sequencers


def _send(aws: EmulatedAWS, mail_id: str) -> str:
    sender = aws.environment["DDH_MAIL_FROM"]
    raw = f"From: {sender}\r\nTo: leder@x.example\r\nSubject: Hej\r\n\r\nHej\r\n".encode()
    answer = clients.ses().send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": ["leder@x.example"]},
        Content={"Raw": {"Data": raw}},
        EmailTags=[{"Name": "mail_id", "Value": mail_id}],
        ConfigurationSetName=aws.environment["DDH_MAIL_CONFIGURATION_SET"],
    )
    return str(answer["MessageId"])


def test_an_accepted_mail_is_kept_whole_and_its_receipts_come(
    aws: EmulatedAWS, queued: Callable[[str], list[Any]]
) -> None:
    message_id = _send(aws, "notice_1")

    (mail,) = aws.sent_mails
    receipts = queued("ddh-receipts")

    assert (mail.message_id, mail.to, mail.subject) == (message_id, ("leder@x.example",), "Hej")
    assert [receipt["detail-type"] for receipt in receipts] == ["Email Sent", "Email Delivered"]
    assert {receipt["detail"]["mail"]["messageId"] for receipt in receipts} == {message_id}
    assert all(receipt["detail"]["mail"]["tags"]["mail_id"] == ["notice_1"] for receipt in receipts)


def test_one_test_s_state_does_not_reach_the_next(aws: EmulatedAWS, queued: Callable[[str], list[Any]]) -> None:
    listed = clients.s3().list_object_versions(Bucket=aws.files_bucket)

    assert (aws.sent_mails, queued("ddh-drops"), queued("ddh-receipts")) == ((), [], [])
    assert "Versions" not in listed


def test_racing_processes_meet_one_database(served_aws: EmulatedAWS) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        claims = pool.map(claim, [str(number) for number in range(12)])

    assert claims.count(True) == 1


def _put_op(key: str, value: str, *, only_new: bool = False) -> dict[str, Any]:
    put: dict[str, Any] = {
        "TableName": "ddh-local-mail",
        "Item": {"pk": {"S": key}, "sk": {"S": "x"}, "value": {"S": value}},
    }
    return {"Put": put | ({"ConditionExpression": "attribute_not_exists(pk)"} if only_new else {})}


def test_a_transaction_that_fails_leaves_every_item_as_it_was(aws: EmulatedAWS) -> None:
    dynamodb: Any = clients.session().create_client("dynamodb")
    dynamodb.transact_write_items(TransactItems=[_put_op("a", "old"), _put_op("taken", "old")])
    update = {
        "TableName": "ddh-local-mail",
        "Key": {"pk": {"S": "taken"}, "sk": {"S": "x"}},
        "UpdateExpression": "SET #v = :new",
        "ConditionExpression": "attribute_not_exists(pk)",
        "ExpressionAttributeNames": {"#v": "value"},
        "ExpressionAttributeValues": {":new": {"S": "new"}},
    }

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[_put_op("a", "new"), _put_op("b", "new"), {"Update": update}])

    stored = dynamodb.scan(TableName="ddh-local-mail")["Items"]
    assert sorted((item["pk"]["S"], item["value"]["S"]) for item in stored) == [("a", "old"), ("taken", "old")]
