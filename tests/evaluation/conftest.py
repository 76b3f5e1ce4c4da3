"""The hotline that the evaluation's tests start from."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.common.clock import Clock
from tests.evaluation.hotline import Hotline


@pytest.fixture
def hotline(aws: Any, clock: Clock, queued: Callable[[str], list[Any]], monkeypatch: pytest.MonkeyPatch) -> Hotline:
    """A hotline of Furesø, Egedal and Aarhus without figures yet; today is 5 February 2025."""
    return Hotline(queued, clock, monkeypatch)
