"""What calls to AWS are counted as, against what was reckoned by hand from AWS's documentation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.runtime import clients, settings, tables
from infra.costing.meter import Meter, Unit
from infra.costing.sizes import item_bytes, read_units, write_units
from tests.conftest import EmulatedAWS

FUNCTION = "some-function"
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}  # 6 bytes


@pytest.fixture
def meter(aws: EmulatedAWS) -> Iterator[Meter]:
    counting = Meter()
    with counting.running():
        yield counting


@pytest.fixture
def dynamodb(aws: EmulatedAWS) -> Any:
    return tables.connection().client


def counted(meter: Meter, unit: Unit) -> float:
    """Return what was counted of the unit since it was asked for last."""
    return meter.counts.pop((FUNCTION, unit), 0.0)


def table(feature: str) -> str:
    return settings.table_name(feature)


@pytest.mark.parametrize(
    ("item", "size"),
    [
        pytest.param({"pk": {"S": "a"}}, 3, id="a text: its name and its bytes"),
        pytest.param({"é": {"S": "æ"}}, 4, id="names and texts count as UTF-8"),
        pytest.param({"n": {"N": "12345"}}, 1 + 4, id="a number: a byte for each two digits, and one"),
        pytest.param({"n": {"N": "-1200"}}, 1 + 3, id="a sign takes a byte, zeros at the end none"),
        pytest.param({"b": {"B": b"123"}}, 4, id="bytes are themselves"),
        pytest.param({"b": {"BOOL": True}, "n": {"NULL": True}}, 4, id="one byte for yes, no and nothing"),
        pytest.param({"s": {"SS": ["ab", "c"]}}, 4, id="a set: its members"),
        pytest.param({"l": {"L": [{"S": "ab"}, {"S": "c"}]}}, 1 + 3 + 3 + 2, id="a list: three, and one for each"),
        pytest.param({"m": {"M": {"k": {"S": "v"}}}}, 1 + 3 + 1 + 2, id="a map: three, and one for each pair"),
    ],
)
def test_an_item_is_as_large_as_the_documentation_says(item: dict[str, Any], size: int) -> None:
    assert item_bytes(item) == size


def test_units_are_of_4_kb_read_and_1_kb_written() -> None:
    assert [read_units(size, consistent=True) for size in (0, 4096, 4097)] == [1, 1, 2]
    assert [read_units(size, consistent=False) for size in (0, 4096, 4097)] == [0.5, 0.5, 1]
    assert [write_units(size) for size in (0, 1024, 1025)] == [1, 1, 2]
    assert write_units(1025, in_transaction=True) == 4


def test_a_read_of_one_item_costs_by_its_size_and_half_without_consistency(meter: Meter, dynamodb: Any) -> None:
    dynamodb.put_item(TableName=table("kpi"), Item={**KEY, "x": {"S": "x" * 5000}})

    with meter.working_as(FUNCTION):
        dynamodb.get_item(TableName=table("kpi"), Key=KEY, ConsistentRead=True)
        assert counted(meter, Unit.READ_UNITS) == 2
        dynamodb.get_item(TableName=table("kpi"), Key=KEY)
        assert counted(meter, Unit.READ_UNITS) == 1
        dynamodb.get_item(TableName=table("kpi"), Key={**KEY, "sk": {"S": "nothing"}}, ConsistentRead=True)
        assert counted(meter, Unit.READ_UNITS) == 1


def test_items_read_in_a_batch_are_rounded_each_and_in_a_query_together(meter: Meter, dynamodb: Any) -> None:
    keys = [{"pk": {"S": "a"}, "sk": {"S": str(number)}} for number in range(4)]
    for key in keys[:3]:
        dynamodb.put_item(TableName=table("kpi"), Item={**key, "x": {"S": "x" * 1000}})
    query = {"TableName": table("kpi"), "KeyConditionExpression": "pk = :a", "ConsistentRead": True}
    values = {":a": {"S": "a"}}

    with meter.working_as(FUNCTION):
        dynamodb.batch_get_item(RequestItems={table("kpi"): {"Keys": keys, "ConsistentRead": True}})
        assert counted(meter, Unit.READ_UNITS) == 4
        dynamodb.query(**query, ExpressionAttributeValues=values)
        assert counted(meter, Unit.READ_UNITS) == 1


def test_what_a_query_leaves_out_is_paid_for_too(meter: Meter, dynamodb: Any) -> None:
    for number in range(3):
        key = {"pk": {"S": "a"}, "sk": {"S": str(number)}}
        dynamodb.put_item(TableName=table("kpi"), Item={**key, "x": {"S": "x" * 3000}})

    with meter.working_as(FUNCTION):
        answer = dynamodb.query(
            TableName=table("kpi"),
            KeyConditionExpression="#p = :a",
            FilterExpression="#x = :none",
            ProjectionExpression="sk",
            ExpressionAttributeNames={"#p": "pk", "#x": "x"},
            ExpressionAttributeValues={":a": {"S": "a"}, ":none": {"S": "none"}},
            ConsistentRead=True,
        )

    assert answer["Items"] == []
    assert counted(meter, Unit.READ_UNITS) == 3  # 9 030 bytes


def test_a_write_costs_the_larger_of_what_it_found_and_what_it_left(meter: Meter, dynamodb: Any) -> None:
    with meter.working_as(FUNCTION):
        dynamodb.put_item(TableName=table("kpi"), Item={**KEY, "x": {"S": "x" * 2100}})
        assert counted(meter, Unit.WRITE_UNITS) == 3
        dynamodb.put_item(TableName=table("kpi"), Item=KEY)
        assert counted(meter, Unit.WRITE_UNITS) == 3
        dynamodb.delete_item(TableName=table("kpi"), Key=KEY)
        assert counted(meter, Unit.WRITE_UNITS) == 1
        dynamodb.update_item(
            TableName=table("kpi"),
            Key=KEY,
            UpdateExpression="SET x = :x",
            ExpressionAttributeValues={":x": {"S": "x" * 1100}},
        )
        assert counted(meter, Unit.WRITE_UNITS) == 2


def test_a_write_whose_condition_fails_costs_too(meter: Meter, dynamodb: Any) -> None:
    dynamodb.put_item(TableName=table("kpi"), Item=KEY)

    with meter.working_as(FUNCTION), suppress(ClientError):
        dynamodb.put_item(TableName=table("kpi"), Item=KEY, ConditionExpression="attribute_not_exists(pk)")

    assert counted(meter, Unit.WRITE_UNITS) == 1


def test_a_transaction_writes_each_item_twice_and_each_index_once(meter: Meter, dynamodb: Any) -> None:
    mail = {**KEY, "state": {"S": "pending"}, "due_at": {"S": "2025"}}
    put = {"Put": {"TableName": table("mail"), "Item": mail}}
    check = {
        "ConditionCheck": {
            "TableName": table("kpi"),
            "Key": KEY,
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }

    with meter.working_as(FUNCTION):
        dynamodb.transact_write_items(TransactItems=[put, check])

    assert counted(meter, Unit.WRITE_UNITS) == 2 + 1 + 2


def test_an_entry_of_an_index_that_moves_is_written_twice_and_one_that_stands_is_not(
    meter: Meter, dynamodb: Any
) -> None:
    event = {**KEY, "state": {"S": "pending"}, "due_at": {"S": "2025"}}
    dynamodb.put_item(TableName=table("webhooks"), Item=event)  # by_state holds keys alone, by_partner nothing of it

    with meter.working_as(FUNCTION):
        dynamodb.put_item(TableName=table("webhooks"), Item={**event, "tries": {"N": "1"}})
        assert counted(meter, Unit.WRITE_UNITS) == 1
        dynamodb.put_item(TableName=table("webhooks"), Item={**event, "state": {"S": "told"}})
        assert counted(meter, Unit.WRITE_UNITS) == 1 + 2


def test_three_calls_of_each_other_kind_are_three_requests(meter: Meter, aws: EmulatedAWS) -> None:
    bucket, queue = aws.files_bucket, settings.outbox_queue_url()
    with meter.working_as(FUNCTION):
        for _ in range(3):
            clients.s3().put_object(Bucket=bucket, Key="a", Body=b"a")
            clients.s3().get_object(Bucket=bucket, Key="a")
            clients.sqs().send_message(QueueUrl=queue, MessageBody="x" * 70_000)
            clients.ses().send_email(
                FromEmailAddress="a@ddh.example",
                Destination={"ToAddresses": ["b@x.example", "c@x.example"]},
                Content={"Raw": {"Data": b"Subject: a\n\na"}},
                ConfigurationSetName="ddh-local-mail",
            )
        clients.s3().delete_object(Bucket=bucket, Key="a")

    assert {
        unit: amount for (_, unit), amount in meter.counts.items() if unit not in (Unit.CPU_SECONDS, Unit.LOG_BYTES)
    } == {
        Unit.CALLS: 13,
        Unit.S3_WRITES: 3,
        Unit.S3_READS: 3,
        Unit.S3_EVENTS: 4,
        Unit.SQS_REQUESTS: 6,  # 64 KB each
        Unit.MAILS: 6,
        Unit.MAIL_EVENTS: 6,
    }


def test_what_nobody_of_ours_calls_is_not_counted(meter: Meter, dynamodb: Any) -> None:
    dynamodb.put_item(TableName=table("kpi"), Item=KEY)

    assert not meter.counts
