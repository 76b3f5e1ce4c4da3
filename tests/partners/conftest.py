"""The partner that these tests follow."""

from datetime import date
from typing import Any

import pytest

from tests.partners.calling import Program
from tests.partners.dealing import Dealing


@pytest.fixture
def dealing(aws: Any, clock: Any) -> Dealing:
    """RenoSyd may become a partner; today is 5 February 2025. Rules and decisions are seeded."""
    return Dealing(clock)


@pytest.fixture
def program(dealing: Dealing, site: Any, clock: Any) -> Program:
    """RenoSyd's program. Today is 3 March 2025, and the agreement holds from the 1st to 30 September."""
    dealing.active()
    dealing.move_to(date(2025, 3, 3))
    return Program(site, clock)
