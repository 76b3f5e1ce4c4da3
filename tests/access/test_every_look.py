"""Every route that shows figures of agents notes the look first; a new route says whether it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import look_log
from chalicelib.access.routing import declared
from chalicelib.access.table import SHOWS_FIGURES_OF_AGENTS
from chalicelib.evaluation.service import start_dry_run
from tests.access.looks import looks_at
from tests.conftest import SettableClock
from tests.evaluation.conftest import hotline
from tests.evaluation.hotline import DECEMBER, OCTOBER, Hotline
from tests.evaluation.test_proposals import proposed
from tests.kpi.conftest import Desk
from tests.web import SECRETARIAT, Site, Visitor

__all__ = ["hotline", "proposed"]

AGENT = "751-001"
#: A route that is neither here nor in SHOWS_FIGURES_OF_AGENTS fails: say which it is.
SHOWS_NONE = {
    "/",
    "/static/{version}/{file}",
    "/openapi.json",
    "/api",
    "/log-ind",
    "/log-ind/sendt",
    "/log-ind/{token}",
    "/mit",
    "/konti",
    "/indmeldelse",
    "/indmeldelse/modtaget",
    "/indmeldelse/bekraeft/{token}",
    "/indmeldelse/status",
    "/indmeldelse/status/{request_id}",
    "/anmodninger",
    "/anmodninger/{request_id}",
    "/medlemmer",
    "/udmeldelser",
    "/medlemskab/{municipality_code}",
    "/medlemskab/{municipality_code}/udmeldelse",
    "/kontakt/bekraeft/{token}",
    "/udmeldelse/svar/{token}",
    "/partnere",
    "/partnere/ny",
    "/partnere/{partner_id}",
    "/partnere/{partner_id}/evaluering",
    "/partnere/{partner_id}/webhooks",
    "/partneraftale/evaluering/{token}",
    "/viden",
    "/viden/{partner_id}/{update_id}",
    "/nyhedsbrev",
    "/opfoelgning",
    "/hvad-nu-hvis",
    "/indsigt",
    # They lead to a document, which has no figures; that look they note themselves.
    "/sager/{agent}/bevis/{proof_id}/dokument",
    "/opfoelgning/{municipality_code}/{agent}/beviser/{proof_id}/dokument",
    "/moeder",
    "/moeder/{meeting}",
    "/regler",
    "/regler/{rule}",
    "/proevekoersel",
    "/proevekoersel/{run}",
    "/partner/v1/agreement",
    "/partner/v1/figures/{month}",
    "/partner/v1/knowledge-updates/{update_id}",
}
_PLACES = {
    "agent": AGENT,
    "municipality_code": "751",
    "token": "unknown",
    "version": "unknown",
    "file": "unknown",
    "request_id": "unknown",
    "partner_id": "renosyd",
    "update_id": "unknown",
    "meeting": "2024-06-19",
    "rule": "entry_dates",
    "month": "2024-12",
    "run": "dry-2024-10-2024-12",
    "proof_id": "unknown",
}
_SHOWING = sorted(path for _, path in SHOWS_FIGURES_OF_AGENTS)


@pytest.fixture
def drop_id(proposed: Hotline, clock: SettableClock, queued: Callable[[str], list[Any]]) -> str:
    """A drop whose report shows the agent, after the agent was proposed to be paused, in a dry run too."""
    start_dry_run(OCTOBER, DECEMBER, clock=clock)
    proposed.drain()
    desk = Desk(clock, queued)
    return desk.drop(["Aarhus", AGENT, 100, "x"]).drop_id


@pytest.fixture
def staff(site: Site, drop_id: str) -> Visitor:
    return site.signed_in(SECRETARIAT)


def path_of(path: str, drop_id: str) -> str:
    return path.format(**_PLACES, drop_id=drop_id)


def test_every_route_says_whether_it_shows_figures_of_agents() -> None:
    told = {path for _, path in SHOWS_FIGURES_OF_AGENTS}

    assert told | SHOWS_NONE == {each.path for each in declared if each.method == "GET"}
    assert not told & SHOWS_NONE


@pytest.mark.parametrize("path", _SHOWING)
def test_each_read_logged(staff: Visitor, drop_id: str, clock: SettableClock, path: str) -> None:
    answer = staff.get(path_of(path, drop_id))

    assert answer.status_code == 200
    assert [(each.who, each.at) for each in looks_at(AGENT)] == [(SECRETARIAT.address, clock.now())]
    assert looks_at(AGENT)[0].purpose


@pytest.mark.parametrize("path", _SHOWING)
def test_what_cannot_be_noted_is_not_shown(
    staff: Visitor, drop_id: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def unreachable(**_named: object) -> None:
        raise PutError("unreachable")

    monkeypatch.setattr(look_log, "note", unreachable)
    answer = staff.get(path_of(path, drop_id))

    assert answer.status_code == 503
    assert AGENT not in answer.text


def test_what_says_that_it_shows_none_shows_none(staff: Visitor, drop_id: str) -> None:
    for path in sorted(SHOWS_NONE):
        assert AGENT not in staff.get(path_of(path, drop_id)).text, path
    assert looks_at(AGENT) == ()
