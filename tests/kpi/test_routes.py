"""The page of a drop's report: the secretariat's, by the drop's id, doing nothing, each look written down."""

from types import SimpleNamespace

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import look_log
from chalicelib.access.checks import NoSuchPage
from chalicelib.access.sessions import Session
from chalicelib.access.visit import Visit
from chalicelib.kpi import drop_store, reading, routes
from chalicelib.kpi.drops import Drop
from chalicelib.runtime import clients, settings
from tests.access.looks import looks_at
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


def test_every_look_at_a_report_is_noted_with_the_agents_that_it_shows(desk: Desk) -> None:
    desk.drop(["Furesø", "agent-2", 100, 60], ["Furesø", "agent-4", 100, 60])
    drop = desk.drop(
        ["Furesø", "agent-1", 100, "60<x>"],
        ["Furesø", "agent-2", 100, 61],
        ["Furesø", "agent-3", 100, 60],
        ["Furesø", "agent-3", 100, 60],
        ["Furesø", "agent-4", 100, 60],
    )

    routes.report(visit(desk, drop.drop_id))
    routes.report(visit(desk, drop.drop_id))

    for agent in ("agent-1", "agent-2", "agent-3"):
        assert [(each.who, each.at, each.purpose) for each in looks_at(agent)] == 2 * [
            (SECRETARIAT.address, desk.clock.now(), "Rapporten om en fil med tal")
        ]
    assert looks_at("agent-4") == ()


@pytest.mark.parametrize("old", [b'{"drop_id": "d1",\n"key": "k"}\n', b"{}\n", b""])
def test_a_look_at_a_report_that_names_no_agents_is_noted_all_the_same(desk: Desk, drop: Drop, old: bytes) -> None:
    clients.s3().put_object(Bucket=settings.files_bucket(), Key=f"{drop.report_key}.json", Body=old)

    routes.report(visit(desk, drop.drop_id))

    assert look_log.check("all").contents == 1


def test_a_report_whose_look_cannot_be_noted_is_not_shown(
    desk: Desk, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(**_named: object) -> None:
        raise PutError

    monkeypatch.setattr(look_log, "note", unreachable)

    with pytest.raises(PutError):
        routes.report(visit(desk, drop.drop_id))


def test_a_partner_s_report_names_no_agent(desk: Desk) -> None:
    drop = desk.drop(b"Partner;Besvarede;Straksafklarede\nRenoSyd;1;2\n", key="drops/partner-kpi/2025-01.csv")

    assert reading.report_agents(drop) == ()


@pytest.mark.parametrize("drop_id", ["0123456789abcdef", "../drops", "0123456789ABCDEF", "x" * 3000])
def test_an_unknown_report_is_no_page(desk: Desk, drop_id: str) -> None:
    with pytest.raises(NoSuchPage):
        routes.report(visit(desk, drop_id))


def test_a_drop_that_is_not_read_yet_has_no_page(desk: Desk) -> None:
    drop = drop_store.register(desk.put(b"x"), clock=desk.clock)

    with pytest.raises(NoSuchPage):
        routes.report(visit(desk, drop.drop_id))
