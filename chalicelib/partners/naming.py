"""What a partner is known by: its id in addresses, and what no other partner may be called.

Names are compared by the code that figures are kept under, so that whoever may read figures by a name holds it alone.
"""

from __future__ import annotations

import re

from chalicelib.kpi import figures
from chalicelib.partners.agreements import Partner

_LONGEST_ID = 40
_IN_ADDRESSES = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "u", "ö": "oe", "ä": "ae"})


def id_of(name: str) -> str:
    """Return what a partner of this name has in addresses: `Reno Djurs` → `reno-djurs`."""
    plain = figures.partner_code(name).translate(_IN_ADDRESSES)
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_ID].strip("-")


def claims_of(partner: Partner) -> frozenset[str]:
    """Return the keys of what the partner alone is called: its queue's name, and its own."""
    return frozenset({f"queue#{figures.partner_code(partner.queue)}", f"name#{id_of(partner.name)}"})
