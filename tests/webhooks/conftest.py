"""What the tests of webhooks share: a partner with a receiver on this machine, and the wire to AWS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import SettableClock
from tests.mail.network import Network
from tests.webhooks.receiver import Receiver, listening
from tests.webhooks.telling import Telling


@pytest.fixture
def network(aws: object, monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """The one receiver that this machine may have, as in the local run."""
    with listening() as receiver:
        monkeypatch.setenv("DDH_WEBHOOK_LOOPBACK", receiver.url)
        yield receiver


@pytest.fixture
def telling(aws: object, clock: SettableClock, receiver: Receiver) -> Telling:
    """RenoSyd, whose system listens."""
    return Telling(clock, receiver)
