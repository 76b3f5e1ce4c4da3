"""How often something is tried when somebody else does something meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalicelib.common.errors import Conflict, TryLater

T = TypeVar("T")

_TRIES = 4


def insisting(attempt: Callable[[], T]) -> T:
    """Call `attempt`, which reads the partner and takes a step, again while somebody else writes it in between.

    For who can't look at the partner again: a program, or whoever came by a link. A conflict with a name of its own
    is what the rules say, and is told.

    Raises:
        TryLater: others kept writing the partner.
    """
    for _ in range(_TRIES):
        try:
            return attempt()
        except Conflict as conflict:
            if type(conflict) is not Conflict:
                raise
    raise TryLater("Partneren bliver ændret af andre lige nu. Prøv igen om lidt.")
