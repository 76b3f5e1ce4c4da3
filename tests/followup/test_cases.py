"""The secretariat sees what waits, decides it on one page, and nobody looks unseen."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pynamodb.exceptions import PutError
from werkzeug.test import TestResponse

from chalicelib.access import grants, look_log
from chalicelib.access.people import Person, Role
from chalicelib.cases import lists, renaming, service, store
from chalicelib.cases.dossier import Event, State
from chalicelib.cases.proofs import ProofKind
from chalicelib.cases.work import Kind
from chalicelib.common.months import Month
from chalicelib.followup.case_page import refusal_field
from chalicelib.runtime.tables import transaction
from tests.access.looks import looks_at
from tests.cases.dossiers import seen
from tests.conftest import SettableClock
from tests.evaluation.hotline import HIGH, JANUARY, LOW, NOVEMBER, Hotline, mail, mail_ids
from tests.evaluation.test_following import fill
from tests.evaluation.test_proposals import AGENT, LEADER, latest, move_to, pause, propose_anew
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, Visitor, leader_of

PAGE = f"/sager/{AGENT}"


@pytest.fixture
def staff(site: Site, proposed: Hotline) -> Visitor:
    return site.signed_in(SECRETARIAT)


def decide(staff: Visitor, what: str, reason: str = "Aftalt med kommunen") -> int:
    return post(staff, "afgoer", afgoerelse=what, begrundelse=reason).status_code


def post(staff: Visitor, form: str, **fields: str) -> TestResponse:
    """Send a form of the page as it is shown now."""
    return staff.post(f"{PAGE}/{form}", {"udgave": str(seen(AGENT)), **fields})


def register_proof(clock: SettableClock, kind: ProofKind) -> str:
    proof_id = f"proof-{kind.value}"
    service.register_proof(
        AGENT,
        proof_id=proof_id,
        kind=kind,
        taken_on=date(2024, 11, 4),
        source="Kursusbevis",
        by=LEADER,
        clock=clock,
    )
    return proof_id


def test_what_waits_is_listed_by_kind_with_agent_municipality_and_since(staff: Visitor, clock: SettableClock) -> None:
    pause(clock)
    register_proof(clock, ProofKind.PHYSICAL)

    text = staff.get("/sager").text

    for told in ("Forslag, der skal afgøres", "190-001", "Furesø", "5. januar 2025", "ikke orienteret"):
        assert told in text
    for told in ("Fysisk undervisning", "Tag agenten af telefonen", "25. januar 2025", "Aarhus"):
        assert told in text


@pytest.mark.parametrize("somebody", [CHAIR, STEERING_GROUP, leader_of("751")], ids=lambda each: each.role.value)
def test_only_the_secretariat_sees_cases(site: Site, proposed: Hotline, somebody: Person) -> None:
    visitor = site.signed_in(somebody)

    assert visitor.get("/sager").status_code == 404
    assert visitor.get(PAGE).status_code == 404
    assert decide(visitor, "paused") == 404
    assert latest().state is State.PROPOSED


def test_a_decision_waits_for_the_municipality_s_days_and_is_then_taken_with_its_reason(
    staff: Visitor, clock: SettableClock
) -> None:
    assert decide(staff, "paused") == 422
    assert post(staff, "orienteret", sag="1").status_code == 303
    assert "Sagen kan afgøres fra den 20. januar 2025, eller når kommunen er enig." in staff.get(PAGE).text
    assert f"{PAGE}/afgoer" not in staff.get(PAGE).text

    move_to(clock, date(2025, 1, 20))
    assert f"{PAGE}/afgoer" in staff.get(PAGE).text
    assert decide(staff, "paused", "Aftalt på mødet") == 303

    assert latest().state is State.PAUSED
    assert "Aftalt på mødet" in staff.get(PAGE).text
    told = [each for each in mail_ids() if each.startswith("case_leaders_")]
    assert [mail(each).facts["reason"] for each in told] == ["Aftalt på mødet"]


def test_the_page_shows_what_the_proposal_rests_on_and_every_month_since(
    staff: Visitor, proposed: Hotline, clock: SettableClock
) -> None:
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY, k751={AGENT: HIGH, "751-002": LOW, "751-003": HIGH})
    proposed.evaluate_up_to(JANUARY)

    text = staff.get(PAGE).text

    assert "Trin 1 var i oktober 2024" in text
    assert text.count("30 af 100, da forslaget kom") == 3
    for told in (
        "januar 2025",
        "80 af 100",
        "30,0\N{NO-BREAK SPACE}%",
        "Tre måneder under målet, samlet med sikkerhed",
    ):
        assert told in text
    assert '<a class="function-link" href="/rapporter/drop1">2024-Q4.xlsx, ark Oktober 2024, række 5</a>' in text
    assert "Mål 60 %" in text


def test_a_corrected_month_shows_what_it_was_when_the_pause_was_proposed(
    staff: Visitor, proposed: Hotline, clock: SettableClock
) -> None:
    pause(clock)
    fill(proposed, NOVEMBER, k751={"751-002": LOW, "751-003": HIGH})
    proposed.ask("751", NOVEMBER)
    proposed.drain()

    text = staff.get(PAGE).text

    assert "Genåbnet" in text
    assert "Står ikke i kommunens opgørelse nu" in text
    assert text.count("30 af 100, da forslaget kom") == 3
    assert decide(staff, "lifted", "Tallene var forkerte") == 303
    assert latest().state is State.LIFTED


def test_who_told_the_municipality_by_hand_stands_in_the_history(staff: Visitor) -> None:
    for _ in range(2):
        assert post(staff, "orienteret", sag="1").status_code == 303

    opened = [each.act.by for each in store.history(AGENT) if each.what is Event.WINDOW_OPENED]
    assert opened == [SECRETARIAT.address]


def test_what_the_municipality_said_is_on_the_page_and_an_agreed_case_can_be_decided_at_once(
    staff: Visitor, clock: SettableClock
) -> None:
    service.remark(AGENT, Event.COMMENTED, "Første linje\n<b>Anden</b>", seen=seen(AGENT), by=LEADER, clock=clock)
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)

    text = staff.get(PAGE).text

    assert "Første linje<br>&lt;b&gt;Anden&lt;/b&gt;" in text
    assert "Kommunen er enig. Sagen kan afgøres." in text
    assert decide(staff, "declined") == 303
    assert latest().state is State.DECLINED


def test_a_decision_without_a_choice_or_a_reason_is_refused_by_its_fields_and_nothing_typed_is_lost(
    staff: Visitor, clock: SettableClock
) -> None:
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)

    answer = post(staff, "afgoer", afgoerelse="", begrundelse="Skrevet i forvejen")

    assert answer.status_code == 422
    assert 'href="#felt-afgoerelse"' in answer.text
    assert "Skrevet i forvejen</textarea>" in answer.text
    assert decide(staff, "paused", " ") == 422
    assert latest().state is State.PROPOSED


def test_nobody_decides_about_an_agent_of_their_own_municipality(staff: Visitor, clock: SettableClock) -> None:
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
    with transaction() as writing:
        grants.give(writing, Person(address=SECRETARIAT.address, role=Role.LEADER, municipality_code="751"))

    answer = post(staff, "afgoer", afgoerelse="paused", begrundelse="Aftalt")

    assert answer.status_code == 422
    assert "agentens egen kommune" in answer.text
    assert latest().state is State.PROPOSED


def test_nor_do_those_of_the_municipality_that_the_agent_has_moved_to(
    staff: Visitor, proposed: Hotline, clock: SettableClock
) -> None:
    proof_id = register_proof(clock, ProofKind.PHYSICAL)
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY, k190={"190-001": LOW, AGENT: LOW}, k751={"751-002": LOW})
    proposed.evaluate_up_to(JANUARY)
    with transaction() as writing:
        grants.give(writing, Person(address=SECRETARIAT.address, role=Role.LEADER, municipality_code="190"))

    assert decide(staff, "paused") == 422
    assert post(staff, f"bevis/{proof_id}/godkend").status_code == 422
    assert post(staff, f"bevis/{proof_id}/afvis", **{refusal_field(proof_id): "Et andet navn"}).status_code == 422

    assert latest().state is State.PROPOSED
    assert [each.is_waiting for each in store.get(AGENT).proofs] == [True]


def test_an_agent_is_decided_about_under_the_name_of_the_case_whatever_other_names_there_are(
    staff: Visitor, clock: SettableClock
) -> None:
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
    renaming.rename(
        "751-gammel",
        AGENT,
        last_month=Month(2024, 9),
        first_month=Month(2024, 10),
        is_elsewhere=False,
        by=LEADER,
        clock=clock,
    )

    assert decide(staff, "paused") == 303

    assert latest().state is State.PAUSED
    assert store.get("751-gammel").cases == ()


def test_of_two_who_press_the_second_sees_what_happened(staff: Visitor, clock: SettableClock) -> None:
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)

    shown = str(seen(AGENT))
    assert decide(staff, "paused") == 303
    again = post(staff, "afgoer", udgave=shown, afgoerelse="declined", begrundelse="For sent")

    assert again.status_code == 409
    assert "Der er sket noget i sagen, siden du åbnede siden" in again.text
    assert "På pause" in again.text
    assert latest().state is State.PAUSED


def test_nobody_decides_on_a_page_from_before_the_municipality_objected(staff: Visitor, clock: SettableClock) -> None:
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
    shown = str(re.search(r'name="udgave" value="([0-9]+)"', staff.get(PAGE).text)[1])  # type: ignore[index]
    service.remark(AGENT, Event.COMMENTED, "Vent: tallene er forkerte", seen=seen(AGENT), by=LEADER, clock=clock)

    answer = post(staff, "afgoer", udgave=shown, afgoerelse="paused", begrundelse="Aftalt")

    assert answer.status_code == 409
    assert "Aftalt</textarea>" in answer.text, "nothing typed is lost"
    assert "Vent: tallene er forkerte" in answer.text
    assert latest().state is State.PROPOSED


def test_cases_that_can_be_decided_come_first_and_an_objection_is_seen(staff: Visitor, clock: SettableClock) -> None:
    assert "sager venter på kommunen" in staff.get("/sager").text
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
    service.remark("751-002", Event.CONTESTED, "Nej", seen=seen("751-002"), by=LEADER, clock=clock)

    text = staff.get("/sager").text

    assert "1 sag kan afgøres nu" in text
    assert text.index(f"{AGENT}</a>") < text.index("2 sager venter på kommunen") < text.index("190-001</a>")
    assert text.count(">Indsigelse</span>") == 1
    assert text.index("751-002</a>") < text.index(">Indsigelse</span>")


def test_who_decided_and_why_stands_beside_the_case_and_no_pause_is_not_called_a_refusal(
    staff: Visitor, site: Site, clock: SettableClock
) -> None:
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
    assert decide(staff, "declined", "Telefonerne var nede") == 303

    for text in (staff.get(PAGE).text, site.signed_in(LEADER).get(f"/opfoelgning/751/{AGENT}").text):
        case, _, _ = text.partition("Hvem gjorde hvad")
        assert "Telefonerne var nede" in case
        assert f"Ingen pause den 5. januar 2025 af {SECRETARIAT.address}" in case
        assert "Afvist" not in text


def test_nobody_says_that_the_municipality_was_told_of_another_proposal(
    staff: Visitor, proposed: Hotline, clock: SettableClock
) -> None:
    propose_anew(proposed, clock)

    assert post(staff, "orienteret", sag="1").status_code == 409
    assert latest().window_ends_on is None
    assert post(staff, "orienteret", sag="2").status_code == 303


def test_nobody_takes_a_proof_from_their_own_municipality(staff: Visitor, clock: SettableClock) -> None:
    proof_id = register_proof(clock, ProofKind.PHYSICAL)
    with transaction() as writing:
        grants.give(writing, Person(address=SECRETARIAT.address, role=Role.LEADER, municipality_code="751"))

    assert post(staff, f"bevis/{proof_id}/godkend").status_code == 422
    assert post(staff, f"bevis/{proof_id}/afvis", **{refusal_field(proof_id): "Et andet navn"}).status_code == 422

    assert [each.is_waiting for each in store.get(AGENT).proofs] == [True]


def test_an_agent_with_both_proofs_verified_comes_back_and_the_instructions_are_carried_out(
    staff: Visitor, clock: SettableClock
) -> None:
    pause(clock)
    assert staff.post(f"{PAGE}/udfoert", {"sag": "1"}).status_code == 303
    for kind in ProofKind:
        assert post(staff, f"bevis/{register_proof(clock, kind)}/godkend").status_code == 303

    assert latest().state is State.REINSTATED
    assert "Sæt agenten på telefonen igen" in staff.get("/sager").text
    assert staff.post(f"{PAGE}/udfoert", {"sag": "1"}).status_code == 303
    assert staff.post(f"{PAGE}/udfoert", {"sag": "1"}).status_code == 409
    assert staff.post(f"{PAGE}/udfoert", {"sag": "et"}).status_code == 400
    assert AGENT not in {work.agent for kind in Kind for work in lists.waiting(kind)}


def test_a_proof_is_refused_with_a_reason_that_the_municipality_gets(staff: Visitor, clock: SettableClock) -> None:
    place = f"bevis/{register_proof(clock, ProofKind.PHYSICAL)}/afvis"
    field = refusal_field("proof-physical")

    empty = post(staff, place, **{field: ""})
    assert (empty.status_code, f'href="#felt-{field}"' in empty.text) == (422, True)
    assert post(staff, place, **{field: "Beviset er fra et andet kursus"}).status_code == 303

    assert "Beviset er fra et andet kursus" in staff.get(PAGE).text
    assert post(staff, place, **{field: "Igen"}).status_code == 409
    assert post(staff, "bevis/unknown/godkend").status_code == 404


def test_each_look_is_written_down_before_anything_is_shown(
    staff: Visitor, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.get(PAGE)
    assert [(each.who, each.municipality_code) for each in looks_at(AGENT)] == [(SECRETARIAT.address, "751")]

    def fails(**_named: object) -> None:
        raise PutError

    monkeypatch.setattr(look_log, "note", fails)
    for path in (PAGE, "/sager"):
        answer = staff.get(path)
        assert answer.status_code >= 500
        assert AGENT not in answer.text


def test_an_agent_whom_nothing_was_ever_proposed_about_has_no_page(staff: Visitor) -> None:
    assert staff.get("/sager/751-003").status_code == 404
    assert not looks_at("751-003")


def test_an_agent_s_id_may_hold_any_letters(site: Site, staff: Visitor, clock: SettableClock) -> None:
    agent = "Åse & Bo #1"
    service.propose(agent, latest().ground, clock=clock)

    assert 'href="/sager/%C3%85se%20%26%20Bo%20%231"' in staff.get("/sager").text
    answer = staff.post("/sager/%C3%85se%20%26%20Bo%20%231/orienteret", {"sag": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/sager/%C3%85se%20%26%20Bo%20%231?gjort=orienteret",
    )
    assert store.get(agent).cases[0].window_ends_on is not None
