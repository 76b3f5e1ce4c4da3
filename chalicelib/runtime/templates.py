"""The one way to turn facts into text that people read: Jinja2 templates that lie in their feature's `templates/`.

Import this only where something is rendered: Jinja2 costs an event's cold start 80 ms. Everything is escaped in
`.html`; an unknown name in a template is an error, never an empty hole in somebody's mail.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chalicelib.common import danish
from chalicelib.common.months import Month
from chalicelib.runtime import assets

_CHALICELIB = Path(__file__).resolve().parent.parent


def render(template: str, /, **facts: Any) -> str:
    """Return the text of `template`, named by feature and file: `evaluation/notice.html`.

    Text from outside loses its bidirectional controls, which can make it read as something else.
    """
    feature, _, name = template.partition("/")
    return _environment().get_template(f"{feature}/templates/{name}").render(**_cleaned(facts))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_CHALICELIB),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        month=lambda text: danish.month_name(Month.parse(text)),
        day=lambda text: danish.long_date(date.fromisoformat(text)),
        number=danish.number,
        decimal=lambda text, places=1: danish.decimal_number(Decimal(str(text)), places=places),
        listed=danish.listed,
        unbroken=lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
    )
    environment.globals.update(
        percent=danish.percent, counted=danish.counted, static=assets.address, has_static=assets.exists
    )
    return environment


_BIDI_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_BIDI_CONTROLS)
    if isinstance(value, dict):
        return {name: _cleaned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value
