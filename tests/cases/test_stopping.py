"""That an agent stopped can be undone: what it closed is as it was, and nothing else opens again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.cases import refusals, steps, stopping
from chalicelib.cases.dossier import Dossier, Event, State
from chalicelib.cases.dossier_json import dossier_from_json, dossier_to_json, entry_from_json, entry_to_json
from chalicelib.cases.effects import effects
from chalicelib.cases.proofs import ProofKind
from chalicelib.common.months import Month
from tests.cases.dossiers import LEADER, Following, act, ground

STOPPED, UNDONE = date(2025, 2, 10), date(2025, 2, 20)


def confirmed(following: Following) -> None:
    following.paused()
    following.took(steps.confirmed(following.dossier, number=1, act=act(date(2025, 1, 26))))


def reopened(following: Following) -> None:
    following.paused()
    following.took(steps.ground_removed(following.dossier, number=1, act=act(date(2025, 2, 1))))


def stop(following: Following) -> None:
    following.took(stopping.stopped(following.dossier, municipality_code="741", act=act(STOPPED, LEADER)))
    assert dossier_from_json(dossier_to_json(following.dossier)) == following.dossier


def undo(dossier: Dossier, reason: str = "Tastefejl") -> Dossier:
    step = stopping.undone(dossier, municipality_code="741", reason=reason, act=act(UNDONE))
    (entry,) = step.entries
    assert (entry.what, entry.reason, entry.municipality_code) == (Event.STOP_UNDONE, "Tastefejl", "741")
    assert entry_from_json(entry_to_json(entry)) == entry
    return step.dossier


@pytest.mark.parametrize(
    ("begin", "state"),
    [
        (lambda following: None, None),
        (Following.proposed, State.PROPOSED),
        (Following.paused, State.PAUSED),
        (confirmed, State.PAUSED),
        (reopened, State.REOPENED),
    ],
    ids=["no case", "proposed", "paused", "carried out", "reopened"],
)
def test_undone_everything_is_as_it_was(begin: Callable[[Following], object], state: State | None) -> None:
    following = Following()
    begin(following)
    before = following.dossier
    stop(following)

    after = undo(following.dossier, " Tastefejl ")

    assert replace(after, version=before.version) == before
    assert after.open_case is None if state is None else after.cases[-1].state is state


def test_a_case_closed_by_an_earlier_stop_stays_closed() -> None:
    following = Following()
    following.proposed()
    stop(following)
    later = steps.proposed(following.dossier, ground=ground("2025-02"), act=act(date(2025, 5, 5)))
    assert later is not None
    following.took(later)
    following.took(steps.ground_removed(following.dossier, number=2, act=act(date(2025, 5, 6))))
    following.took(stopping.stopped(following.dossier, municipality_code="741", act=act(date(2025, 5, 7), LEADER)))

    assert [case.state for case in undo(following.dossier).cases] == [State.CLOSED, State.WITHDRAWN]


def test_who_got_both_proofs_meanwhile_comes_back() -> None:
    following = Following()
    following.paused()
    stop(following)
    for kind in ProofKind:
        following.trained(kind, verified=date(2025, 2, 15))
    step = stopping.undone(following.dossier, municipality_code="741", reason="Tastefejl", act=act(UNDONE))

    (taken,) = steps.back_if_trained([step], [following.dossier], act=act(UNDONE))

    assert [entry.what for entry in taken.entries] == [Event.STOP_UNDONE, Event.REINSTATED]
    assert taken.dossier.cases[-1].state is State.REINSTATED


def test_only_a_stop_is_undone_and_with_a_reason() -> None:
    following = Following()
    with pytest.raises(refusals.NotStopped):
        undo(following.dossier)
    stop(following)
    with pytest.raises(refusals.ReasonMissing):
        undo(following.dossier, " ")


def test_a_proposal_about_who_had_stopped_by_then_opens_nothing_and_counts_anew() -> None:
    following = Following()
    following.took(stopping.stopped(following.dossier, municipality_code="741", act=act(date(2025, 1, 2), LEADER)))

    after = following.proposed(date(2025, 1, 5))

    assert (after.open_case, after.stopped_on) == (None, date(2025, 1, 2))
    assert following.history == [Event.STOPPED, Event.PROPOSED, Event.CLOSED]
    assert following.proposed(date(2025, 1, 6)) == after, "told again it is nothing new"
    found = effects([after], month=Month(2025, 2), evaluated_on=date(2025, 3, 5))
    assert found.reset_on == date(2025, 1, 5), "no proposal waits for ever that nobody can decide"


def test_a_proposal_that_a_stop_closed_at_once_is_open_when_the_stop_is_undone() -> None:
    following = Following()
    following.took(stopping.stopped(following.dossier, municipality_code="741", act=act(date(2025, 1, 2), LEADER)))
    following.proposed(date(2025, 1, 5))

    undone = stopping.undone(following.dossier, municipality_code="741", reason="Fejl", act=act(date(2025, 1, 7)))

    case = undone.dossier.open_case
    assert case is not None
    assert (case.number, case.state) == (1, State.PROPOSED)


def test_figures_after_the_stop_say_that_the_agent_is_back_and_the_history_says_so() -> None:
    following = Following()
    following.took(stopping.stopped(following.dossier, municipality_code="741", act=act(date(2024, 11, 30), LEADER)))

    after = following.proposed(date(2025, 1, 5))

    assert after.open_case is not None
    assert after.stopped_on is None
    assert following.history == [Event.STOPPED, Event.CAME_BACK, Event.PROPOSED]
