"""An agent who changed name is one agent: months, steps and decisions follow from id to id, and back again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.access.people import Person, Role
from chalicelib.cases import lists, refusals, service, store
from chalicelib.cases import renaming as cases_renaming
from chalicelib.cases.dossier import Event, State
from chalicelib.cases.proofs import ProofKind
from chalicelib.cases.work import Kind
from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.evaluation import reading
from chalicelib.evaluation import service as evaluation_service
from chalicelib.evaluation.reading import Line
from chalicelib.evaluation.requests import LIVE
from chalicelib.followup import renaming
from infra.local import aws as emulator
from tests.cases.dossiers import seen
from tests.conftest import SettableClock
from tests.evaluation.hotline import DECEMBER, HIGH, JANUARY, LOW, NOVEMBER, OCTOBER, Hotline, digest, mail, mail_ids
from tests.evaluation.test_following import fill, outcomes
from tests.evaluation.test_proposals import AGENT, LEADER, STAFF, latest, move_to, pause, proposed

__all__ = ["proposed"]

NEW, NEWEST = "751-901", "751-902"
REST = {"751-002": HIGH, "751-003": HIGH}


def rename(hotline: Hotline, old: str = AGENT, new: str = NEW, *, by: Person = LEADER) -> None:
    renaming.rename(old, new, by=by, clock=hotline.clock)
    hotline.drain()


def undo(hotline: Hotline, new: str = NEW) -> None:
    renaming.undo(new, "Det var en anden medarbejder", by=STAFF, clock=hotline.clock)
    hotline.drain()


def month_of(hotline: Hotline, month: Month, agent: str = AGENT, code: str = "751") -> None:
    """Fill a month in which nobody but this agent is below target."""
    usual = {"k190": {"190-002": HIGH}, "k240": {"240-001": HIGH}, "k751": dict(REST)}
    usual[f"k{code}"][agent] = LOW
    fill(hotline, month, **usual)


def ledger() -> list[Line]:
    return [line for month in (OCTOBER, NOVEMBER, DECEMBER, JANUARY) for line in reading.lines(LIVE, month)]


def steps_of(*agents: str) -> list[str]:
    return [line.outcome.value for line in ledger() if line.agent in agents]


@pytest.fixture
def changed(hotline: Hotline) -> Hotline:
    """An agent has been below for two months, and for a third under a new id that nobody has told of."""
    month_of(hotline, OCTOBER)
    month_of(hotline, NOVEMBER)
    month_of(hotline, DECEMBER, NEW)
    hotline.evaluate_up_to(DECEMBER)
    return hotline


def test_a_renamed_agent_goes_on_where_the_old_id_stood_and_one_correction_tells_it(changed: Hotline) -> None:
    told = mail_ids()
    assert steps_of(AGENT, NEW) == ["step_1", "step_2", "step_1"]

    rename(changed)

    assert steps_of(AGENT, NEW) == ["step_1", "step_2", "step_3_pause_proposed"]
    new = sorted(each for each in set(mail_ids()) - set(told) if not each.startswith("case_"))
    assert new == ["correction-copy_2024-12_751_r2", "correction_2024-12_751_r2"]
    (change,) = mail("correction_2024-12_751_r2").facts["changes"]
    assert (change["agent"], change["was"]["step"], change["now"]["step"]) == (
        NEW,
        "Trin 1",
        "Trin 3: pause foreslået",
    )
    ground = latest(NEW).ground
    assert (ground.step_1, [each.month for each in ground.months]) == (OCTOBER, [OCTOBER, NOVEMBER, DECEMBER])


def test_before_or_after_the_evaluation_the_ledger_is_the_same(hotline: Hotline) -> None:
    ledgers = []
    for when in (NOVEMBER, DECEMBER):
        emulator.empty()
        hotline.begin_again()
        for month, agent in ((OCTOBER, AGENT), (NOVEMBER, AGENT), (DECEMBER, NEW)):
            month_of(hotline, month, agent)
            hotline.evaluate_up_to(month)
            if month == when:
                rename(hotline)
        ledgers.append(ledger())

    assert ledgers[0] == ledgers[1]


def test_a_dry_run_follows_names_and_no_decision(changed: Hotline) -> None:
    rename(changed)
    changed.drain(times=3)
    evaluation_service.start_dry_run(OCTOBER, DECEMBER, clock=changed.clock)
    changed.drain(times=3)

    (line,) = [each for each in reading.lines("dry-2024-10-2024-12", DECEMBER) if each.agent == NEW]
    assert line.outcome == "step_3_pause_proposed"


def test_said_twice_it_is_said_once(changed: Hotline) -> None:
    rename(changed)
    before = digest()

    rename(changed)
    changed.ask("751", OCTOBER)
    changed.drain(times=3)

    assert digest() == before
    assert [entry.what for entry in store.history(NEW)] == [Event.FORMERLY, Event.PROPOSED]


def test_undone_the_ledger_is_as_it_was_and_the_proposal_is_withdrawn(changed: Hotline) -> None:
    before = ledger()
    rename(changed)

    undo(changed)

    assert ledger() == before
    assert latest(NEW).state is State.WITHDRAWN
    assert [store.history(agent)[-1].what for agent in (AGENT, NEW)] == [Event.NAME_UNDONE, Event.WITHDRAWN]
    assert store.get(AGENT).renamings == store.get(NEW).renamings == ()
    assert len([each for each in mail_ids() if each.startswith("correction_")]) == 2


def test_names_in_a_row_are_one_agent_and_the_first_may_be_undone(hotline: Hotline) -> None:
    for month, agent in ((OCTOBER, AGENT), (NOVEMBER, NEW), (DECEMBER, NEWEST)):
        month_of(hotline, month, agent)
    hotline.evaluate_up_to(DECEMBER)

    rename(hotline)
    rename(hotline, NEW, NEWEST)
    assert steps_of(AGENT, NEW, NEWEST) == ["step_1", "step_2", "step_3_pause_proposed"]

    undo(hotline)
    assert steps_of(AGENT, NEW, NEWEST) == ["step_1", "step_1", "step_2"]


def test_an_id_without_a_month_hands_on_what_it_was_given_until_that_is_undone(hotline: Hotline) -> None:
    month_of(hotline, OCTOBER)
    month_of(hotline, NOVEMBER, NEWEST)
    hotline.evaluate_up_to(NOVEMBER)
    rename(hotline)
    rename_without_a_month(hotline)
    assert steps_of(AGENT, NEWEST) == ["step_1", "step_2"]

    undo(hotline)
    assert steps_of(AGENT, NEWEST) == ["step_1", "step_1"]


def rename_without_a_month(hotline: Hotline) -> None:
    """Say of NEW that it is NEWEST, as it could be said while NEW had a month."""
    cases_renaming.rename(
        NEW, NEWEST, last_month=OCTOBER, first_month=NOVEMBER, is_elsewhere=False, by=LEADER, clock=hotline.clock
    )
    hotline.ask("751", NOVEMBER)
    hotline.drain()


def test_history_follows_a_renamed_agent_to_another_municipality_and_so_do_corrections(hotline: Hotline) -> None:
    month_of(hotline, OCTOBER)
    month_of(hotline, NOVEMBER, NEW)
    month_of(hotline, DECEMBER, NEW, code="190")
    hotline.evaluate_up_to(DECEMBER)
    rename(hotline)
    assert steps_of(AGENT, NEW) == ["step_1", "step_2", "step_3_pause_proposed"]

    fill(hotline, OCTOBER, k751={**REST, AGENT: HIGH}, k190={"190-002": HIGH}, k240={"240-001": HIGH})
    hotline.ask("751", OCTOBER)
    hotline.drain()
    assert steps_of(AGENT, NEW) == ["ok", "step_1", "step_2"]


def test_a_new_id_that_turns_up_elsewhere_alone_is_somebody_else_whoever_is_evaluated_first(hotline: Hotline) -> None:
    month_of(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)
    rename(hotline)
    month_of(hotline, NOVEMBER, NEW, code="190")
    hotline.evaluate_up_to(NOVEMBER)
    assert steps_of(AGENT, NEW) == ["step_1", "step_1"]

    for code in ("751", "190", "751"):
        hotline.ask(code, OCTOBER)
        hotline.drain()
    assert steps_of(AGENT, NEW) == ["step_1", "step_1"]


def test_steps_go_on_from_a_new_id_elsewhere_that_got_none_of_the_old_one_s(hotline: Hotline) -> None:
    month_of(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)
    rename(hotline)
    month_of(hotline, NOVEMBER, NEW, code="190")
    month_of(hotline, DECEMBER, NEW)
    hotline.evaluate_up_to(DECEMBER)

    assert steps_of(AGENT, NEW) == ["step_1", "step_1", "step_2"]
    for code in ("190", "751", "190"):
        hotline.ask(code, OCTOBER)
        hotline.drain()
    assert steps_of(AGENT, NEW) == ["step_1", "step_1", "step_2"]


def test_a_pause_does_not_follow_a_wrong_name_to_another_municipality(proposed: Hotline, clock: SettableClock) -> None:
    pause(clock)
    move_to(clock, date(2025, 2, 5))
    rename(proposed)
    fill(proposed, JANUARY, k190={"190-002": HIGH, NEW: LOW}, k751=dict(REST))
    proposed.evaluate_up_to(JANUARY)

    assert outcomes(JANUARY)[NEW] == "step_1"


def test_two_ids_with_a_row_of_the_same_month_are_two_people_in_it(hotline: Hotline) -> None:
    """The leader took one for the other before the month's file came."""
    month_of(hotline, OCTOBER)
    month_of(hotline, NOVEMBER)
    hotline.evaluate_up_to(NOVEMBER)
    rename(hotline)
    fill(hotline, DECEMBER, k190={"190-002": HIGH}, k240={"240-001": HIGH}, k751={AGENT: HIGH, NEW: LOW})
    hotline.evaluate_up_to(DECEMBER)

    assert steps_of(NEW) == ["step_1"]
    assert steps_of(AGENT) == ["step_1", "step_2", "ok"]


