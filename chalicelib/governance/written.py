"""What people write in the fields of governance's forms alone: agenda items. The rest is in common.written.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from chalicelib.common.written import FieldRefused, Fields
from chalicelib.rulebook.meetings import ItemType

T = TypeVar("T")

_ITEM = re.compile(r"[1-9][0-9]{0,2}")

ITEM_TYPE_NAME = {
    ItemType.ORIENTATION: "Orientering",
    ItemType.DISCUSSION: "Drøftelse",
    ItemType.DECISION: "Beslutning",
}


class TextFields(Fields):
    """The texts of a form, read one by one; what is wrong is gathered."""

    def __init__(self, text_by_field: Mapping[str, str]) -> None:
        super().__init__()
        self._text_by_field = text_by_field

    def read_text(self, name: str, reader: Callable[[str], T]) -> T | None:
        """Return what the reader makes of the field's text; None when it refuses."""
        return self.read(name, lambda: reader(self._text_by_field.get(name, "")))


def item_number(text: str) -> int:
    """Return an agenda item's number, 1–999.

    Raises:
        FieldRefused: it is none.
    """
    if not _ITEM.fullmatch(text):
        raise FieldRefused("Skriv punktets nummer som et helt tal fra 1 til 999.")
    return int(text)


def item_type(text: str) -> ItemType:
    """Return an agenda item's type by its letter.

    Raises:
        FieldRefused: it is none of O, D and B.
    """
    try:
        return ItemType(text)
    except ValueError as error:
        raise FieldRefused("Vælg, om punktet er en orientering, en drøftelse eller en beslutning.") from error
