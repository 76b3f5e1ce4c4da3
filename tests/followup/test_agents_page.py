"""The list of a municipality's agents: its own leaders and the secretariat see it, and every look is noted."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import look_log
from chalicelib.access.people import Person
from chalicelib.cases import steps, store
from chalicelib.cases.dossier import Dossier
from tests import faults
from tests.access.looks import looks_at
from tests.cases.dossiers import ALIAS, act, ground
from tests.conftest import SettableClock
from tests.evaluation.hotline import DECEMBER, HIGH, LOW, Hotline
from tests.evaluation.test_following import fill
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, leader_of

LIST = "/opfoelgning/751"


@pytest.mark.parametrize("person", [leader_of("751"), SECRETARIAT], ids=["leader", "secretariat"])
def test_the_list_shows_each_agent_with_figures_step_and_what_waits(
    proposed: Hotline, site: Site, person: Person
) -> None:
    page = site.signed_in(person).get(LIST).text

    assert f'<a class="function-link ddh-unbroken" href="{LIST}/751-001">751-001</a>' in page
    assert "30 af 100" in page
    assert "Trin 3: pause foreslået" in page
    assert "Sekretariatet skal afgøre sagen" in page
    assert "På eller over målet" in page
    assert "190-001" not in page


def test_those_with_something_waiting_come_first_and_then_those_below_target(
    proposed: Hotline, site: Site, clock: SettableClock
) -> None:
    fill(proposed, DECEMBER, k751={"751-000": HIGH, "751-001": LOW, "751-002": LOW, "751-003": HIGH, "751-009": LOW})
    proposed.ask("751", DECEMBER)
    proposed.drain()

    page = site.signed_in(leader_of("751")).get(LIST).text

    assert re.findall(r">(751-00.)</a>", page) == ["751-001", "751-002", "751-009", "751-000", "751-003"]
    assert "https://elearning.ddh.example/straksafklaring" in page
    assert "14. januar 2025 og 11. februar 2025" in page


@pytest.mark.parametrize("person", [leader_of("190"), CHAIR, STEERING_GROUP], ids=["other leader", "chair", "group"])
def test_nobody_else_sees_the_list(proposed: Hotline, site: Site, person: Person) -> None:
    assert site.signed_in(person).get(LIST).status_code == 404


def test_a_look_at_the_list_names_who_looked_and_everybody_on_it(
    proposed: Hotline, site: Site, clock: SettableClock
) -> None:
    leader = leader_of("751")
    site.signed_in(leader).get(LIST)

    assert [(each.who, each.at, each.agents) for each in looks_at("751-001")] == [
        (leader.address, clock.now(), ("751-001", "751-002", "751-003"))
    ]


def test_a_list_whose_look_cannot_be_noted_is_not_shown(
    proposed: Hotline, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(**named: object) -> None:
        raise PutError("unreachable")

    leader = site.signed_in(leader_of("751"))
    monkeypatch.setattr(look_log, "note", unreachable)
    answer = leader.get(LIST)

    assert answer.status_code == 503
    assert "751-001" not in answer.text


def test_the_list_takes_no_more_calls_for_other_municipalities_dossiers(proposed: Hotline, site: Site) -> None:
    """More dossiers than a batch of reads holds."""
    leader = site.signed_in(leader_of("751"))
    leader.get(LIST)
    with faults.counted() as alone:
        expected = leader.get(LIST).text
    for number in range(101):
        before = Dossier(agent=f"741-{number}", alias=ALIAS)
        step = steps.proposed(before, ground=ground(municipality_code="741"), act=act(date(2025, 1, 5)))
        assert step is not None
        store.commit(before, step)

    with faults.counted() as among_many:
        page = leader.get(LIST).text

    assert among_many.operations == alone.operations
    assert page == expected


def test_a_municipality_without_months_is_told_so(proposed: Hotline, site: Site) -> None:
    assert "ikke gjort nogen måned op" in site.signed_in(leader_of("250")).get("/opfoelgning/250").text
