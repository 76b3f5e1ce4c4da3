"""What a partner is called is its alone, however it is spelt; what was mistyped is put right, all of it or nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.acts import act
from chalicelib.common.errors import Conflict
from chalicelib.kpi import figures
from chalicelib.partners import correcting, naming, refusals, service, steps, store
from chalicelib.partners.agreements import Event, Partner, Partnership
from tests import faults
from tests.conftest import SettableClock
from tests.kpi.conftest import Desk
from tests.kpi.files import csv_bytes
from tests.partners.calling import FIGURES, RENO_DJURS, Program
from tests.partners.dealing import RENOSYD, STAFF, Dealing
from tests.partners.test_routes import NEW, PAGE, errors_of
from tests.web import CHAIR, SECRETARIAT, Site, Visitor

RIGHT: Mapping[str, str] = {"navn": "RenoSyd I/S", "cvr": "87 65 43 21", "koe": "Renosyd drift"}


def decomposed(name: str) -> str:
    """The name as file names of macOS and texts of PDFs have it: å as a and a ring."""
    return unicodedata.normalize("NFD", name)


def correct(dealing: Dealing, **changed: str) -> Partnership:
    facts = {"name": RENOSYD.name, "cvr": RENOSYD.cvr, "queue": RENOSYD.queue} | changed
    return service.correct("renosyd", **facts, by=STAFF, clock=dealing.clock)


@pytest.fixture
def secretariat(dealing: Dealing, site: Site) -> Visitor:
    return site.signed_in(SECRETARIAT)


@pytest.mark.parametrize(
    "other",
    [
        replace(RENO_DJURS, queue=decomposed("Århus Affald")),
        replace(RENO_DJURS, queue="  ÅRHUS   affald "),
        replace(RENO_DJURS, partner_id="other", name=decomposed("Værk Å")),
    ],
)
def test_a_name_is_one_partner_s_however_its_letters_are_put_together(dealing: Dealing, other: Partner) -> None:
    dealing.registered(replace(RENOSYD, name="Værk Å", queue="Århus Affald"))

    with pytest.raises(refusals.PartnerTaken):
        dealing.registered(other)

    assert len(store.all_partners()) == 1


@given(name=st.text(alphabet="aåAÅ\u030a ÆæéE\u0301ß", min_size=1), other=st.text(alphabet="aåAÅ\u030a ÆæéE\u0301ß"))
def test_who_reads_the_same_figures_makes_the_same_claim(name: str, other: str) -> None:
    mine, another = (naming.claims_of(replace(RENOSYD, queue=queue)) for queue in (name, other))

    assert (mine == another) == (figures.partner_code(name) == figures.partner_code(other))


def test_a_name_typed_in_pieces_is_kept_whole(secretariat: Visitor) -> None:
    form = {**NEW, "navn": decomposed("Ærø  Affald på Å"), "koe": decomposed(" Ærø på Å")}

    assert secretariat.post("/partnere/ny", form).headers["Location"] == "/partnere/aeroe-affald-paa-aa"

    (partnership,) = store.all_partners()
    assert (partnership.partner.name, partnership.partner.queue) == ("Ærø Affald på Å", "Ærø på Å")


@pytest.mark.parametrize(
    "queue", ["Affald: Syd", "Kø #3", "RenoSyd i alt", "I alt", "Renosyd_affald", "R\u0435noSyd", "12"]
)
def test_a_queue_that_no_file_can_name_is_refused(dealing: Dealing, secretariat: Visitor, queue: str) -> None:
    new = secretariat.post("/partnere/ny", {**NEW, "koe": queue})
    dealing.registered()
    corrected = secretariat.post(f"{PAGE}/oplysninger", {**RIGHT, "koe": queue})

    for answer in (new, corrected):
        assert (answer.status_code, list(errors_of(answer.text))) == (422, ["koe"])
    assert [each.version for each in store.all_partners()] == [1]


def test_a_new_partner_that_meets_another_conflict_is_not_told_that_its_name_is_taken(dealing: Dealing) -> None:
    dealing.active()
    step = steps.registered(RENO_DJURS, act=act(STAFF, dealing.clock))

    with pytest.raises(Conflict) as refused:
        store.commit(step, also=lambda writes: store.move_claims(writes, before=None, after=RENOSYD))

    assert (refused.value.code, "Prøv igen" in refused.value.message) == ("conflict", True)
    assert store.get("reno-djurs") is None


def test_what_was_mistyped_is_put_right_and_the_history_says_what_it_was(
    dealing: Dealing, secretariat: Visitor
) -> None:
    agreements = dealing.active().agreements

    assert secretariat.post(f"{PAGE}/oplysninger", RIGHT).headers["Location"] == PAGE

    now = dealing.now()
    assert now.partner == replace(RENOSYD, name="RenoSyd I/S", cvr="87654321", queue="Renosyd drift")
    assert now.agreements == agreements
    entry = store.history("renosyd")[-1]
    assert (entry.what, entry.act.by) == (Event.CORRECTED, SECRETARIAT.address)
    page = secretariat.get(PAGE).text
    for told in (
        "Navn »RenoSyd« er nu »RenoSyd I/S«",
        "CVR »12345678« er nu »87654321«",
        "Kø »RenoSyd« er nu »Renosyd drift«",
    ):
        assert told in page


def test_what_was_let_go_may_be_another_s_and_what_is_held_now_may_not(dealing: Dealing) -> None:
    dealing.registered()
    correct(dealing, name="RenoNord", queue="RenoNord")
    for taken in (replace(RENO_DJURS, queue="renonord"), replace(RENO_DJURS, partner_id="renonord", name="RenoNord")):
        with pytest.raises(refusals.PartnerTaken):
            dealing.registered(taken)

    dealing.registered(replace(RENO_DJURS, queue="RenoSyd"))

    with pytest.raises(refusals.PartnerTaken):
        correct(dealing)


@pytest.mark.parametrize("changed", [{"queue": "reno  DJURS"}, {"name": "Reno-Djurs"}])
def test_what_is_another_s_is_refused_and_nothing_is_let_go(dealing: Dealing, changed: dict[str, str]) -> None:
    dealing.registered(RENO_DJURS)
    dealing.registered()

    with pytest.raises(refusals.PartnerTaken):
        correct(dealing, **({"name": "RenoNord", "queue": "RenoNord"} | changed))

    assert dealing.now().partner == RENOSYD
    with pytest.raises(refusals.PartnerTaken):
        dealing.registered(replace(RENO_DJURS, partner_id="third", name="Third", queue="RenoSyd"))
    dealing.registered(replace(RENO_DJURS, partner_id="renonord", name="RenoNord", queue="RenoNord"))


def test_a_queue_that_another_took_since_it_was_read_is_refused(dealing: Dealing) -> None:
    found = dealing.registered()
    step = correcting.corrected(found, name="RenoSyd", cvr="12345678", queue="Fælles", act=act(STAFF, dealing.clock))
    assert step is not None
    after = step.partnership.partner
    dealing.registered(replace(RENO_DJURS, queue="Fælles"))

    with pytest.raises(refusals.PartnerTaken):
        store.commit(step, also=lambda writes: store.move_claims(writes, before=found.partner, after=after))


def test_a_correction_of_a_partner_that_was_changed_meanwhile_is_a_conflict(dealing: Dealing) -> None:
    found = dealing.registered()
    step = correcting.corrected(found, name="RenoSyd", cvr="12345678", queue="Fælles", act=act(STAFF, dealing.clock))
    assert step is not None
    after = step.partnership.partner
    correct(dealing, queue="Drift")

    with pytest.raises(Conflict) as refused:
        store.commit(step, also=lambda writes: store.move_claims(writes, before=found.partner, after=after))

    assert not isinstance(refused.value, refusals.PartnerTaken)
    dealing.registered(replace(RENO_DJURS, queue="Fælles"))


@pytest.mark.parametrize("name", ["RENOSYD", "Reno Syd"])
def test_a_partner_may_be_spelt_otherwise_and_keeps_its_id(dealing: Dealing, name: str) -> None:
    dealing.registered()

    assert correct(dealing, name=name, queue=name).partner == replace(RENOSYD, name=name, queue=name)

    with pytest.raises(refusals.PartnerTaken):
        dealing.registered(replace(RENO_DJURS, queue=name))


def test_the_same_correction_again_is_no_step(dealing: Dealing) -> None:
    dealing.registered()

    assert correct(dealing, queue="Drift") == correct(dealing, queue="Drift")

    assert [each.what for each in store.history("renosyd")] == [Event.REGISTERED, Event.CORRECTED]


def test_a_correction_whose_answer_was_lost_is_made_once(dealing: Dealing) -> None:
    dealing.registered()
    with faults.counted() as calls:
        correct(dealing, queue="Drift")
    written = calls.operations.index("TransactWriteItems") + 1

    with faults.answer_lost_at(written):
        correct(dealing, queue="Syd")

    assert (dealing.now().partner.queue, dealing.now().version) == ("Syd", 3)


def test_a_correction_that_is_another_s_is_told_with_what_was_typed(dealing: Dealing, secretariat: Visitor) -> None:
    dealing.registered(RENO_DJURS)
    dealing.registered()

    answer = secretariat.post(f"{PAGE}/oplysninger", {**RIGHT, "koe": "Reno Djurs"})

    assert (answer.status_code, 'value="RenoSyd I/S"' in answer.text) == (409, True)
    assert refusals.PartnerTaken().message in answer.text


def test_the_form_is_filled_with_what_holds_and_only_the_secretariat_has_it(
    dealing: Dealing, site: Site, secretariat: Visitor
) -> None:
    dealing.registered()
    chair = site.signed_in(CHAIR)

    assert 'value="RenoSyd"' in secretariat.get(PAGE).text
    assert "oplysninger" not in chair.get(PAGE).text
    assert chair.post(f"{PAGE}/oplysninger", RIGHT).status_code == 404


def test_a_partner_reads_the_figures_of_the_queue_that_it_was_corrected_to(
    program: Program, dealing: Dealing, clock: SettableClock, queued: Callable[[str], list[Any]]
) -> None:
    headings = ("Partner", "Måned", "Indkomne opkald", "Besvarede opkald", "Straksafklarede", "Gns. samtaletid")
    rows = (["Renosyd drift", "2025-01", "1000", "900", "800", "03:00"],)
    Desk(clock, queued).drop(csv_bytes(*rows, headings=headings), key="drops/partner-kpi/partnere.csv")
    assert program.get(f"{FIGURES}/2025-01").status_code == 404

    correct(dealing, queue="Renosyd drift")

    told = program.get(f"{FIGURES}/2025-01").json
    assert told is not None
    assert told["calls_offered"] == 1000


def test_a_new_partner_s_form_is_kept_when_something_else_was_written_meanwhile(
    dealing: Dealing, secretariat: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def met(*_: object, **__: object) -> None:
        raise Conflict("Noget andet blev skrevet imens. Prøv igen.")

    monkeypatch.setattr(service, "register", met)
    answer = secretariat.post("/partnere/ny", NEW)

    assert (answer.status_code, "chef@renosyd.example" in answer.text) == (409, True)
