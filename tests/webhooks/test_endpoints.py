"""Where RenoSyd is told, on the emulated AWS: of two who change it at once one wins; lost answers lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.runtime import clients, settings
from chalicelib.webhooks import endpoints, nudges
from chalicelib.webhooks.endpoints import What
from tests.conftest import EmulatedAWS
from tests.mail.network import Network, answer_lost
from tests.webhooks.telling import STAFF, Telling

NEW_URL = "https://new.renosyd.example/"


def _meanwhile(change: Callable[[], object]) -> Callable[[Callable[[], Any]], Any]:
    """The fault of a request that somebody else's change comes before."""

    def overtaken(pass_on: Callable[[], Any]) -> Any:
        change()
        return pass_on()

    return overtaken


def test_a_secret_whose_writing_was_answered_to_nobody_is_still_shown(telling: Telling, network: Network) -> None:
    network.next("TransactWriteItems", answer_lost)

    kept = endpoints.rotate("renosyd", by=STAFF, clock=telling.clock)

    signing = [secret.value for secret in endpoints.of("renosyd").signing(telling.clock.now())]
    assert kept.new_secret in signing
    assert len(signing) == 2
    assert [change.what for change in endpoints.history("renosyd")] == [What.REGISTERED, What.ROTATED]


def test_of_two_who_change_it_at_once_one_is_told_to_look_again(telling: Telling, network: Network) -> None:
    def change() -> None:
        endpoints.put_url("renosyd", NEW_URL, by=STAFF, clock=telling.clock)

    network.next("TransactWriteItems", _meanwhile(change))

    with pytest.raises(Conflict):
        endpoints.remove("renosyd", by=STAFF, clock=telling.clock)
    assert endpoints.of("renosyd").url == NEW_URL


def test_an_address_that_is_changed_while_its_receiver_says_that_it_is_gone_stands(
    telling: Telling, network: Network, queued: Callable[[str], list[Any]]
) -> None:
    def change() -> None:
        endpoints.put_url("renosyd", NEW_URL, by=STAFF, clock=telling.clock)

    network.next("TransactWriteItems", _meanwhile(change))
    endpoints.switch_off("renosyd", telling.receiver.url, partner_name="RenoSyd", clock=telling.clock)

    assert (endpoints.of("renosyd").url, endpoints.of("renosyd").is_on) == (NEW_URL, True)
    assert queued("ddh-outbox") == []


def test_a_nudge_for_later_waits_in_the_queue(aws: EmulatedAWS) -> None:
    nudges.nudge(["extended_renosyd_3"], after_seconds=30)

    url, delayed = settings.webhooks_queue_url(), "ApproximateNumberOfMessagesDelayed"
    attributes = clients.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=[delayed])["Attributes"]
    assert attributes[delayed] == "1"


def test_a_nudge_that_fails_is_the_sweeper_s_to_make_good(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DDH_WEBHOOKS_QUEUE_URL", "https://sqs.eu-north-1.amazonaws.com/123456789012/nowhere")

    nudges.nudge(f"event_{number}" for number in range(23))
