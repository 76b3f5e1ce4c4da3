"""A key's last day, as the secretariat sets it on the partner's page: until then the old and the new both hold."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.access import partner_keys
from chalicelib.access.public_keys import Key
from chalicelib.partners.pages import until
from tests.partners.dealing import Dealing
from tests.partners.test_routes import PAGE, errors_of
from tests.web import CHAIR, SECRETARIAT, Site, Visitor

RETIRE = f"{PAGE}/noegler/udloeb"


def registered_key(dealing: Dealing, partner_id: str = "renosyd") -> Key:
    made = Ed25519PrivateKey.generate().public_key()
    pem = made.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return partner_keys.register(partner_id, pem, by="s@ddh.example", clock=dealing.clock)


@pytest.fixture
def secretariat(dealing: Dealing, site: Site) -> Visitor:
    dealing.registered()
    return site.signed_in(SECRETARIAT)


def test_a_key_holds_to_the_end_of_its_last_day_in_denmark(dealing: Dealing, secretariat: Visitor) -> None:
    key = registered_key(dealing)

    answer = secretariat.post(RETIRE, {"udloeber": key.key_id, "udloeber_den": "28-02-2025"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}#noegler")
    retired = partner_keys.find(key.key_id)
    assert retired is not None
    assert retired.not_after == datetime(2025, 2, 28, 23, tzinfo=UTC)
    page = secretariat.get(PAGE).text
    assert '<td data-title="Gælder til">28. februar 2025</td>' in page
    assert f"{key.key_id}, til 28. februar 2025" in page, "the history tells it too"


def test_the_old_key_and_its_successor_overlap_until_the_old_one_s_last_day(
    dealing: Dealing, secretariat: Visitor
) -> None:
    old, new = registered_key(dealing), registered_key(dealing)
    secretariat.post(RETIRE, {"udloeber": old.key_id, "udloeber_den": "28-02-2025"})
    live = {"that day": date(2025, 2, 28), "the day after": date(2025, 3, 1)}
    held = {}

    for name, day in live.items():
        dealing.move_to(day)
        held[name] = {key.key_id for key in partner_keys.live_keys("renosyd", clock=dealing.clock)}

    assert held == {"that day": {old.key_id, new.key_id}, "the day after": {new.key_id}}


def test_a_last_day_may_be_set_again_while_the_key_holds(dealing: Dealing, secretariat: Visitor) -> None:
    key = registered_key(dealing)
    for day in ("28-02-2025", "15-02-2025"):
        assert secretariat.post(RETIRE, {"udloeber": key.key_id, "udloeber_den": day}).status_code == 303

    retired = partner_keys.find(key.key_id)
    assert retired is not None
    assert until(retired.not_after) == "15. februar 2025"


@pytest.mark.parametrize(
    ("day", "message"),
    [
        pytest.param("", "Skriv en dato", id="none"),
        pytest.param("31-02-2025", "", id="no such day"),
        pytest.param("04-02-2025", "allerede passeret", id="yesterday"),
        pytest.param("01-03-2026", "højst et år fremme", id="more than a year ahead"),
        pytest.param("31-12-9999", "højst et år fremme", id="the last day that can be written"),
    ],
)
def test_a_day_that_can_t_be_a_last_one_is_said_beside_its_field(
    dealing: Dealing, secretariat: Visitor, day: str, message: str
) -> None:
    key = registered_key(dealing)

    answer = secretariat.post(RETIRE, {"udloeber": key.key_id, "udloeber_den": day})

    assert answer.status_code == 422
    assert list(errors_of(answer.text)) == ["udloeber_den"]
    assert message in errors_of(answer.text)["udloeber_den"]
    assert f'value="{key.key_id}" selected' in answer.text, "nothing typed is lost"
    assert partner_keys.find(key.key_id) == key


@pytest.mark.parametrize(
    ("instant", "latest", "too_late"),
    [
        pytest.param(datetime(2025, 2, 5, 22, 30, tzinfo=UTC), "06-02-2026", "07-02-2026", id="before midnight"),
        pytest.param(datetime(2025, 2, 5, 23, 30, tzinfo=UTC), "07-02-2026", "08-02-2026", id="after midnight"),
    ],
)
def test_a_year_ahead_is_counted_from_the_danish_day(
    dealing: Dealing, site: Site, instant: datetime, latest: str, too_late: str
) -> None:
    dealing.registered()
    key = registered_key(dealing)
    dealing.clock.set(instant=instant)
    secretariat = site.signed_in(SECRETARIAT)

    answers = [secretariat.post(RETIRE, {"udloeber": key.key_id, "udloeber_den": day}) for day in (latest, too_late)]

    assert [answer.status_code for answer in answers] == [303, 422]


def test_a_key_must_be_chosen_and_be_the_partner_s_own(dealing: Dealing, secretariat: Visitor) -> None:
    registered_key(dealing)
    another = registered_key(dealing, "reno-djurs")

    nobodys = secretariat.post(RETIRE, {"udloeber": "", "udloeber_den": "i morgen"})
    answer = secretariat.post(RETIRE, {"udloeber": another.key_id, "udloeber_den": "28-02-2025"})

    assert (nobodys.status_code, list(errors_of(nobodys.text))) == (422, ["udloeber", "udloeber_den"])
    assert answer.status_code == 404
    assert partner_keys.find(another.key_id) == another


def test_a_revoked_key_can_t_be_chosen_and_others_than_the_secretariat_choose_none(
    dealing: Dealing, secretariat: Visitor, site: Site
) -> None:
    key = registered_key(dealing)
    fields = {"udloeber": key.key_id, "udloeber_den": "28-02-2025"}
    assert RETIRE in secretariat.get(PAGE).text
    assert RETIRE not in site.signed_in(CHAIR).get(PAGE).text
    assert site.signed_in(CHAIR).post(RETIRE, fields).status_code == 404
    partner_keys.revoke(key.key_id, by="s@ddh.example", clock=dealing.clock)

    assert RETIRE not in secretariat.get(PAGE).text
    refused = secretariat.post(RETIRE, fields)
    assert (refused.status_code, "Nøglen gælder ikke længere" in refused.text) == (422, True)
    assert 'href="#felt-udloeber' not in refused.text, "there is no such field to lead to"


def test_an_error_in_one_form_leaves_what_the_others_suggest(dealing: Dealing, secretariat: Visitor) -> None:
    registered_key(dealing)

    answer = secretariat.post(RETIRE, {"udloeber": "", "udloeber_den": ""})

    assert ">\ndrift@renosyd.example\nchef@renosyd.example</textarea>" in answer.text


@pytest.mark.parametrize(
    ("instant", "told"),
    [
        (None, "–"),
        (datetime(2025, 2, 28, 23, tzinfo=UTC), "28. februar 2025"),
        (datetime(2025, 7, 31, 22, tzinfo=UTC), "31. juli 2025"),
        (datetime(2025, 2, 28, 13, 30, tzinfo=UTC), "28. februar 2025 kl. 14.30"),
    ],
)
def test_an_end_is_told_as_a_day_when_it_is_with_the_day(instant: datetime | None, told: str) -> None:
    assert until(instant) == told
