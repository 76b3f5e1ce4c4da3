"""What stands for an agent where the id may not: in ids of mails and keys of files, which are logged, queued and kept.

An id can be guessed, and a digest of it confirms the guess. An alias is chance alone: it is made with the dossier and
dies with it, and then leads to nobody (docs/decisions/0026-an-alias-for-each-dossier.md).
"""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 16


def new_alias() -> str:
    """Return 32 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(_BYTES)


def alias_before_aliases(agent: str) -> str:
    """Return what stood for an agent in the mails and keys of dossiers that were stored before they had aliases."""
    return hashlib.sha256(agent.encode()).hexdigest()[: 2 * _BYTES]
