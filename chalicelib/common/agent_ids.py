"""What an agent's pseudonymous id may look like: free text of the telephony, kept verbatim."""

from __future__ import annotations

import re

LONGEST = 64  # characters

_USUAL = re.compile(r"[^\W_][\w.-]*")


def looks_usual(agent_id: str) -> bool:
    """Whether an id that somebody types looks as the telephony writes them: letters, digits and . _ - alone.

    It begins with a letter or digit. What comes in files is taken as it is.
    """
    return _USUAL.fullmatch(agent_id) is not None


def fault_of(agent_id: str) -> str | None:
    """Return what is wrong with an id, to be said after it, such as "har mere end 64 tegn"; None when it can be one."""
    if len(agent_id) > LONGEST:
        return f"har mere end {LONGEST} tegn"
    if not agent_id.isprintable():
        return "indeholder usynlige tegn"
    return None
