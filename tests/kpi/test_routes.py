"""The page of a drop's report: the secretariat's, by the drop's id, doing nothing, each look written down."""

from types import SimpleNamespace

import pytest

from chalicelib.access.checks import NoSuchPage
from chalicelib.access.sessions import Session
from chalicelib.access.visit import Visit
from chalicelib.kpi import drop_store, report_looks, routes
from chalicelib.kpi.drops import Drop
from tests.kpi.conftest import Desk
from tests.web import CHAIR, SECRETARIAT, Site


def visit(desk: Desk, drop_id: str) -> Visit:
    request = SimpleNamespace(
        method="GET", path="/rapporter/{drop_id}", headers={}, raw_body=b"", uri_params={"drop_id": drop_id}
    )
    session = Session(person=SECRETARIAT, csrf_token="token")
    return Visit(request, clock=desk.clock, find_session=lambda _, clock: session)


@pytest.fixture
def drop(desk: Desk) -> Drop:
    return desk.drop(["Furesø", "agent-1", 100, "60<x>"])


def test_a_report_is_shown_to_the_secretariat_alone_and_may_do_nothing(site: Site, drop: Drop) -> None:
    path = f"/rapporter/{drop.drop_id}"

    answer = site.signed_in(SECRETARIAT).get(path)

    assert answer.status_code == 200
    assert "60&lt;x&gt;" in answer.text
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert site.signed_in(CHAIR).get(path).status_code == 404


def test_every_look_at_a_report_is_written_down(desk: Desk, drop: Drop) -> None:
    routes.report(visit(desk, drop.drop_id))
    routes.report(visit(desk, drop.drop_id))

    looks = report_looks.of(drop.drop_id)
    assert [(look.by, look.at) for look in looks] == 2 * [(SECRETARIAT.address, desk.clock.now())]


@pytest.mark.parametrize("drop_id", ["0123456789abcdef", "../drops", "0123456789ABCDEF", "x" * 3000])
def test_an_unknown_report_is_no_page(desk: Desk, drop_id: str) -> None:
    with pytest.raises(NoSuchPage):
        routes.report(visit(desk, drop_id))


def test_a_drop_that_is_not_read_yet_has_no_page(desk: Desk) -> None:
    drop = drop_store.register(desk.put(b"x"), clock=desk.clock)

    with pytest.raises(NoSuchPage):
        routes.report(visit(desk, drop.drop_id))
