"""The local run's partner has the history that the sample figures belong to, and a key of the run's own."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.access import partner_keys
from chalicelib.common.clock import system_clock
from chalicelib.partners import service
from chalicelib.partners.agreements import Event, Stage
from chalicelib.partners.forecasts import store as forecasts
from chalicelib.partners.forecasts.weeks import Week
from chalicelib.partners.periods import months_in
from chalicelib.partners.store import history
from chalicelib.rulebook import decisions
from chalicelib.webhooks import endpoints
from examples.partner_client import public_pem, read_key
from infra.local import partner_side, seed, seed_partners
from tests.conftest import EmulatedAWS

_TODAY = date(2025, 2, 5)


@pytest.fixture(autouse=True)
def _seeded(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DDH_WEBHOOK_LOOPBACK", "http://127.0.0.1:8027/")
    seed.seed()
    system_clock.business_date = _TODAY
    yield
    system_clock.business_date = None


def test_renosyd_had_seven_months_and_went_on_without_an_end() -> None:
    seed_partners.seed()

    renosyd = service.partnership("renosyd")
    first, second = renosyd.granted
    assert (first.period.start, first.period.end, months_in(first.period)) == (date(2024, 3, 1), date(2024, 9, 30), 7)
    assert (second.period.start, second.period.end) == (date(2024, 10, 1), None)
    assert second.terms.review_date is not None
    assert second.terms.review_date > _TODAY
    assert renosyd.stage_on(_TODAY) is Stage.ACTIVE


def test_each_step_was_taken_on_its_day_under_a_decision_of_that_time() -> None:
    seed_partners.seed()

    entries = sorted(history("renosyd"), key=lambda entry: entry.number)
    assert [entry.what for entry in entries] == [
        Event.REGISTERED,
        Event.PROPOSED,
        Event.ACTIVATED,
        Event.EXTENDED,
        Event.CONTINUED,
    ]
    assert [entry.act.on for entry in entries] == sorted(entry.act.on for entry in entries)
    for entry in entries:
        if entry.decision_id:
            mandate = decisions.get(entry.decision_id)
            assert mandate is not None
            assert mandate.grants_on(entry.act.on)
            assert mandate.text.startswith("Til demonstration: ")


def test_only_what_had_happened_by_the_runs_date_is_entered() -> None:
    system_clock.business_date = date(2024, 5, 2)

    seed_partners.seed()

    (only,) = service.partnership("renosyd").granted
    assert only.period.end == date(2024, 9, 30)


def test_forecasts_lie_around_the_runs_date_with_one_missing_and_one_put_right() -> None:
    seed_partners.seed()

    week = Week.of(_TODAY)
    given = forecasts.between("renosyd", week.plus(-12), week.plus(8))
    assert len(given) == 15
    assert given[0].week == week.plus(-12)
    assert week.plus(-4) not in {each.week for each in given}
    assert len(forecasts.history("renosyd", week)) == 2


def test_in_a_kept_state_the_pages_have_the_word() -> None:
    seed_partners.seed()
    service.change_contacts("renosyd", ("ny@renosyd.example",), by="s@ddh.example")
    before = service.partnership("renosyd")

    seed_partners.seed()

    assert service.partnership("renosyd") == before


def test_the_key_in_the_folder_is_one_that_holds_and_this_users_alone(tmp_path: Path) -> None:
    seed_partners.seed()

    _equip(tmp_path)

    key = read_key(tmp_path)
    registered = partner_keys.find(key.key_id)
    assert registered is not None
    assert registered.is_live(system_clock.now())
    assert registered.raw == key.private_key.public_key().public_bytes_raw()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_kept_run_goes_on_with_its_key(tmp_path: Path) -> None:
    seed_partners.seed()
    _equip(tmp_path)
    before = _contents(tmp_path)

    _equip(tmp_path)

    assert _contents(tmp_path) == before
    assert len(partner_keys.keys("renosyd")) == 1


@pytest.mark.parametrize("lost", ["private-key.pem", "key-id"])
def test_a_key_that_was_lost_is_replaced_and_revoked(tmp_path: Path, lost: str) -> None:
    seed_partners.seed()
    for _ in range(3):  # more often than a partner may have live keys
        _equip(tmp_path)
        (tmp_path / lost).write_text("something else")

    _equip(tmp_path)

    (live,) = partner_keys.live_keys("renosyd", clock=system_clock)
    assert live.key_id == read_key(tmp_path).key_id


def test_a_revoked_key_is_replaced(tmp_path: Path) -> None:
    seed_partners.seed()
    _equip(tmp_path)
    partner_keys.revoke(read_key(tmp_path).key_id, by="s@ddh.example", clock=system_clock)

    _equip(tmp_path)

    (live,) = partner_keys.live_keys("renosyd", clock=system_clock)
    assert live.key_id == read_key(tmp_path).key_id


def test_keys_that_people_registered_are_left_alone(tmp_path: Path) -> None:
    seed_partners.seed()
    for _ in range(partner_keys.MOST_LIVE_KEYS):
        pem = public_pem(Ed25519PrivateKey.generate())
        partner_keys.register("renosyd", pem, by="s@ddh.example", clock=system_clock)

    _equip(tmp_path)

    assert len(partner_keys.live_keys("renosyd", clock=system_clock)) == partner_keys.MOST_LIVE_KEYS
    assert not (tmp_path / "private-key.pem").exists()


def test_the_secret_in_the_folder_signs_what_renosyd_is_told_on_this_machine(tmp_path: Path) -> None:
    seed_partners.seed()

    _equip(tmp_path)

    endpoint = endpoints.of("renosyd")
    assert endpoint.url == "http://127.0.0.1:8027/"
    (secret,) = endpoint.signing(system_clock.now())
    assert (tmp_path / "webhook-secret").read_text().strip() == secret.value


def test_a_lost_secret_and_another_port_are_put_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_partners.seed()
    _equip(tmp_path)
    (tmp_path / "webhook-secret").unlink()
    monkeypatch.setenv("DDH_WEBHOOK_LOOPBACK", "http://127.0.0.1:9027/")

    _equip(tmp_path, webhook_port=9027)

    endpoint = endpoints.of("renosyd")
    assert endpoint.url == "http://127.0.0.1:9027/"
    (secret,) = endpoint.signing(system_clock.now())
    assert (tmp_path / "webhook-secret").read_text().strip() == secret.value


def test_an_address_that_people_registered_is_left_alone(tmp_path: Path) -> None:
    seed_partners.seed()
    endpoints.put_url("renosyd", "https://renosyd.example/hotline", by="s@ddh.example")

    _equip(tmp_path)

    assert endpoints.of("renosyd").url == "https://renosyd.example/hotline"
    assert not (tmp_path / "webhook-secret").exists()


def _equip(folder: Path, *, webhook_port: int = 8027) -> None:
    partner_side.equip(folder, webhook_port=webhook_port)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
