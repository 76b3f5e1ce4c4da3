"""What moto's answers cost: it looks for each of an attribute value's ten types under many spellings.

A value stands in the very form that goes out, `{"S": "…"}`, so it is passed on as it is. Reads take half the time so.
"""

from __future__ import annotations

from typing import Any

from moto.core.serialize import BaseJSONSerializer

_moto_serialize_structure = BaseJSONSerializer._serialize_type_structure


def install() -> None:
    """Put this into moto; once is enough."""
    BaseJSONSerializer._serialize_type_structure = _serialize_structure


def _serialize_structure(serializer: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str) -> None:
    if shape.name == "AttributeValue":
        serialized[key] = value
    else:
        _moto_serialize_structure(serializer, serialized, value, shape, key)
