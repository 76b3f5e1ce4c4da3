"""What the outbox's tests share: a pair of small templates of their own, so that no feature's wording matters here."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader

from chalicelib.runtime import templates
from tests.mail.network import Network

_HOUSE = Path(__file__).parent / "house"


@pytest.fixture
def trial_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the template "trial/plain" known, which takes `name` and `answered`."""
    environment = templates._environment()
    assert environment.loader is not None
    monkeypatch.setattr(environment, "loader", ChoiceLoader([FileSystemLoader(_HOUSE), environment.loader]))


@pytest.fixture
def network(aws: object, monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)
