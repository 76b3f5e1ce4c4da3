"""What holds of every route, whoever adds it: reading changes nothing, and no secret ends in a log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from moto.dynamodb import dynamodb_backends

from chalicelib.access import links
from chalicelib.access.links import Purpose
from chalicelib.access.people import Person, Role
from chalicelib.access.routing import declared
from chalicelib.runtime.tables import transaction
from infra.local.resources import ACCOUNT_ID, REGION
from tests.conftest import SettableClock
from tests.membership.joining import CONTACT, Joining
from tests.partners.dealing import Dealing
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, leader_of

_PLACES = {
    "municipality_code": "250",
    "meeting": "2024-06-19",
    "rule": "entry_dates",
    "drop_id": "unknown",
    "task": "unknown",
    "version": "unknown",
    "file": "unknown",
    "partner_id": "renosyd",
    "key_id": "unknown",
    "month": "2025-01",
    "week": "2025-W08",
    "update_id": "unknown",
    "event_id": "unknown",
    "agent": "unknown",
    "run": "unknown",
    "proof_id": "unknown",
}


def _paths(method: str, **places: str) -> list[str]:
    return [each.path.format(**_PLACES, **places) for each in declared if each.method == method]


def stored() -> dict[str, str]:
    """Return everything in every table but the log of looks, which reading is to write."""
    tables = dynamodb_backends[ACCOUNT_ID][REGION].tables
    return {
        name: repr(
            sorted(
                repr(item.to_json())
                for items in table.items.values()
                for item in items.values()
                if not item.attrs["pk"].value.startswith("looks")
            )
        )
        for name, table in tables.items()
    }


def _link(clock: SettableClock) -> str:
    with transaction() as writing:
        return links.new(
            writing,
            purpose=Purpose.SIGN_IN,
            subject="",
            address=SECRETARIAT.address,
            valid_for=timedelta(minutes=5),
            clock=clock,
        )


def test_get_is_pure(site: Site, clock: SettableClock) -> None:
    request_id = Joining(clock).active()
    Dealing(clock).active()
    token = _link(clock)
    people = (SECRETARIAT, CHAIR, STEERING_GROUP, leader_of("250"), Person(address=CONTACT, role=Role.CONTACT))
    visitors = [site.visitor(), *(site.signed_in(each) for each in people)]
    before = stored()
    seen: set[tuple[str, int]] = set()

    for visitor in visitors:
        for path in _paths("GET", token=token, request_id=request_id):
            seen.add((path, visitor.get(path).status_code))

    assert stored() == before
    for path in (
        f"/anmodninger/{request_id}",
        f"/indmeldelse/status/{request_id}",
        "/medlemskab/250",
        "/regler",
        "/partnere/renosyd",
        "/viden",
        "/nyhedsbrev",
    ):
        assert (path, 200) in seen


def test_a_token_is_never_logged(site: Site, clock: SettableClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    token = _link(clock)
    visitor = site.signed_in(SECRETARIAT)

    for path in _paths("GET", token=token, request_id="unknown"):
        visitor.get(path)
    for path in _paths("POST", token=token, request_id="unknown"):
        visitor.post(path, {"som": "0", "email": "person@kommune.example"})

    written = "".join(str(vars(record)) for record in caplog.records if record.name == "ddh")
    assert "POST /log-ind/{token}" in written
    for secret in (token, visitor.csrf_token, "person@kommune.example", SECRETARIAT.address):
        assert secret not in written
