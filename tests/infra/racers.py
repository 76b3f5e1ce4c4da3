"""What racing processes do. Imports little, because each process imports it anew."""

from __future__ import annotations

from typing import Any

from chalicelib.runtime import clients


def claim(name: str) -> bool:
    """Claim one item by a conditional put; True for the one who got it."""
    dynamodb: Any = clients.session().create_client("dynamodb")
    try:
        dynamodb.put_item(
            TableName="ddh-local-mail",
            Item={"pk": {"S": "race"}, "sk": {"S": "x"}, "by": {"S": name}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True
