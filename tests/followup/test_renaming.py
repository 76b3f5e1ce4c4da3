"""A leader says on the agent's page that its id is another now; the secretariat can undo it; others see nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.cases import store
from chalicelib.cases.dossier import Event, State
from chalicelib.runtime import queues
from tests.access.looks import looks_at
from tests.conftest import SettableClock
from tests.evaluation.hotline import JANUARY, LOW, Hotline, digest, mail, mail_ids
from tests.evaluation.test_following import fill, outcomes
from tests.evaluation.test_proposals import AGENT, latest, move_to
from tests.followup.test_agent_page import LEADER, PAGE, errors_of
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, Visitor, leader_of

NEW = "751-901"
NEW_PAGE, CASE = f"/opfoelgning/751/{NEW}", f"/sager/{NEW}"


@pytest.fixture
def january(proposed: Hotline, clock: SettableClock) -> Hotline:
    """In January the agent has a new id."""
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY, k751={NEW: LOW, "751-002": LOW, "751-003": LOW})
    proposed.evaluate_up_to(JANUARY)
    return proposed


@pytest.fixture
def leader(site: Site, january: Hotline) -> Visitor:
    return site.signed_in(LEADER)


def say(visitor: Visitor, name: str = NEW, *, sure: str = "ja", page: str = PAGE) -> int:
    return visitor.post(f"{page}/nyt-navn", {"navn": name, "navnsikker": sure}).status_code


def test_what_a_leader_says_brings_the_months_up_to_date_and_links_the_pages(leader: Visitor, january: Hotline) -> None:
    assert outcomes(JANUARY)[NEW] == "step_1"

    assert say(leader, f" {NEW} ") == 303
    assert january.drain() > 0

    assert outcomes(JANUARY)[NEW] == "proposal_open"
    old, new = leader.get(PAGE).text, leader.get(NEW_PAGE).text
    assert f'Agenten hedder nu <a class="function-link" href="{NEW_PAGE}">{NEW}</a>' in old
    assert f'Agenten hed før <a class="function-link" href="{PAGE}">{AGENT}</a>' in new
    assert f"Nyt id: {NEW}" in old
    assert f"{PAGE}/nyt-navn" not in old
    for told in (f"Hedder nu {NEW}", f"Hed før {AGENT}"):
        assert told in leader.get("/opfoelgning/751").text
    assert latest().state is State.PROPOSED


def test_what_cannot_be_taken_is_said_by_its_field_and_nothing_typed_is_lost(leader: Visitor) -> None:
    before = digest()
    for name, said in (
        ("", "Skriv det id"),
        ("x" * 65, "mere end 64 tegn"),
        ("751\u202e901", "usynlige tegn"),
        (AGENT, "Det er det id"),
        ("190-001", "hører til en anden kommune"),
        ("hej med dig <x>", "et id som 751-001"),
        ("Jens Jensen", "et id som 751-001"),
        ("../901", "et id som 751-001"),
        ("751-003", "De to id'er er to agenter"),
    ):
        answer = leader.post(f"{PAGE}/nyt-navn", {"navn": name, "navnsikker": "ja"})
        assert answer.status_code == 422, name
        assert said in errors_of(answer.text)["navn"]
    unsure = leader.post(f"{PAGE}/nyt-navn", {"navn": '"><b>901'})
    assert set(errors_of(unsure.text)) == {"navn", "navnsikker"}
    assert "&#34;&gt;&lt;b&gt;901" in unsure.text
    assert digest() == before


def test_an_id_without_months_is_taken_that_looks_like_one(leader: Visitor) -> None:
    assert say(leader, "Ørsted_9.01-b") == 303

    assert "hedder nu Ørsted_9.01-b, og" in leader.get(PAGE).text
    assert store.get("Ørsted_9.01-b").formerly is not None


@pytest.fixture
def moved(january: Hotline, clock: SettableClock) -> Hotline:
    """In February 751-003 has calls in another municipality."""
    move_to(clock, date(2025, 3, 5))
    fill(january, JANUARY.next(), k190={"190-001": LOW, "751-003": LOW}, k751={"751-002": LOW})
    january.evaluate_up_to(JANUARY.next())
    return january


def test_only_where_the_agent_has_calls_now_is_it_said_that_it_stopped_or_is_called_otherwise(
    site: Site, moved: Hotline
) -> None:
    former, present = site.signed_in(LEADER), site.signed_in(leader_of("190"))
    before, theirs, ours = digest(), "/opfoelgning/190/751-003", "/opfoelgning/751/751-003"

    assert former.post(f"{ours}/stoppet", {"sikker": "ja"}).status_code == 404
    assert say(former, "751-950", page=ours) == 404
    assert digest() == before
    for form in ("nyt-navn", "stoppet"):
        assert f"{ours}/{form}" not in former.get(ours).text
        assert f"{theirs}/{form}" in present.get(theirs).text

    assert say(present, "190-950", page=theirs) == 303
    assert present.post(f"{theirs}/stoppet", {"sikker": "ja"}).status_code == 303


def test_a_refusal_tells_nothing_of_other_municipalities(site: Site, moved: Hotline) -> None:
    present, former = site.signed_in(leader_of("190")), site.signed_in(LEADER)
    assert say(present, "HEMMELIG-190", page="/opfoelgning/190/190-001") == 303
    present.post("/opfoelgning/190/751-003/stoppet", {"sikker": "ja"})

    for name, hidden in (("190-001", "HEMMELIG"), ("HEMMELIG-190", "190-001"), ("190-002", "stoppet")):
        answer = former.post("/opfoelgning/751/751-002/nyt-navn", {"navn": name, "navnsikker": "ja"})
        assert answer.status_code == 422
        said = errors_of(answer.text)["navn"]
        assert "hører til en anden kommune" in said
        assert hidden not in said.replace(name, "")


def test_a_second_new_name_is_a_conflict_and_the_same_again_is_not(leader: Visitor) -> None:
    assert [say(leader), say(leader)] == [303, 303]
    assert say(leader, "751-902") == 409
    assert store.get(AGENT).version == store.get(NEW).version + 1


def test_only_a_leader_of_the_municipality_says_it(site: Site, january: Hotline) -> None:
    before = digest()
    for person in (leader_of("190"), SECRETARIAT, CHAIR, STEERING_GROUP):
        assert say(site.signed_in(person)) == 404
    assert say(site.signed_in(leader_of("190")), "751-003", page=f"/opfoelgning/190/{AGENT}") == 404
    assert digest() == before


def test_the_secretariat_undoes_it_with_a_reason_and_the_months_are_as_they_were(
    site: Site, leader: Visitor, january: Hotline
) -> None:
    say(leader)
    january.drain()
    staff = site.signed_in(SECRETARIAT)
    assert f'Agenten hedder nu <a class="function-link" href="{CASE}">' in staff.get(f"/sager/{AGENT}").text
    assert f'Agenten hed før <a class="function-link" href="/sager/{AGENT}">' in staff.get(CASE).text
    assert staff.post(f"{CASE}/navn-fortrudt", {"fortryd": " "}).status_code == 422

    assert staff.post(f"{CASE}/navn-fortrudt", {"fortryd": "Tastefejl"}).status_code == 303
    january.drain()

    assert outcomes(JANUARY)[NEW] == "step_1"
    assert f"Skift af id fortrudt: {AGENT}" in staff.get(CASE).text
    assert store.history(NEW)[-1].what is Event.NAME_UNDONE
    assert "Tastefejl" in leader.get(NEW_PAGE).text
    assert "hedder nu <a" not in leader.get(PAGE).text
    assert staff.post(f"{CASE}/navn-fortrudt", {"fortryd": "Igen"}).status_code == 303, "harmless to repeat"
    assert len([each for each in store.history(NEW) if each.what is Event.NAME_UNDONE]) == 1


def test_what_was_never_said_cannot_be_undone(site: Site, january: Hotline) -> None:
    staff, before = site.signed_in(SECRETARIAT), digest()

    assert staff.post(f"/sager/{AGENT}/navn-fortrudt", {"fortryd": "Forkert"}).status_code == 404
    assert staff.post(f"/sager/{AGENT}/stop-fortrudt", {"fortrydstop": "Forkert"}).status_code == 409
    assert digest() == before


@contextmanager
def queue_refusing(monkeypatch: pytest.MonkeyPatch, how: str) -> Iterator[None]:
    """Let the queue take nothing: it says so, or it doesn't answer."""

    def refused(*_: object, **__: object) -> int:
        if how == "unreachable":
            raise EndpointConnectionError(endpoint_url="https://queue.example")
        return 1

    with monkeypatch.context() as here:
        here.setattr(queues, "_put", refused)
        yield