def after_december(hotline: Hotline, clock: SettableClock, decide: Callable[[SettableClock], None]) -> list[str]:
    """The old id's proposal of December is decided in January, whose row has the new id."""
    decide(clock)
    move_to(clock, date(2025, 2, 5))
    fill(hotline, JANUARY, k751={NEW: LOW, "751-002": LOW, "751-003": HIGH})
    rename(hotline)
    hotline.evaluate_up_to(JANUARY)
    return steps_of(NEW)


def test_a_pause_of_the_old_id_is_one_of_the_new(proposed: Hotline, clock: SettableClock) -> None:
    assert after_december(proposed, clock, pause) == ["paused"]
    assert latest().state is State.PAUSED
    assert store.get(NEW).cases == ()


def test_a_proposal_that_waits_isn_t_made_twice(proposed: Hotline, clock: SettableClock) -> None:
    assert after_december(proposed, clock, lambda _: None) == ["proposal_open"]
    assert [work.agent for work in lists.waiting(Kind.DECIDE)] == ["190-001", AGENT, "751-002"]


def test_a_declined_proposal_of_the_old_id_starts_the_new_one_anew(proposed: Hotline, clock: SettableClock) -> None:
    def decline(clock: SettableClock) -> None:
        service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
        move_to(clock, date(2025, 1, 28))
        service.decide(AGENT, Event.DECLINED, "Nyt telefonsystem", seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)

    assert after_december(proposed, clock, decline) == ["step_1"]


