"""The life of a case: each step from where it is allowed, refused by name from elsewhere; only a person pauses."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.cases import refusals, steps, stopping, training
from chalicelib.cases.dossier import TRANSITIONS, Event, Instruction, State
from chalicelib.cases.proofs import ProofKind
from tests.cases.dossiers import LEADER, Following, act, ground

TOLD = date(2025, 1, 6)
LAST_DAY = date(2025, 1, 20)
AFTER = date(2025, 1, 21)


@pytest.fixture
def following() -> Following:
    return Following()


def test_a_proposal_never_pauses_however_long_it_waits(following: Following) -> None:
    following.proposed()
    following.told()

    case = following.dossier.open_case
    assert case is not None
    assert case.state is State.PROPOSED
    assert case.instructions == ()


def test_the_same_proposal_again_is_nothing_new(following: Following) -> None:
    following.proposed()

    assert steps.proposed(following.dossier, ground=ground(), act=act(AFTER)) is None


def test_an_agent_has_one_open_case(following: Following) -> None:
    following.proposed()

    with pytest.raises(refusals.ProposalStands):
        steps.proposed(following.dossier, ground=ground("2024-11"), act=act(AFTER))


@pytest.mark.parametrize("what", [Event.PAUSED, Event.DECLINED])
def test_a_decision_waits_until_the_municipality_has_had_its_days(following: Following, what: Event) -> None:
    following.proposed()
    with pytest.raises(refusals.WindowOpen):  # the mail isn't accepted yet: the days don't even run
        following.decided(what, date(2025, 3, 1))
    following.told(TOLD)
    with pytest.raises(refusals.WindowOpen):
        following.decided(what, LAST_DAY)

    following.decided(what, AFTER)

    assert following.history[-1] is what


def test_the_days_run_from_the_first_acceptance(following: Following) -> None:
    following.proposed()
    following.told(TOLD)

    assert steps.window_opened(following.dossier, days=14, act=act(AFTER)) is None
    case = following.dossier.open_case
    assert case is not None
    assert case.window_ends_on == LAST_DAY


def test_who_agrees_needs_no_days_and_may_think_better_of_it(following: Following) -> None:
    following.proposed()
    following.told(TOLD)
    following.took(steps.remarked(following.dossier, what=Event.AGREED, text="", act=act(TOLD, LEADER)))
    agreed = following.dossier
    contest = act(date(2025, 1, 7), LEADER)
    following.took(steps.remarked(agreed, what=Event.CONTESTED, text="Nyt telefonsystem", act=contest))
    with pytest.raises(refusals.WindowOpen):
        following.decided(Event.PAUSED, date(2025, 1, 8))

    following.dossier = agreed
    following.decided(Event.PAUSED, date(2025, 1, 8))

    assert following.history[-1] is Event.PAUSED


def test_a_contest_has_a_reason_and_a_comment_a_text(following: Following) -> None:
    following.proposed()
    for what in (Event.CONTESTED, Event.COMMENTED):
        with pytest.raises(refusals.ReasonMissing):
            steps.remarked(following.dossier, what=what, text=" \n", act=act(TOLD, LEADER))


@pytest.mark.parametrize("what", [Event.PAUSED, Event.DECLINED, Event.UPHELD, Event.LIFTED])
def test_nobody_decides_about_their_own_municipality_or_without_a_reason(following: Following, what: Event) -> None:
    following.proposed()
    following.told(TOLD)
    if what in (Event.UPHELD, Event.LIFTED):
        following.decided(Event.PAUSED, AFTER)
        following.took(steps.ground_removed(following.dossier, number=1, act=act(AFTER)))

    with pytest.raises(refusals.OwnMunicipality):
        following.decided(what, AFTER, own=("250", "741"))
    with pytest.raises(refusals.ReasonMissing):
        following.decided(what, AFTER, reason=" ")


def test_a_pause_orders_the_agent_off_the_queue_and_the_confirmation_is_kept(following: Following) -> None:
    case = following.paused().open_case
    assert case is not None
    assert [each.instruction for each in case.instructions] == [Instruction.TAKE_OFF]
    following.took(steps.confirmed(following.dossier, number=1, act=act(AFTER, LEADER)))

    with pytest.raises(refusals.NothingToConfirm):
        steps.confirmed(following.dossier, number=1, act=act(AFTER, LEADER))
    case = following.dossier.case(1)
    assert case is not None
    assert (case.instructions[0].confirmed_on, case.instructions[0].confirmed_by) == (AFTER, LEADER)


def test_both_verified_proofs_bring_a_paused_agent_back(following: Following) -> None:
    following.paused()
    following.trained(ProofKind.E_LEARNING)
    assert following.dossier.open_case is not None, "one is not enough"

    following.trained(ProofKind.PHYSICAL)

    case = following.dossier.case(1)
    assert case is not None
    assert case.state is State.REINSTATED
    assert [each.instruction for each in case.instructions if each.is_open] == [Instruction.PUT_BACK]
    assert following.history[-2:] == [Event.PROOF_VERIFIED, Event.REINSTATED]


@pytest.mark.parametrize(("taken", "counts"), [(date(2024, 9, 30), False), (date(2024, 10, 1), True)])
def test_a_proof_counts_from_the_first_day_of_the_month_of_step_1(
    following: Following, taken: date, counts: bool
) -> None:
    following.registered("before-the-case", ProofKind.PHYSICAL, taken=taken)
    following.paused()
    following.trained(ProofKind.E_LEARNING)
    following.verified("before-the-case")

    assert (following.dossier.open_case is None) is counts


def test_a_proof_that_could_not_count_for_the_open_case_is_not_taken(following: Following) -> None:
    following.paused()

    with pytest.raises(refusals.ProofTooEarly, match="trin 1 i oktober 2024"):
        following.registered("p", taken=date(2024, 9, 30))
    following.registered("p", taken=date(2024, 10, 1))


def test_one_proof_of_a_kind_and_day_waits_at_a_time(following: Following) -> None:
    following.registered("p", ProofKind.PHYSICAL)

    with pytest.raises(refusals.ProofTwice):
        following.registered("q", ProofKind.PHYSICAL)
    following.registered("q", ProofKind.E_LEARNING)
    following.took(
        training.refused(following.dossier, proof_id="p", reason="Et andet navn", own=(), now_in=(), act=act(AFTER))
    )
    following.registered("r", ProofKind.PHYSICAL)

    assert [each.proof_id for each in following.dossier.proofs if each.is_waiting] == ["q", "r"]


def test_a_proof_that_is_registered_but_not_verified_counts_for_nothing(following: Following) -> None:
    following.paused()
    following.trained(ProofKind.E_LEARNING)
    registered = training.registered(
        following.dossier,
        proof_id="p",
        municipality_code="741",
        kind=ProofKind.PHYSICAL,
        taken_on=date(2024, 12, 1),
        source="Deltagerliste",
        act=act(AFTER, LEADER),
    )
    following.took(registered)
    assert following.dossier.open_case is not None

    following.took(
        training.refused(following.dossier, proof_id="p", reason="Et andet navn", own=(), now_in=(), act=act(AFTER))
    )

    assert following.dossier.open_case is not None
    with pytest.raises(refusals.ProofSettled):
        training.verified(following.dossier, proof_id="p", own=(), now_in=(), act=act(AFTER))


def test_nobody_is_paused_who_has_both_proofs(following: Following) -> None:
    following.proposed()
    following.told(TOLD)
    for kind in ProofKind:
        following.trained(kind, verified=date(2025, 1, 15))

    with pytest.raises(refusals.AlreadyTrained):
        following.decided(Event.PAUSED, AFTER)
    following.decided(Event.DECLINED, AFTER)


def test_a_correction_withdraws_a_proposal_and_reopens_a_pause(following: Following) -> None:
    following.proposed()
    withdrawn = steps.ground_removed(following.dossier, number=1, act=act(AFTER))
    assert withdrawn is not None
    assert withdrawn.dossier.open_case is None

    following.told(TOLD)
    following.decided(Event.PAUSED, AFTER)
    following.took(steps.ground_removed(following.dossier, number=1, act=act(AFTER)))

    case = following.dossier.open_case
    assert case is not None
    assert case.state is State.REOPENED
    assert steps.ground_removed(following.dossier, number=1, act=act(AFTER)) is None, "again it is nothing new"


@pytest.mark.parametrize(("what", "state"), [(Event.UPHELD, State.PAUSED), (Event.LIFTED, State.LIFTED)])
def test_a_person_decides_a_reopened_case(following: Following, what: Event, state: State) -> None:
    following.paused()
    following.took(steps.ground_removed(following.dossier, number=1, act=act(AFTER)))

    following.decided(what, date(2025, 2, 1))

    case = following.dossier.case(1)
    assert case is not None
    assert case.state is state
    off = [each for each in case.instructions if each.instruction is Instruction.TAKE_OFF]
    assert len(off) == 1, "the agent is off the queue already"


def test_a_withdrawn_proposal_may_be_made_anew_by_a_later_correction(following: Following) -> None:
    following.proposed()
    following.took(steps.ground_removed(following.dossier, number=1, act=act(AFTER)))

    following.took(steps.proposed(following.dossier, ground=ground(), act=act(AFTER)))

    case = following.dossier.open_case
    assert case is not None
    assert case.number == 2


def test_who_has_stopped_has_nothing_open(following: Following) -> None:
    following.paused()
    following.took(stopping.stopped(following.dossier, municipality_code="741", act=act(AFTER, LEADER)))

    assert following.dossier.open_case is None
    assert not any(each.is_open for case in following.dossier.cases for each in case.instructions)
    with pytest.raises(refusals.Stopped):
        stopping.stopped(following.dossier, municipality_code="741", act=act(AFTER, LEADER))


def test_every_state_can_be_reached_and_every_settled_one_is_the_end() -> None:
    reached = {State.PROPOSED}.union(*TRANSITIONS.values())

    assert reached == set(State) == set(TRANSITIONS)
