"""Whatever people and figures do to a dossier, in whatever order: what must hold of it holds."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.cases import steps, stopping, training
from chalicelib.cases.dossier import OPEN, TRANSITIONS, Dossier, Entry, Event, Instruction, State, Step
from chalicelib.cases.proofs import ProofKind
from chalicelib.common.errors import AppError
from tests.cases.dossiers import LEADER, STAFF, act, ground

_DAYS = st.integers(0, 20)
_DECISIONS = st.sampled_from([Event.PAUSED, Event.DECLINED, Event.UPHELD, Event.LIFTED])
_BY_A_PERSON = {Event.PAUSED, Event.DECLINED, Event.UPHELD, Event.LIFTED}


def _is_open(life: Life) -> bool:
    return life.dossier.open_case is not None


class Life(RuleBasedStateMachine):
    """One agent's dossier, with each step tried at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.dossier = Dossier(agent="A-1")
        self.entries: list[Entry] = []
        self.today = date(2025, 1, 5)

    def _take(self, step: Step | None) -> None:
        if step is None:
            return
        before = self.dossier
        assert [entry.number for entry in step.entries] == list(
            range(before.version + 1, before.version + 1 + len(step.entries))
        )
        for case in before.cases:
            after = step.dossier.case(case.number)
            assert after is not None
            assert after.state is case.state or after.state in TRANSITIONS[case.state]
        self.dossier = step.dossier
        self.entries += step.entries

    @initialize(is_paused=st.booleans(), is_upheld=st.booleans())
    def begins(self, is_paused: bool, is_upheld: bool) -> None:
        """Half of the lives begin in a pause, upheld or not, so that what follows from one is seen often."""
        if is_paused:
            self.is_proposed("2024-10")
            self.mail_is_accepted()
            self.time_passes(20)
            self.somebody_decides(Event.PAUSED, "Fordi", ())
        if is_paused and is_upheld:
            self.ground_falls_away(1)
            self.somebody_decides(Event.UPHELD, "Fordi", ())

    @rule(days=_DAYS)
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(first=st.sampled_from(["2024-10", "2024-11", "2025-01", "2025-09"]))
    def is_proposed(self, first: str) -> None:
        with suppress(AppError):
            stopped_on = self.dossier.stopped_on
            self._take(steps.proposed(self.dossier, ground=ground(first), act=act(self.today, "system")))
            if stopped_on is not None and ground(first).month.first_day <= stopped_on:
                assert self.dossier.open_case is None, "nothing opens about who had stopped by then"
                assert self.dossier.stopped_on == stopped_on

    @precondition(_is_open)
    @rule()
    def mail_is_accepted(self) -> None:
        self._take(steps.window_opened(self.dossier, days=14, act=act(self.today, "system")))

    @precondition(_is_open)
    @rule(what=st.sampled_from([Event.COMMENTED, Event.CONTESTED, Event.AGREED]), text=st.sampled_from(["", "Fordi"]))
    def municipality_speaks(self, what: Event, text: str) -> None:
        with suppress(AppError):
            self._take(steps.remarked(self.dossier, what=what, text=text, act=act(self.today, LEADER)))

    @precondition(_is_open)
    @rule(
        what=_DECISIONS,
        reason=st.sampled_from(["Fordi", "Fordi", ""]),
        own=st.sampled_from([(), ("250",), ("741",)]),
    )
    def somebody_decides(self, what: Event, reason: str, own: tuple[str, ...]) -> None:
        before = self.dossier
        try:
            step = steps.decided(before, what=what, reason=reason, own=own, now_in=(), act=act(self.today))
        except AppError:
            return
        case = before.open_case
        assert case is not None
        assert reason
        assert "741" not in own
        if case.state is State.PROPOSED:
            over = case.window_ends_on is not None and self.today > case.window_ends_on
            assert over or any(remark.what is Event.AGREED for remark in case.remarks)
        self._take(step)

    @precondition(_is_open)
    @rule(number=st.integers(1, 3))
    def ground_falls_away(self, number: int) -> None:
        case = self.dossier.case(number)
        step = steps.ground_removed(self.dossier, number=number, act=act(self.today, "system"))
        if case is not None and any(each.case == number and each.what is Event.UPHELD for each in self.entries):
            assert step is None, "a person said that the pause stands"
        self._take(step)
        again = steps.ground_removed(self.dossier, number=number, act=act(self.today, "system"))
        assert again is None, "the same fact told twice"

    @rule(kind=st.sampled_from(ProofKind), before=st.sampled_from([-1, 0, 30, 60, 200]))
    def proof_is_registered(self, kind: ProofKind, before: int) -> None:
        taken_on = self.today - timedelta(days=before)
        with suppress(AppError):
            self._take(
                training.registered(
                    self.dossier,
                    proof_id=f"{kind.value}{taken_on}",
                    municipality_code="741",
                    kind=kind,
                    taken_on=taken_on,
                    source="Kursusbevis",
                    act=act(self.today, LEADER),
                )
            )

    @precondition(lambda self: any(proof.is_waiting for proof in self.dossier.proofs))
    @rule(verifies=st.sampled_from([True, True, False]))
    def proof_is_settled(self, verifies: bool) -> None:
        for proof in self.dossier.proofs:
            if proof.is_waiting and verifies:
                step = training.verified(self.dossier, proof_id=proof.proof_id, own=(), now_in=(), act=act(self.today))
                (taken,) = steps.back_if_trained([step], [], act=act(self.today))
                self._take(taken)
            elif proof.is_waiting:
                refused = training.refused(
                    self.dossier, proof_id=proof.proof_id, reason="Ulæseligt", own=(), now_in=(), act=act(self.today)
                )
                self._take(refused)

    @precondition(_is_open)
    @rule(number=st.integers(1, 3))
    def instruction_is_confirmed(self, number: int) -> None:
        with suppress(AppError):
            self._take(steps.confirmed(self.dossier, number=number, act=act(self.today, STAFF)))

    @precondition(lambda self: self.today > date(2025, 6, 1))
    @rule()
    def agent_stops(self) -> None:
        with suppress(AppError):
            self._take(stopping.stopped(self.dossier, municipality_code="741", act=act(self.today, LEADER)))

    @precondition(lambda self: self.dossier.stopped_on is not None)
    @rule()
    def stop_is_undone(self) -> None:
        when = act(self.today)
        step = stopping.undone(self.dossier, municipality_code="741", reason="Fejl", act=when)
        (taken,) = steps.back_if_trained([step], [self.dossier], act=when)
        self._take(taken)

    @invariant()
    def at_most_one_case_is_open(self) -> None:
        assert sum(case.is_open for case in self.dossier.cases) <= 1

    @invariant()
    def every_pause_was_a_person_s_decision_with_a_reason(self) -> None:
        for case in self.dossier.cases:
            if case.paused_on is None:
                assert case.state not in {State.PAUSED, State.REOPENED, State.REINSTATED, State.LIFTED}
                continue
            assert len(case.ground.months) == 3
            decided = [each for each in self.entries if each.case == case.number and each.what in _BY_A_PERSON]
            assert any(each.what is Event.PAUSED for each in decided)
            assert all(each.reason and each.act.by == STAFF for each in decided)

    @invariant()
    def who_came_back_has_both_proofs_from_step_1_on(self) -> None:
        for case in self.dossier.cases:
            if case.state is State.REINSTATED:
                assert case.settled_on is not None
                assert steps.is_trained([self.dossier], case, by=case.settled_on)

    @invariant()
    def nobody_stays_paused_who_has_both_proofs(self) -> None:
        case = self.dossier.open_case
        if case is not None and case.state is State.PAUSED:
            assert not steps.is_trained([self.dossier], case, by=self.today)

    @invariant()
    def the_telephony_is_told_what_holds(self) -> None:
        for case in self.dossier.cases:
            told = [each.instruction for each in case.instructions if not each.void]
            if case.state in OPEN and case.paused_on is not None:
                assert told == [Instruction.TAKE_OFF]
            if case.state in (State.REINSTATED, State.LIFTED):
                assert told[-1] is Instruction.PUT_BACK

    @invariant()
    def at_most_one_instruction_waits(self) -> None:
        for case in self.dossier.cases:
            assert sum(each.is_open for each in case.instructions) <= 1

    @invariant()
    def replaying_a_proposal_changes_nothing(self) -> None:
        case = self.dossier.open_case
        if case is not None:
            assert steps.proposed(self.dossier, ground=case.ground, act=act(self.today)) is None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
