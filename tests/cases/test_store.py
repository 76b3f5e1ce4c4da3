"""Dossiers are stored whole, with their history and what waits for a person; of two who write one wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.cases import erasing, lists, steps, stopping, store, training
from chalicelib.cases.dossier import Dossier, Event, Step
from chalicelib.cases.dossier_json import dossier_from_json, dossier_to_json
from chalicelib.cases.proofs import ProofKind
from chalicelib.cases.work import Kind, work_in
from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.runtime import settings, tables
from tests import faults
from tests.cases.dossiers import ALIAS, LEADER, Following, act, ground
from tests.conftest import EmulatedAWS

TODAY = date(2025, 1, 21)


def proposed(dossier: Dossier) -> Step:
    step = steps.proposed(dossier, ground=ground(), act=act(date(2025, 1, 5)))
    assert step is not None
    return step


def take(step: Step | None) -> Dossier:
    """Store a step onto what is stored."""
    assert step is not None
    store.commit(store.get("A-1"), step)
    return store.get("A-1")


def test_a_dossier_comes_back_as_it_was_with_its_history(aws: EmulatedAWS) -> None:
    following = Following()
    following.paused()
    for kind in ProofKind:
        following.trained(kind)
    assert dossier_from_json(dossier_to_json(following.dossier)) == following.dossier

    take(proposed(store.get("A-1")))
    dossier = take(steps.window_opened(store.get("A-1"), days=14, act=act(date(2025, 1, 6))))

    assert [entry.what for entry in store.history("A-1")] == [Event.PROPOSED, Event.WINDOW_OPENED]
    assert store.of_agents(["A-1", "B-2"]) == {"A-1": dossier}
    assert store.get("B-2", new_alias=lambda: ALIAS) == Dossier(agent="B-2", alias=ALIAS)


def test_what_waits_for_a_person_is_listed_until_it_is_done(aws: EmulatedAWS) -> None:
    take(proposed(store.get("A-1")))
    take(steps.window_opened(store.get("A-1"), days=14, act=act(date(2025, 1, 6))))
    (decision,) = lists.waiting(Kind.DECIDE)
    assert (decision.agent, decision.municipality_code, decision.since) == ("A-1", "741", date(2025, 1, 5))
    assert lists.waiting(Kind.DECIDE, municipality_code="74") == ()

    paused = steps.decided(store.get("A-1"), what=Event.PAUSED, reason="Aftalt", own=(), now_in=(), act=act(TODAY))
    take(paused)
    registered = training.registered(
        store.get("A-1"),
        proof_id="p",
        municipality_code="741",
        kind=ProofKind.E_LEARNING,
        taken_on=date(2024, 12, 1),
        source="Kursusbevis",
        act=act(TODAY, LEADER),
    )
    take(registered)

    assert lists.waiting(Kind.DECIDE) == ()
    assert [work.about for work in lists.waiting(Kind.VERIFY, municipality_code="741")] == ["p"]
    assert [work.about for work in lists.waiting(Kind.CARRY_OUT)] == ["1"]
    take(training.verified(store.get("A-1"), proof_id="p", own=(), now_in=(), act=act(TODAY)))
    take(steps.confirmed(store.get("A-1"), number=1, act=act(TODAY)))
    assert [work for kind in Kind for work in lists.waiting(kind)] == []


def test_the_lists_hold_what_the_dossier_says_after_every_step(aws: EmulatedAWS) -> None:
    following = Following()
    following.paused()
    for kind in ProofKind:
        following.trained(kind)
    whole = following.dossier

    store.commit(store.get("A-1"), Step(dossier=whole, entries=()))

    assert {work for kind in Kind for work in lists.waiting(kind)} == work_in(whole)


def test_who_has_an_open_case_of_a_municipality_is_on_its_list_whether_or_not_anything_waits(aws: EmulatedAWS) -> None:
    take(proposed(store.get("A-1")))
    take(steps.window_opened(store.get("A-1"), days=14, act=act(date(2025, 1, 6))))
    take(steps.decided(store.get("A-1"), what=Event.PAUSED, reason="Aftalt", own=(), now_in=(), act=act(TODAY)))
    take(steps.confirmed(store.get("A-1"), number=1, act=act(TODAY)))
    assert [work for kind in Kind for work in lists.waiting(kind)] == []
    assert (lists.ongoing("741"), lists.ongoing("74"), lists.ongoing("751")) == (("A-1",), (), ())

    take(stopping.stopped(store.get("A-1"), municipality_code="741", act=act(TODAY, LEADER)))

    assert lists.ongoing("741") == ()


def test_a_dossier_that_is_erased_is_on_no_list(aws: EmulatedAWS) -> None:
    take(proposed(store.get("A-1")))

    store.erase(store.get("A-1"))

    assert (lists.every_agent(), lists.ongoing("741"), lists.waiting(Kind.DECIDE)) == ((), (), ())


def test_a_dossier_from_before_there_was_the_list_comes_onto_it_the_next_night(aws: EmulatedAWS) -> None:
    take(proposed(store.get("A-1")))
    tables.connection().client.delete_item(
        TableName=settings.table_name("cases"), Key={"pk": {"S": "ongoing#741"}, "sk": {"S": "A-1"}}
    )
    before = store.get("A-1")
    assert lists.ongoing("741") == ()

    nights = [erasing.erase_until(Month(2022, 1), has_rows=lambda _: True) for _ in range(2)]

    assert nights == [0, 0]
    assert lists.ongoing("741") == ("A-1",)
    after = store.get("A-1")
    assert after == replace(before, version=before.version + 1), "written once, the second night finds it"


@pytest.fixture
def left_behind(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch) -> Dossier:
    """A case is closed by a version that doesn't know the list of what is ongoing, so its row stays."""
    take(proposed(store.get("A-1")))
    with monkeypatch.context() as here:
        for name in ("ongoing_in", "municipalities_in"):
            here.setattr(lists, name, lambda _: frozenset())
        closed = take(stopping.stopped(store.get("A-1"), municipality_code="741", act=act(TODAY, LEADER)))
    assert lists.ongoing("741") == ("A-1",)
    return closed


def test_what_a_version_without_the_list_left_on_it_goes_the_next_night(left_behind: Dossier) -> None:
    for _ in range(2):
        erasing.erase_until(Month(2022, 1), has_rows=lambda _: True)

    assert lists.ongoing("741") == ()
    assert store.get("A-1").version == left_behind.version + 1, "written once, the second night finds nothing amiss"


def test_what_a_version_without_the_list_left_on_it_goes_with_the_dossier(left_behind: Dossier) -> None:
    """T23."""
    store.erase(left_behind)

    assert (lists.every_agent(), lists.ongoing("741")) == ((), ())


def test_of_two_who_write_a_dossier_one_wins(aws: EmulatedAWS) -> None:
    before = store.get("A-1")
    store.commit(before, proposed(before))

    with pytest.raises(Conflict):
        store.commit(before, proposed(before))
    assert store.get("A-1").version == 1


def test_whose_answer_was_lost_knows_that_it_was_stored(aws: EmulatedAWS) -> None:
    before = store.get("A-1")

    with faults.answer_lost_at(1):
        store.commit(before, proposed(before))

    assert store.get("A-1").version == 1
    assert len(store.history("A-1")) == 1
