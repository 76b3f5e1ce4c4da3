"""What an agent's pseudonymous id may look like: free text of the telephony, kept verbatim."""

from __future__ import annotations

LONGEST = 64  # characters


def fault_of(agent_id: str) -> str | None:
    """Return what is wrong with an id, to be said after it, such as "har mere end 64 tegn"; None when it can be one."""
    if len(agent_id) > LONGEST:
        return f"har mere end {LONGEST} tegn"
    if not agent_id.isprintable():
        return "indeholder usynlige tegn"
    return None
