"""JSON as a person writes it in a field: checked harder than a parser does, since what is taken stands for good.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.common.written import FieldRefused, has_controls

_LONGEST = 20_000
_NAMED_FIRST = ("key", "title", "version")


def write_json(value: Any) -> str:
    """Return the value as text: a list with an element a line, and in each object first what tells it from others."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(_named_first(each), ensure_ascii=False) for each in value) + "\n]"
    return json.dumps(_named_first(value), ensure_ascii=False, indent=2)


def read_json(text: str) -> Any:
    """Return the JSON value that the text says.

    Raises:
        FieldRefused: it is not JSON, names something twice in one object, is nested too deep or too long, or has
            control characters inside its texts.
    """
    if len(text) > _LONGEST:
        raise FieldRefused(f"Teksten er på {len(text)} tegn. Skriv højst {_LONGEST}.")
    try:
        value = json.loads(text, parse_constant=_no_number, object_pairs_hook=_each_once)
        json.dumps(value, allow_nan=False)
        texts = list(_texts_in(value))
    except json.JSONDecodeError as error:
        raise FieldRefused(f"Teksten er ikke gyldig JSON. Se linje {error.lineno}.") from error
    except (ValueError, RecursionError) as error:
        raise FieldRefused("Teksten er ikke gyldig JSON, eller et navn står to gange.") from error
    if any(has_controls(each) for each in texts):
        raise FieldRefused("Teksten har styretegn eller linjeskift inde i en værdi. Slet dem.")
    return value


def _named_first(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    names = [*(name for name in _NAMED_FIRST if name in value), *(name for name in value if name not in _NAMED_FIRST)]
    return {name: value[name] for name in names}


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