def test_proofs_under_two_names_are_one_agent_s(hotline: Hotline, clock: SettableClock) -> None:
    move_to(clock, date(2025, 1, 3))
    for agent, kind in zip((AGENT, NEW), ProofKind, strict=True):
        service.register_proof(
            agent,
            proof_id=kind.value,
            kind=kind,
            taken_on=date(2024, 11, 12),
            source="Kursusbevis",
            by=LEADER,
            clock=clock,
        )
        service.verify_proof(agent, kind.value, seen=seen(agent), now_in=(), by=STAFF, clock=clock)
    move_to(clock, date(2025, 1, 5))
    month_of(hotline, OCTOBER)
    month_of(hotline, NOVEMBER)
    month_of(hotline, DECEMBER, NEW)
    hotline.evaluate_up_to(DECEMBER)
    rename(hotline)

    assert steps_of(AGENT, NEW) == ["step_1", "step_2", "step_1"]


def prove(agent: str, kind: ProofKind, clock: SettableClock) -> None:
    service.register_proof(
        agent, proof_id=kind.value, kind=kind, taken_on=date(2025, 1, 20), source="Bevis", by=LEADER, clock=clock
    )
    service.verify_proof(agent, kind.value, seen=seen(agent), now_in=(), by=STAFF, clock=clock)


