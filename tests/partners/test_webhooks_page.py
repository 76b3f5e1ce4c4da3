"""The page of a partner's webhooks through the site: the address, its secrets, and what became of each event."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from chalicelib.runtime.tables import transaction
from chalicelib.webhooks import endpoints, outbox, service
from chalicelib.webhooks.delivery import Answer, Outcome
from chalicelib.webhooks.outbox import Event, EventType, State
from tests.conftest import SettableClock
from tests.partners.dealing import Dealing
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, Visitor

PAGE = "/partnere/renosyd/webhooks"
URL = "https://renosyd.example/hotline"


@pytest.fixture
def secretariat(dealing: Dealing, site: Site) -> Visitor:
    dealing.registered()
    return site.signed_in(SECRETARIAT)


def secret_on(page: str) -> str | None:
    """The secret that the page shows, as it is copied."""
    found = re.search(r"<code>(whsec_.*?)</code>", page)
    return unescape(found[1].replace("<wbr>", "")) if found else None


def recorded(clock: SettableClock, event_id: str = "extended_renosyd_2") -> str:
    event = Event(
        partner_id="renosyd",
        partner_name="RenoSyd",
        event_id=event_id,
        type=EventType.AGREEMENT_EXTENDED,
        data={},
    )
    with transaction() as writes:
        outbox.record(writes, event, clock=clock)
    return event_id


def failing(code: str) -> Callable[..., Answer]:
    return lambda url, call: Answer(outcome=Outcome.FAILED, code=code)


def test_a_secret_is_shown_once_right_after_it_is_made(secretariat: Visitor) -> None:
    answer = secretariat.post(PAGE, {"adresse": URL})

    secret = secret_on(answer.text)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert secret == endpoints.of("renosyd").secrets[0].value
    assert URL in secretariat.get(PAGE).text
    assert "whsec_" not in secretariat.get(PAGE).text


def test_another_address_keeps_the_secret(secretariat: Visitor) -> None:
    secretariat.post(PAGE, {"adresse": URL})

    answer = secretariat.post(PAGE, {"adresse": "https://nyt.renosyd.example/"})

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert endpoints.of("renosyd").url == "https://nyt.renosyd.example/"
    assert len(endpoints.of("renosyd").secrets) == 1


@pytest.mark.parametrize("url", ["", "http://renosyd.example/", "https://127.0.0.1/", "https://u:p@renosyd.example/"])
def test_what_is_no_address_is_told_beside_the_field_with_what_was_typed(secretariat: Visitor, url: str) -> None:
    answer = secretariat.post(PAGE, {"adresse": url})

    assert answer.status_code == 422
    assert 'id="felt-adresse-fejl"' in answer.text
    assert f'value="{url}"' in answer.text
    assert endpoints.of("renosyd").url is None


def test_a_rotation_shows_the_new_secret_and_until_when_the_old_one_signs(
    secretariat: Visitor, clock: SettableClock
) -> None:
    first = secret_on(secretariat.post(PAGE, {"adresse": URL}).text)

    second = secret_on(secretariat.post(f"{PAGE}/hemmelighed").text)

    assert second not in (None, first)
    assert "2 hemmeligheder; den ældste til 6. februar 2025" in secretariat.get(PAGE).text
    clock.set(instant=clock.now() + timedelta(hours=24))
    assert [each.value for each in endpoints.of("renosyd").signing(clock.now())] == [second]


def test_a_removed_address_leaves_no_secret_and_a_line_in_the_history(secretariat: Visitor) -> None:
    secretariat.post(PAGE, {"adresse": URL})

    secretariat.post(f"{PAGE}/fjern")

    assert endpoints.of("renosyd").secrets == ()
    assert "Adresse fjernet" in secretariat.get(PAGE).text
    assert secretariat.post(f"{PAGE}/fjern").status_code == 422


def test_the_page_tells_what_became_of_each_event(secretariat: Visitor, clock: SettableClock) -> None:
    secretariat.post(PAGE, {"adresse": URL})
    service.deliver(recorded(clock), clock=clock, post=failing("status_500"), jitter=lambda: 0.0)

    page = secretariat.get(PAGE).text

    assert "Aftalen er forlænget" in page
    assert "Venter" in page
    assert "Partnerens system svarede 500; prøves igen 5. februar 2025" in page
    assert f"{PAGE}/extended_renosyd_2/igen" not in page


def test_an_event_without_an_address_is_tried_again_when_somebody_asks(
    secretariat: Visitor, clock: SettableClock, queued: Callable[[str], list[Any]]
) -> None:
    service.deliver(recorded(clock), clock=clock)
    assert "Ingen adresse" in secretariat.get(PAGE).text
    secretariat.post(PAGE, {"adresse": URL})
    queued("ddh-webhooks")

    answer = secretariat.post(f"{PAGE}/extended_renosyd_2/igen")

    told = outbox.state_of("extended_renosyd_2")
    assert answer.status_code == 303
    assert told is not None
    assert told.state is State.WAITING
    assert [body["event_id"] for body in queued("ddh-webhooks")] == ["extended_renosyd_2"]
    assert secretariat.post(f"{PAGE}/extended_renosyd_2/igen").status_code == 409


def test_another_partner_s_event_is_not_found(secretariat: Visitor, dealing: Dealing, clock: SettableClock) -> None:
    event = Event(
        partner_id="reno-djurs",
        partner_name="Reno Djurs",
        event_id="ended_reno-djurs_1",
        type=EventType.AGREEMENT_ENDED,
        data={},
    )
    with transaction() as writes:
        outbox.record(writes, event, clock=clock)
    service.deliver(event.event_id, clock=clock)

    assert secretariat.post(f"{PAGE}/ended_reno-djurs_1/igen").status_code == 404
    assert secretariat.get("/partnere/unknown/webhooks").status_code == 404


def test_chair_and_steering_group_read_and_change_nothing(dealing: Dealing, site: Site, secretariat: Visitor) -> None:
    for person in (CHAIR, STEERING_GROUP):
        visitor = site.signed_in(person)

        assert '<form method="post" action="/partnere' not in visitor.get(PAGE).text
        assert visitor.post(PAGE, {"adresse": URL}).status_code == 404
