"""The partner that these tests follow."""

from typing import Any

import pytest

from tests.partners.dealing import Dealing


@pytest.fixture
def dealing(aws: Any, clock: Any) -> Dealing:
    """RenoSyd may become a partner; today is 5 February 2025. Rules and decisions are seeded."""
    return Dealing(clock)
