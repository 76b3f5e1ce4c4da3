"""Ids of one agent stand in a row: no forks, no loops, no two at a time; and what is said can be undone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access.people import Person, Role
from chalicelib.cases import naming, refusals, renaming, service, steps, store
from chalicelib.cases.dossier import Dossier, Event, Step
from chalicelib.cases.dossier_json import dossier_from_json, dossier_to_json
from chalicelib.common.clock import Clock
from chalicelib.common.errors import AppError, Conflict
from chalicelib.common.months import Month
from chalicelib.rulebook import book
from tests import faults
from tests.cases.dossiers import ALIAS, LEADER, act, ground
from tests.conftest import EmulatedAWS

NOVEMBER = Month(2024, 11)
TODAY = act(date(2025, 1, 5), LEADER)
BY = Person(address=LEADER, role=Role.LEADER, municipality_code="741")
STAFF = Person(address="s@ddh.example", role=Role.SECRETARIAT)
OLD, NEW = Dossier(agent="A-1", alias=ALIAS), Dossier(agent="B-2", alias="b" * 32)


@pytest.fixture
def rules(aws: EmulatedAWS) -> None:
    """The rules by which mails are sent."""
    book.seed()


def said(old: Dossier, new: Dossier, **changes: Any) -> tuple[Step, Step] | None:
    facts: dict[str, Any] = {"last_month": NOVEMBER, "first_month": NOVEMBER.next(), "is_elsewhere": False} | changes
    return naming.renamed(old, new, municipality_code="741", act=TODAY, **facts)


def renamed(old: Dossier, new: Dossier) -> tuple[Dossier, Dossier]:
    told = said(old, new)
    assert told is not None
    return told[0].dossier, told[1].dossier


def test_both_dossiers_say_it_with_who_and_when_and_keep_it_stored() -> None:
    told = said(OLD, NEW)
    assert told is not None

    for step, other, what in zip(told, ("B-2", "A-1"), (Event.RENAMED, Event.FORMERLY), strict=True):
        (entry,), (renaming,) = step.entries, step.dossier.renamings
        assert (entry.what, entry.act, entry.renaming) == (what, TODAY, renaming)
        assert (renaming.other, renaming.municipality_code) == (other, "741")
        assert (renaming.said_by, renaming.said_on) == (LEADER, TODAY.on)
        assert dossier_from_json(dossier_to_json(step.dossier)) == step.dossier


def test_what_is_said_again_changes_nothing() -> None:
    assert said(*renamed(OLD, NEW)) is None


def test_names_may_stand_in_a_row_and_each_is_found_from_each() -> None:
    old, new = renamed(OLD, NEW)
    new, newest = renamed(new, Dossier(agent="C-3"))
    dossiers = {each.agent: each for each in (old, new, newest)}

    assert [naming.all_names(agent, dossiers) for agent in dossiers] == [("A-1", "B-2", "C-3")] * 3
    assert naming.former_names("C-3", dossiers) == ("B-2", "A-1")
    assert naming.later_names("A-1", dossiers) == ("B-2", "C-3")


@pytest.mark.parametrize(
    ("old", "new", "changes", "refusal"),
    [
        (OLD, OLD, {}, refusals.SameName),
        (renamed(OLD, NEW)[0], Dossier(agent="C-3"), {}, refusals.RenamedAlready),
        (Dossier(agent="C-3"), renamed(OLD, NEW)[0], {}, refusals.RenamedAlready),
        (Dossier(agent="C-3"), renamed(OLD, NEW)[1], {}, refusals.NameTaken),
        (replace(OLD, stopped_on=TODAY.on), NEW, {}, refusals.NameStopped),
        (OLD, replace(NEW, stopped_on=TODAY.on), {}, refusals.NameStopped),
        (OLD, NEW, {"is_elsewhere": True}, refusals.NameElsewhere),
        (OLD, NEW, {"first_month": NOVEMBER}, refusals.NamesOverlap),
        (OLD, NEW, {"first_month": NOVEMBER.previous()}, refusals.NamesOverlap),
    ],
    ids=[
        "itself",
        "a fork",
        "a renamed one",
        "a taken one",
        "old stopped",
        "new stopped",
        "elsewhere",
        "both",
        "before",
    ],
)
def test_two_agents_are_not_made_one(old: Dossier, new: Dossier, changes: Any, refusal: type[AppError]) -> None:
    with pytest.raises(refusal):
        said(old, new, **changes)


def test_an_id_without_a_month_yet_may_be_said_ahead() -> None:
    assert said(OLD, NEW, first_month=None) is not None


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE"), st.booleans()), max_size=25))
def test_whatever_is_said_and_undone_names_stay_rows(words: list[tuple[str, str, bool]]) -> None:
    dossiers = {agent: Dossier(agent=agent) for agent in "ABCDE"}
    for old, new, is_undone in words:
        with suppress(AppError):
            before = (dossiers[old], dossiers[new])
            told = naming.undone(*before, reason="Fejl", act=TODAY) if is_undone else said(*before)
            for step in told or ():
                dossiers[step.dossier.agent] = step.dossier

    for agent in dossiers:
        names = naming.all_names(agent, dossiers)
        assert len(set(names)) == len(names)
        assert all(naming.all_names(name, dossiers) == names for name in names)


def test_undone_both_are_agents_of_their_own_and_the_history_says_why() -> None:
    first, second = naming.undone(*renamed(OLD, NEW), reason=" Tastefejl ", act=TODAY)

    for step, was in ((first, OLD), (second, NEW)):
        assert replace(step.dossier, version=0) == was
        assert (step.entries[0].what, step.entries[0].reason) == (Event.NAME_UNDONE, "Tastefejl")


def test_what_was_never_said_is_not_undone_and_nothing_without_a_reason() -> None:
    old, new = renamed(OLD, NEW)
    with pytest.raises(refusals.NotRenamed):
        naming.undone(OLD, NEW, reason="Tastefejl", act=TODAY)
    with pytest.raises(refusals.NotRenamed):
        naming.undone(old, renamed(Dossier(agent="C-3"), NEW)[1], reason="Tastefejl", act=TODAY)
    with pytest.raises(refusals.ReasonMissing):
        naming.undone(old, new, reason=" ", act=TODAY)


def rename(old: str = "A-1", new: str = "B-2", *, clock: Clock) -> None:
    renaming.rename(old, new, last_month=NOVEMBER, first_month=None, is_elsewhere=False, by=BY, clock=clock)


def test_both_are_written_or_neither(rules: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    commit_together = store.commit_together

    def after_somebody_else(*args: Any, **rest: Any) -> None:
        before = store.get("B-2")
        step = steps.proposed(before, ground=ground(), act=TODAY)
        assert step is not None
        commit_together([(before, step)])
        commit_together(*args, **rest)

    with monkeypatch.context() as patched:
        patched.setattr(store, "commit_together", after_somebody_else)
        with pytest.raises(Conflict):
            rename(clock=clock)
    assert store.get("A-1").version == 0

    rename(clock=clock)
    assert list(store.of_agents_by_all_names(["A-1"])) == ["A-1", "B-2"]


def test_of_two_who_say_it_at_once_one_wins(rules: None, clock: Clock) -> None:
    first, second, new = store.get("A-1"), store.get("C-3"), store.get("B-2")
    told, also_told = said(first, new), said(second, new)
    assert told is not None
    assert also_told is not None
    store.commit_together([(first, told[0]), (new, told[1])])

    with pytest.raises(Conflict):
        store.commit_together([(second, also_told[0]), (new, also_told[1])])
    with pytest.raises(refusals.NameTaken):
        rename("C-3", clock=clock)
    assert store.get("C-3").version == 0


def test_whose_answer_was_lost_knows_that_both_are_stored(rules: None, clock: Clock) -> None:
    with faults.answer_lost_at(1):
        rename(clock=clock)

    assert store.get("A-1").version == store.get("B-2").version == 1
    assert renaming.undo("B-2", "Tastefejl", by=STAFF, clock=clock) == "A-1"
    assert store.get("A-1").renamings == ()


def test_an_agent_is_stopped_by_a_leader_of_the_municipality_that_it_is_in_alone(rules: None, clock: Clock) -> None:
    with pytest.raises(refusals.NotTheirAgent):
        service.stop("A-1", now_in=("250", "751"), by=BY, clock=clock)
    assert store.get("A-1").version == 0

    service.stop("A-1", now_in=("250", "741"), by=BY, clock=clock)
    assert store.get("A-1").stopped_on == clock.today()
