"""What a partner is called in a file, and the code that all spellings of the name share.

The register of partners is another feature's, so any name of the right form will do. Only letters that Danish names
are written with are taken: a letter that merely looks like one of them would make another partner unseen.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from chalicelib.kpi.files.sheets import Cell
from chalicelib.kpi.tables.danish_values import BadValue
from chalicelib.kpi.tables.table_rows import says_total

LONGEST_NAME = 64  # characters
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
_NAME = re.compile(rf"[{_LETTER}0-9][{_LETTER}0-9 .,&'’/()+-]*")
_SUM = " i alt"


def code_of(name: str) -> str:
    """Return the code of a partner's name: the same for "RenoSyd", "RENOSYD" and " renosyd "."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


@lru_cache(maxsize=4096, typed=True)
def partner_code(cell: Cell) -> str:
    """Return the code of the partner that the cell names.

    Raises:
        BadValue: it is no name that a partner can have, or the name of a sum.
    """
    if not isinstance(cell, str):
        raise BadValue("er ikke et navn")
    name = unicodedata.normalize("NFC", " ".join(cell.split()))
    if len(name) > LONGEST_NAME:
        raise BadValue(f"har mere end {LONGEST_NAME} tegn")
    if _NAME.fullmatch(name) is None or re.search(rf"[{_LETTER}]", name) is None:
        raise BadValue("er ikke et navn")
    code = code_of(name)
    if code.endswith(_SUM) or says_total(name):
        raise BadValue("er en sum og ikke en partner; skriv “I alt” for sig selv")
    return code
