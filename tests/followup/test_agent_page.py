"""An agent's page: the months with why, and what the agent's own leaders say and register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import look_log
from chalicelib.access.people import Person
from chalicelib.cases import service, store
from chalicelib.cases.dossier import Event, State
from chalicelib.cases.proofs import ProofKind
from chalicelib.evaluation import reading
from tests.access.looks import looks_at
from tests.cases.dossiers import seen
from tests.conftest import SettableClock
from tests.evaluation.hotline import DECEMBER, HIGH, JANUARY, LOW, OCTOBER, Hotline, mail, mail_ids
from tests.evaluation.test_following import fill
from tests.evaluation.test_proposals import AGENT, latest, move_to, pause, propose_anew
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, Visitor, leader_of

PAGE = f"/opfoelgning/751/{AGENT}"
LEADER = leader_of("751")
FORMS: Mapping[str, Mapping[str, str]] = {
    "svar": {"svar": "contested", "tekst": "Telefonerne var nede"},
    "beviser": {"bevis": "0" * 32, "slags": "physical", "dato": "02-01-2025", "kilde": "Kursusbevis"},
    "udfoert": {"sag": "1"},
    "stoppet": {"sikker": "ja"},
}


@pytest.fixture
def leader(site: Site, proposed: Hotline) -> Visitor:
    return site.signed_in(LEADER)


def send(visitor: Visitor, form: str, page: str = PAGE, **changes: str) -> int:
    """Send a form of the page as it is shown now."""
    return visitor.post(f"{page}/{form}", {"udgave": str(seen(AGENT)), **FORMS[form], **changes}).status_code


def errors_of(text: str) -> dict[str, str]:
    found = re.findall(r'id="felt-([a-z]+)-fejl"><span class="sr-only">Fejl: </span>([^<]*)<', text)
    return {name: unescape(message) for name, message in found}


def test_each_month_is_shown_with_outcome_why_rules_and_source(leader: Visitor) -> None:
    text = leader.get(PAGE).text

    assert text.index("december 2024") < text.index("november 2024") < text.index("oktober 2024")
    assert "Trin 3: pause foreslået" in text
    assert "Tre måneder under målet, samlet med sikkerhed" in text
    assert re.search(r"Mål 60 % \([^)]+\)", text)
    assert re.search(r"Sikkerhed: højst 2,5 % risiko for tilfældighed \([^)]+\)", text)
    assert "2024-Q4.xlsx, ark Oktober 2024, række 5" in text
    assert text.count('fill="#cc0000"') == 3


def test_the_page_says_what_can_be_done_and_when_teaching_is(leader: Visitor) -> None:
    text = unescape(leader.get(PAGE).text)

    assert "Det kan I gøre nu" in text
    assert "https://elearning.ddh.example/straksafklaring" in text
    assert "14. januar 2025 og 11. februar 2025, kl. 9–15, Viborg Rådhus" in text
    assert "Det sker der så" not in text, "of a proposal the case tells"


def test_nobody_is_asked_to_answer_by_a_day_that_has_passed(leader: Visitor, clock: SettableClock) -> None:
    service.open_window(AGENT, clock=clock)
    assert "Svar senest 19. januar 2025" in unescape(leader.get(PAGE).text)

    move_to(clock, date(2025, 1, 20))

    text = unescape(leader.get(PAGE).text)
    assert "Svar senest" not in text
    assert "Sekretariatet skal afgøre sagen" in text


def test_the_page_says_what_happens_at_a_step_and_nothing_where_nothing_is_to_be_done(
    site: Site, hotline: Hotline
) -> None:
    fill(hotline, OCTOBER, k751={AGENT: LOW, "751-002": HIGH})
    hotline.evaluate_up_to(OCTOBER)
    leader = site.signed_in(LEADER)

    assert "Ligger agenten også under målet i november 2024, bliver det trin 2." in unescape(leader.get(PAGE).text)
    assert "Det kan I gøre nu" not in leader.get("/opfoelgning/751/751-002").text


@pytest.mark.parametrize(
    "person", [leader_of("190"), CHAIR, STEERING_GROUP], ids=["another leader", "chair", "steering group"]
)
def test_nobody_else_sees_the_page_or_acts_on_it(site: Site, proposed: Hotline, person: Person) -> None:
    visitor, before = site.signed_in(person), store.get(AGENT)

    assert visitor.get(PAGE).status_code == 404
    assert [send(visitor, form) for form in FORMS] == [404] * len(FORMS)
    assert store.get(AGENT) == before
    assert looks_at(AGENT) == ()


def test_an_agent_of_another_municipality_does_not_exist_here(site: Site, leader: Visitor) -> None:
    other = "/opfoelgning/751/190-001"

    assert leader.get(other).status_code == 404
    assert [send(leader, form, other) for form in FORMS] == [404] * len(FORMS)
    assert store.get("190-001").proofs == ()
    assert looks_at("190-001") == ()


def test_the_secretariat_reads_but_speaks_for_nobody(site: Site, proposed: Hotline) -> None:
    staff = site.signed_in(SECRETARIAT)

    assert f"{PAGE}/svar" not in staff.get(PAGE).text
    assert [send(staff, form) for form in FORMS] == [404] * len(FORMS)


def test_each_look_is_noted_before_the_page_is_shown(
    leader: Visitor, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader.get(PAGE)
    assert [(each.who, each.at, each.municipality_code) for each in looks_at(AGENT)] == [
        (LEADER.address, clock.now(), "751")
    ]

    def unreachable(**_named: object) -> None:
        raise PutError

    monkeypatch.setattr(look_log, "note", unreachable)
    answer = leader.get(PAGE)
    assert answer.status_code == 503
    assert AGENT not in answer.text


def test_a_contest_is_kept_with_its_reason_and_told_to_the_secretariat(leader: Visitor) -> None:
    assert send(leader, "svar") == 303

    (remark,) = latest().remarks
    assert (remark.what, remark.text, remark.by) == (Event.CONTESTED, "Telefonerne var nede", LEADER.address)
    assert [mail(each).to for each in mail_ids() if each.startswith("case_")] == [("sekretariat@ddh.example",)]
    assert "Telefonerne var nede" in leader.get(PAGE).text


def test_a_leader_may_agree_without_a_word_but_not_contest_without_a_reason(leader: Visitor) -> None:
    refused = leader.post(f"{PAGE}/svar", {"udgave": "1", "svar": "contested", "tekst": " "})
    assert refused.status_code == 422
    assert errors_of(refused.text) == {"tekst": "Skriv, hvad I vil sige til sekretariatet."}
    nothing = leader.post(f"{PAGE}/svar", {"udgave": "1", "svar": "paused", "tekst": "Skrevet i forvejen"})
    assert set(errors_of(nothing.text)) == {"svar"}
    assert "Skrevet i forvejen</textarea>" in nothing.text

    assert send(leader, "svar", svar="agreed", tekst="") == 303
    assert latest().is_agreed


def test_nobody_agrees_to_a_proposal_that_they_did_not_see(
    leader: Visitor, proposed: Hotline, clock: SettableClock
) -> None:
    shown = str(re.search(r'name="udgave" value="([0-9]+)"', leader.get(PAGE).text)[1])  # type: ignore[index]
    propose_anew(proposed, clock)

    answer = leader.post(f"{PAGE}/svar", {"udgave": shown, "svar": "agreed", "tekst": "Efter aftale"})

    assert answer.status_code == 409
    assert "Der er sket noget i sagen, siden du åbnede siden" in answer.text
    assert "Efter aftale</textarea>" in answer.text, "nothing typed is lost"
    assert not latest().is_agreed


def test_what_is_decided_can_be_commented_on_and_no_more(leader: Visitor, clock: SettableClock) -> None:
    pause(clock)

    assert 'value="contested"' not in leader.get(PAGE).text
    assert send(leader, "svar") == 409
    assert send(leader, "svar", svar="commented") == 303


def test_neither_agents_nor_what_is_said_of_them_end_in_a_log(
    leader: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="ddh")

    leader.get("/opfoelgning/751")
    leader.get(PAGE)
    for form in FORMS:
        send(leader, form)

    written = "".join(str(vars(record)) for record in caplog.records if record.name == "ddh")
    assert "/svar" in written
    for personal in (AGENT, "Telefonerne var nede", "Kursusbevis", LEADER.address):
        assert personal not in written


def test_a_proof_sent_twice_is_one_proof(leader: Visitor) -> None:
    form = re.search(r'name="bevis" value="([0-9a-f]{32})"', leader.get(PAGE).text)
    assert form is not None

    assert [send(leader, "beviser", bevis=form[1]) for _ in range(2)] == [303, 303]

    (proof,) = store.get(AGENT).proofs
    assert (proof.kind, proof.taken_on, proof.source, proof.municipality_code) == (
        ProofKind.PHYSICAL,
        date(2025, 1, 2),
        "Kursusbevis",
        "751",
    )
    assert "Venter på sekretariatet" in leader.get(PAGE).text


def test_a_proof_that_cannot_be_taken_says_why_by_its_fields(leader: Visitor) -> None:
    empty = leader.post(f"{PAGE}/beviser", {"bevis": "1" * 32})
    assert (empty.status_code, set(errors_of(empty.text))) == (422, {"slags", "dato", "kilde"})
    ahead = leader.post(f"{PAGE}/beviser", {**FORMS["beviser"], "dato": "01-02-2025"})
    assert (ahead.status_code, set(errors_of(ahead.text))) == (422, {"dato"})
    assert send(leader, "beviser", bevis="../x") == 400
    assert store.get(AGENT).proofs == ()


def test_a_refused_proof_shows_why(leader: Visitor, clock: SettableClock) -> None:
    send(leader, "beviser")
    service.refuse_proof(
        AGENT, "0" * 32, "Beviset er fra et andet kursus", seen=seen(AGENT), now_in=(), by=SECRETARIAT, clock=clock
    )

    assert "Beviset er fra et andet kursus" in leader.get(PAGE).text


def test_a_leader_confirms_that_the_agent_is_off_the_queue_once(leader: Visitor, clock: SettableClock) -> None:
    assert send(leader, "udfoert") == 409
    pause(clock)

    assert f"{PAGE}/udfoert" in leader.get(PAGE).text
    assert send(leader, "udfoert") == 303
    assert send(leader, "udfoert") == 409
    (told,) = latest().instructions
    assert told.confirmed_by == LEADER.address


def test_an_agent_who_stopped_ends_the_case_when_the_leader_is_sure(leader: Visitor) -> None:
    assert send(leader, "stoppet", sikker="") == 422
    assert latest().state is State.PROPOSED

    assert send(leader, "stoppet") == 303
    assert latest().state is State.CLOSED
    text = leader.get(PAGE).text
    assert "Agenten er stoppet den 5. januar 2025." in text
    assert f"{PAGE}/stoppet" not in text
    assert send(leader, "stoppet") == 409


def test_what_happened_in_another_municipality_stays_there(proposed: Hotline, site: Site, clock: SettableClock) -> None:
    send(site.signed_in(LEADER), "svar", tekst="Ord fra Aarhus")
    send(site.signed_in(LEADER), "beviser", kilde="Bevis fra Aarhus")
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY, k751={"751-002": LOW, "751-003": HIGH}, k190={"190-001": LOW, AGENT: LOW})
    proposed.evaluate_up_to(JANUARY)

    new = site.signed_in(leader_of("190"))
    text = new.get(f"/opfoelgning/190/{AGENT}").text

    assert "januar 2025" in text
    for elsewhere in ("december 2024", "Ord fra Aarhus", "Bevis fra Aarhus", LEADER.address, "Sagen om en pause"):
        assert elsewhere not in text
    assert send(new, "svar", f"/opfoelgning/190/{AGENT}") == 404
    assert send(new, "udfoert", f"/opfoelgning/190/{AGENT}") == 409
    assert len(latest().remarks) == 1


def test_an_agent_whose_case_is_open_has_a_page_however_old_the_months_are(
    proposed: Hotline, leader: Visitor, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(clock)
    months_of = reading.months_of
    newer = [replace(months_of("751")[-1], month=JANUARY, lines=())]
    monkeypatch.setattr(
        reading, "months_of", lambda code, most=12: (*months_of(code), *newer)[-(1 if most == 12 else most) :]
    )

    text = leader.get(PAGE).text

    assert "december 2024" in text
    assert f'href="{PAGE}"' in leader.get("/opfoelgning/751").text
    assert leader.get("/opfoelgning/751/751-003").status_code == 404
    assert "751-003" not in leader.get("/opfoelgning/751").text
    assert send(leader, "beviser") == 303


@pytest.mark.parametrize("form", ["svar", "beviser", "stoppet"])
def test_a_form_that_went_well_says_so_first_and_has_the_focus(leader: Visitor, form: str) -> None:
    answer = leader.post(f"{PAGE}/{form}", {"udgave": str(seen(AGENT)), **FORMS[form]})

    shown = leader.get(answer.headers["Location"]).text
    assert 'role="status" tabindex="-1" autofocus' in shown
    assert shown.index('role="status"') < shown.index("<h1>")
    assert 'role="status"' not in leader.get(f"{PAGE}?gjort=noget").text


def test_the_days_to_answer_are_told_to_the_municipality_as_its_own(
    site: Site, leader: Visitor, clock: SettableClock
) -> None:
    assert "I har mindst 14 dage fra mailen til at svare." in leader.get(PAGE).text
    assert "Kommunen er ikke orienteret endnu." in site.signed_in(SECRETARIAT).get(PAGE).text

    service.open_window(AGENT, clock=clock)
    assert "I kan svare til og med den 19. januar 2025." in leader.get(PAGE).text


def test_several_proofs_that_wait_are_one_line_and_the_history_tells_them_apart(leader: Visitor) -> None:
    for number, kind in enumerate(("physical", "e_learning")):
        send(leader, "beviser", bevis=str(number) * 32, slags=kind)

    text = leader.get(PAGE).text
    assert text.count("Sekretariatet skal se på 2 beviser") == 1
    assert "Bevis registreret: E-læring, 2. januar 2025" in text


def test_an_agent_s_id_may_hold_any_letters(proposed: Hotline, site: Site) -> None:
    fill(proposed, DECEMBER, k751={AGENT: LOW, "Åse & Bo #1": LOW})
    proposed.ask("751", DECEMBER)
    proposed.drain()
    leader, page = site.signed_in(LEADER), "/opfoelgning/751/%C3%85se%20%26%20Bo%20%231"

    assert f'href="{page}"' in leader.get("/opfoelgning/751").text
    assert "Agent Åse &amp; Bo #1" in leader.get(page).text
    sent = leader.post(f"{page}/beviser", FORMS["beviser"])
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{page}?gjort=beviser")
    assert len(store.get("Åse & Bo #1").proofs) == 1