@pytest.mark.parametrize("names", [(NEW, NEW), (AGENT, NEW), (NEW, AGENT)])
def test_proofs_under_any_name_end_the_pause_of_the_case_and_its_municipality_is_told(
    proposed: Hotline, clock: SettableClock, names: tuple[str, str]
) -> None:
    pause(clock)
    rename(proposed)

    for agent, kind in zip(names, ProofKind, strict=True):
        assert latest().state is State.PAUSED, "one is not enough"
        prove(agent, kind, clock)

    assert latest().state is State.REINSTATED
    assert [work.agent for work in lists.waiting(Kind.CARRY_OUT)] == [AGENT]
    told = [mail(each).facts for each in mail_ids() if each.startswith("case_leaders_")]
    assert [each["agent"] for each in told if each["what"] == "reinstated"] == [AGENT]


def test_nobody_is_paused_who_has_both_proofs_under_another_name(proposed: Hotline, clock: SettableClock) -> None:
    rename(proposed)
    service.remark(AGENT, Event.AGREED, "", seen=seen(AGENT), by=LEADER, clock=clock)
    move_to(clock, date(2025, 1, 25))
    for kind in ProofKind:
        prove(NEW, kind, clock)

    with pytest.raises(refusals.AlreadyTrained):
        service.decide(AGENT, Event.PAUSED, "Aftalt", seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)


def test_of_two_proofs_that_are_verified_at_once_under_two_names_one_is_verified_again(
    proposed: Hotline, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(clock)
    rename(proposed)
    commit_together = store.commit_together

    def after_somebody_else(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "commit_together", commit_together)
        prove(AGENT, ProofKind.PHYSICAL, clock)
        commit_together(*args, **rest)

    e_learning = ProofKind.E_LEARNING
    service.register_proof(
        NEW, proof_id="e", kind=e_learning, taken_on=date(2025, 1, 20), source="Bevis", by=LEADER, clock=clock
    )
    monkeypatch.setattr(store, "commit_together", after_somebody_else)
    with pytest.raises(Conflict):
        service.verify_proof(NEW, "e", seen=seen(NEW), now_in=(), by=STAFF, clock=clock)
    assert latest().state is State.PAUSED

    service.verify_proof(NEW, "e", seen=seen(NEW), now_in=(), by=STAFF, clock=clock)

    assert latest().state is State.REINSTATED


def test_a_leader_s_word_on_a_name_ends_no_pause(proposed: Hotline, clock: SettableClock) -> None:
    pause(clock)
    for kind in ProofKind:
        prove(NEW, kind, clock)

    rename(proposed)

    assert latest().state is State.PAUSED


def test_a_late_word_withdraws_the_proposal_that_the_new_id_got_meanwhile(
    proposed: Hotline, clock: SettableClock
) -> None:
    months = [JANUARY.plus(count) for count in range(3)]
    move_to(clock, date(2025, 4, 5))
    for month in months:
        fill(proposed, month, k751={NEW: LOW, "751-002": LOW, "751-003": HIGH})
    proposed.evaluate_up_to(months[-1])
    assert latest(NEW).state is State.PROPOSED

    rename(proposed)

    assert latest(NEW).state is State.WITHDRAWN
    assert latest().state is State.PROPOSED
    assert {outcomes(month)[NEW] for month in months} == {"proposal_open"}


def test_whatever_the_order_of_what_is_said_and_delivered_the_ledger_and_the_mails_are_the_same(
    hotline: Hotline,
) -> None:
    digests = set()
    for seed in (None, 1, 2):
        emulator.empty()
        hotline.begin_again()
        shuffle = None if seed is None else random.Random(seed)
        times = 1 if seed is None else 2
        for month, agent in ((OCTOBER, AGENT), (NOVEMBER, AGENT), (DECEMBER, NEW)):
            month_of(hotline, month, agent)
        hotline.evaluate_up_to(DECEMBER, times=times, shuffle=shuffle)
        for _ in range(times):
            renaming.rename(AGENT, NEW, by=LEADER, clock=hotline.clock)
        hotline.ask("751", NOVEMBER)
        hotline.ask("190", OCTOBER)
        hotline.drain(times=times, shuffle=shuffle)
        digests.add(digest())

    assert len(digests) == 1


def test_another_municipality_s_leader_renames_nobody(changed: Hotline) -> None:
    other = Person(address="leder190@kommune.example", role=Role.LEADER, municipality_code="190")

    with pytest.raises(refusals.NotTheirAgent):
        rename(changed, by=other)
    assert store.get(AGENT).version == 0
