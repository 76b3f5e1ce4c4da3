"""Proposals open cases, corrections take their ground away, and what people decide reaches the months after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from chalicelib.access.people import Person, Role
from chalicelib.cases import lists, service, store
from chalicelib.cases.dossier import Case, Event, State
from chalicelib.cases.proofs import ProofKind
from chalicelib.cases.work import Kind
from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.evaluation import proposals, reading
from chalicelib.evaluation.requests import LIVE
from tests.cases.dossiers import seen
from tests.conftest import SettableClock
from tests.evaluation.hotline import DECEMBER, HIGH, JANUARY, LOW, NOVEMBER, OCTOBER, Hotline, digest, mail, mail_ids
from tests.evaluation.test_following import fill

FEBRUARY = JANUARY.next()
STAFF = Person(address="s@ddh.example", role=Role.SECRETARIAT)
LEADER = Person(address="leder751@kommune.example", role=Role.LEADER, municipality_code="751")
AGENT = "751-001"


def outcome(month: Month, agent: str = AGENT) -> str:
    return next(line.outcome.value for line in reading.lines(LIVE, month) if line.agent == agent)


def latest(agent: str = AGENT) -> Case:
    return store.get(agent).cases[-1]


def move_to(clock: SettableClock, day: date) -> None:
    clock.set(instant=clock.now(), business_date=day)


@pytest.fixture
def proposed(hotline: Hotline, clock: SettableClock) -> Hotline:
    """Evaluated on 5 January: 751-001, 751-002 and 190-001 have been below target for three months."""
    move_to(clock, date(2025, 1, 5))
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)
    hotline.evaluate_up_to(DECEMBER)
    return hotline


def pause(clock: SettableClock, *, on: date = date(2025, 1, 25)) -> None:
    move_to(clock, date(2025, 1, 6))
    service.open_window(AGENT, clock=clock)
    move_to(clock, on)
    service.decide(AGENT, Event.PAUSED, "Aftalt med kommunen", seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)


def propose_anew(hotline: Hotline, clock: SettableClock) -> None:
    """A correction withdraws the proposal about 751-001, and another brings it back: a second case."""
    service.remove_ground(AGENT, 1, clock=clock)
    hotline.ask("751", OCTOBER)
    hotline.drain()
    assert (latest().number, latest().state) == (2, State.PROPOSED)


def test_each_proposal_is_one_case_with_its_ground_however_often_it_is_looked_at(proposed: Hotline) -> None:
    before = digest()
    for code in ("751", "190"):
        proposed.ask(code, OCTOBER)
    proposed.drain(times=3)

    assert digest() == before
    assert [work.agent for work in lists.waiting(Kind.DECIDE)] == ["190-001", "751-001", "751-002"]
    ground = latest().ground
    assert (ground.municipality_code, ground.step_1, ground.month) == ("751", OCTOBER, DECEMBER)
    assert [(each.answered, each.resolved) for each in ground.months] == [LOW, LOW, LOW]


def test_a_correction_withdraws_a_proposal_that_nobody_decided(proposed: Hotline) -> None:
    fill(proposed, NOVEMBER, k751={AGENT: HIGH, "751-002": LOW, "751-003": HIGH})
    proposed.ask("751", NOVEMBER)
    proposed.drain(times=2)

    assert latest().state is State.WITHDRAWN
    assert latest("751-002").state is State.PROPOSED
    assert outcome(DECEMBER) == "step_1"


def test_a_correction_reopens_a_pause_and_tells_both(proposed: Hotline, clock: SettableClock) -> None:
    pause(clock)
    fill(proposed, NOVEMBER, k751={AGENT: HIGH, "751-002": LOW, "751-003": HIGH})
    proposed.ask("751", NOVEMBER)
    proposed.drain(times=2)

    assert latest().state is State.REOPENED
    told = [mail(each) for each in mail_ids() if each.startswith("case_")]
    assert sorted((each.facts["what"], each.to) for each in told) == [
        ("paused", (LEADER.address,)),
        ("reopened", (LEADER.address,)),
        ("reopened", ("sekretariat@ddh.example",)),
    ]


def test_a_slow_worker_takes_no_ground_by_a_revision_that_another_replaced(
    proposed: Hotline, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(clock)
    held: list[Callable[[], None]] = []
    with monkeypatch.context() as slow:
        reconcile = proposals.reconcile
        slow.setattr(proposals, "reconcile", lambda *read, **rest: held.append(partial(reconcile, *read, **rest)))
        fill(proposed, NOVEMBER, k751={AGENT: HIGH, "751-002": LOW, "751-003": HIGH})
        proposed.ask("751", NOVEMBER)
        proposed.drain()
    fill(proposed, NOVEMBER, k751={AGENT: LOW, "751-002": LOW, "751-003": HIGH})
    proposed.ask("751", NOVEMBER)
    proposed.drain()

    with pytest.raises(Conflict):
        held[0]()

    assert outcome(DECEMBER) == "step_3_pause_proposed"
    assert latest().state is State.PAUSED


def test_a_pause_that_a_person_upheld_is_not_reopened_by_another_look(proposed: Hotline, clock: SettableClock) -> None:
    pause(clock)
    fill(proposed, NOVEMBER, k751={AGENT: HIGH, "751-002": LOW, "751-003": HIGH})
    proposed.ask("751", NOVEMBER)
    proposed.drain(times=2)
    service.decide(AGENT, Event.UPHELD, "Enige om det", seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)
    told = mail_ids()

    proposed.ask("751", NOVEMBER)
    proposed.drain(times=2)

    assert latest().state is State.PAUSED
    assert mail_ids() == told


def test_an_agent_who_stopped_and_came_back_is_counted_anew(proposed: Hotline, clock: SettableClock) -> None:
    service.stop(AGENT, now_in=["751"], by=LEADER, clock=clock)
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY)
    proposed.evaluate_up_to(JANUARY)

    assert latest().state is State.CLOSED
    assert outcome(JANUARY) == "step_1", "a proposal that nobody can decide any more doesn't wait for ever"


def test_a_declined_proposal_starts_the_counter_anew(proposed: Hotline, clock: SettableClock) -> None:
    move_to(clock, date(2025, 1, 6))
    service.open_window(AGENT, clock=clock)
    move_to(clock, date(2025, 1, 28))
    service.decide(AGENT, Event.DECLINED, "Nyt telefonsystem", seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY)
    proposed.evaluate_up_to(JANUARY)

    assert (outcome(JANUARY), outcome(JANUARY, "751-002")) == ("step_1", "proposal_open")


def test_a_pause_lasts_until_both_proofs_are_verified_and_then_the_counter_starts_anew(
    proposed: Hotline, clock: SettableClock
) -> None:
    pause(clock)
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY)
    proposed.evaluate_up_to(JANUARY)
    for kind in ProofKind:
        service.register_proof(
            AGENT,
            proof_id=kind.value,
            kind=kind,
            taken_on=date(2025, 2, 3),
            source="Kursusbevis",
            by=LEADER,
            clock=clock,
        )
        move_to(clock, date(2025, 2, 20))
        service.verify_proof(AGENT, kind.value, seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)
    move_to(clock, date(2025, 3, 5))
    fill(proposed, FEBRUARY)
    proposed.evaluate_up_to(FEBRUARY)

    assert [outcome(month) for month in (DECEMBER, JANUARY, FEBRUARY)] == ["step_3_pause_proposed", "paused", "step_1"]
    assert latest().state is State.REINSTATED
    assert [mail(each).facts["what"] for each in mail_ids() if each.startswith("case_leaders_")] == [
        "paused",
        "reinstated",
    ]


def test_a_decided_proposal_is_said_to_wait_by_nobody(proposed: Hotline, clock: SettableClock) -> None:
    pause(clock)
    move_to(clock, date(2025, 2, 5))
    fill(proposed, JANUARY)
    proposed.evaluate_up_to(JANUARY)

    summary, notice = mail("summary_2025-01"), mail("notice_2025-01_751_r1")
    assert [each["agent"] for each in summary.facts["waiting"]] == ["190-001", "751-002"]
    assert notice.facts["still_waiting"] == []
    assert [each["agent"] for each in notice.facts["lines"]] == ["751-002"]


def test_proofs_verified_before_the_evaluation_make_the_third_month_step_1_for_good(
    hotline: Hotline, clock: SettableClock
) -> None:
    move_to(clock, date(2025, 1, 3))
    for kind in ProofKind:
        service.register_proof(
            AGENT,
            proof_id=kind.value,
            kind=kind,
            taken_on=date(2024, 11, 12),
            source="Kursusbevis",
            by=LEADER,
            clock=clock,
        )
        service.verify_proof(AGENT, kind.value, seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)
    move_to(clock, date(2025, 1, 5))
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)
    hotline.evaluate_up_to(DECEMBER)
    assert (outcome(DECEMBER), outcome(DECEMBER, "751-002")) == ("step_1", "step_3_pause_proposed")

    move_to(clock, date(2025, 6, 1))
    fill(hotline, DECEMBER, k751={AGENT: (100, 31), "751-002": LOW, "751-003": HIGH})
    hotline.ask("751", DECEMBER)
    hotline.drain()

    assert outcome(DECEMBER) == "step_1"
    assert store.get(AGENT).cases == ()


def test_a_correction_after_a_decision_comes_to_what_it_came_to_before(proposed: Hotline, clock: SettableClock) -> None:
    pause(clock)
    move_to(clock, date(2025, 4, 1))
    fill(proposed, DECEMBER, k751={AGENT: (100, 29), "751-002": LOW, "751-003": HIGH})
    proposed.ask("751", DECEMBER)
    proposed.drain(times=2)

    assert outcome(DECEMBER) == "step_3_pause_proposed"
    assert latest().state is State.PAUSED
