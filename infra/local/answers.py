"""What moto's answers cost: work done again for each value, each call and each message, that comes out the same.

These are the three that show; without them a run and the tests take half as long again.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto.core import responses
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import camelcase_to_underscores
from moto.sqs import models as sqs

_moto_serialize_structure = BaseJSONSerializer._serialize_type_structure


def install() -> None:
    """Put this into moto; once is enough."""
    BaseJSONSerializer._serialize_type_structure = _serialize_structure
    responses.camelcase_to_underscores = sqs.camelcase_to_underscores = cache(camelcase_to_underscores)
    sqs.SQSBackend.is_message_valid_based_on_retention_period = _never_too_old


def _serialize_structure(serializer: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str) -> None:
    """Pass an attribute value on as it is, `{"S": "…"}`; moto looks for ten types in it, under many spellings."""
    if shape.name == "AttributeValue":
        serialized[key] = value
    else:
        _moto_serialize_structure(serializer, serialized, value, shape, key)


def _never_too_old(_backend: Any, _queue_name: str, _message: Any) -> bool:
    """Keep every message: ours live 14 days. moto counts the queue's messages a dozen times to find that number."""
    return True
