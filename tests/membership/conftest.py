"""The municipality that the membership's tests follow."""

from typing import Any

import pytest

from tests.membership.joining import Joining


@pytest.fixture
def joining(aws: Any, clock: Any) -> Joining:
    """Frederikssund wants to join on 1 April 2025; today is 5 February. Rules and decisions are seeded."""
    return Joining(clock)