def press_again(visitor: Visitor, text: str) -> int:
    """Press the button of the page, as it sends what the page holds."""
    found = re.search(r'<form method="post" action="([^"]+)" class="mb-8">(.*?)</form>', text, re.DOTALL)
    assert found is not None
    hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', found[2]))
    return visitor.post(found[1], {name: value for name, value in hidden.items() if name != "csrf_token"}).status_code


@pytest.mark.parametrize("how", ["refused", "unreachable"])
def test_what_is_undone_while_the_queue_is_down_is_looked_at_when_pressed_again(
    site: Site, leader: Visitor, january: Hotline, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    say(leader)
    january.drain()
    staff, undone = site.signed_in(SECRETARIAT), {"fortryd": "Forkert"}

    with queue_refusing(monkeypatch, how):
        answer = staff.post(f"{CASE}/navn-fortrudt", undone)

    assert (answer.status_code, store.get(NEW).formerly) == (503, None)
    assert "Det er gemt, men månederne er ikke gjort op igen endnu." in answer.text
    assert outcomes(JANUARY)[NEW] == "proposal_open"
    assert press_again(staff, answer.text) == 303
    january.drain()
    assert outcomes(JANUARY)[NEW] == "step_1"


def test_a_new_id_said_while_the_queue_is_down_is_looked_at_when_pressed_again(
    leader: Visitor, january: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queue_refusing(monkeypatch, "refused"):
        answer = leader.post(f"{PAGE}/nyt-navn", {"navn": NEW, "navnsikker": "ja"})

    assert answer.status_code == 503
    assert press_again(leader, answer.text) == 303
    january.drain()
    assert outcomes(JANUARY)[NEW] == "proposal_open"


def test_a_stop_undone_while_the_queue_is_down_is_looked_at_when_pressed_again(
    site: Site, leader: Visitor, january: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader.post(f"{PAGE}/stoppet", {"sikker": "ja"})
    january.drain()
    staff = site.signed_in(SECRETARIAT)

    with queue_refusing(monkeypatch, "refused"):
        answer = staff.post(f"/sager/{AGENT}/stop-fortrudt", {"fortrydstop": "Forkert"})

    assert (answer.status_code, store.get(AGENT).stopped_on) == (503, None)
    assert press_again(staff, answer.text) == 303
    assert january.drain() > 0


def test_a_look_at_a_case_is_one_at_all_the_agent_s_ids(site: Site, leader: Visitor) -> None:
    say(leader)
    site.signed_in(SECRETARIAT).get(f"/sager/{AGENT}")

    assert SECRETARIAT.address in {each.who for each in looks_at(NEW)}


def test_another_municipality_does_not_see_what_the_agent_was_called(
    site: Site, leader: Visitor, january: Hotline, clock: SettableClock
) -> None:
    say(leader)
    january.drain()
    february = JANUARY.next()
    move_to(clock, date(2025, 3, 5))
    fill(january, february, k190={"190-001": LOW, NEW: LOW}, k751={"751-002": LOW})
    january.evaluate_up_to(february)

    text = site.signed_in(leader_of("190")).get(f"/opfoelgning/190/{NEW}").text

    assert outcomes(february)[NEW] == "proposal_open"
    for theirs in (AGENT, LEADER.address, "hed før", "Tidligere id"):
        assert theirs not in text


def test_the_secretariat_gets_a_mail_of_a_new_id_that_leads_to_where_it_is_undone(leader: Visitor) -> None:
    before = mail_ids()
    say(leader)

    (told,) = set(mail_ids()) - set(before)
    assert mail(told).facts["page_url"].endswith(CASE)


def test_the_secretariat_gets_a_mail_of_a_stop_and_undoes_it_with_a_reason(
    site: Site, leader: Visitor, january: Hotline
) -> None:
    staff, before = site.signed_in(SECRETARIAT), mail_ids()
    was, judged = latest(), outcomes(JANUARY)
    leader.post(f"{PAGE}/stoppet", {"sikker": "ja"})
    (told,) = set(mail_ids()) - set(before)
    assert mail(told).facts["page_url"].endswith(f"/sager/{AGENT}")
    assert latest().state is State.CLOSED

    undo = f"/sager/{AGENT}/stop-fortrudt"
    assert undo in staff.get(f"/sager/{AGENT}").text
    assert staff.post(undo, {"fortrydstop": " "}).status_code == 422
    assert staff.post(undo, {"fortrydstop": "Tastefejl"}).status_code == 303
    january.drain()

    assert latest() == was
    assert outcomes(JANUARY) == judged
    assert "Tastefejl" in leader.get(PAGE).text
    assert undo not in staff.get(f"/sager/{AGENT}").text
    assert staff.post(undo, {"fortrydstop": "Igen"}).status_code == 303, "harmless to repeat"
    assert len([each for each in store.history(AGENT) if each.what is Event.STOP_UNDONE]) == 1


def test_an_agent_of_whom_only_a_stop_is_known_has_a_page_to_undo_it(site: Site, leader: Visitor) -> None:
    leader.post("/opfoelgning/751/751-003/stoppet", {"sikker": "ja"})

    assert "/sager/751-003/stop-fortrudt" in site.signed_in(SECRETARIAT).get("/sager/751-003").text
