"""What is past the retention period goes from a dossier, and nothing while any of the agent's ids has an open case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.cases import naming, past, store
from chalicelib.cases.dossier import Dossier, Entry, Event, Renaming
from chalicelib.cases.effects import effects
from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from tests.cases.dossiers import LEADER, Following, act
from tests.conftest import EmulatedAWS

SAID_ON = date(2025, 2, 1)
LAST_DAY = date(2025, 3, 31)


def _name(other: str) -> Renaming:
    return Renaming(other=other, municipality_code="741", said_by=LEADER, said_on=SAID_ON)


def _left(dossier: Dossier, *others: Dossier) -> Dossier | None:
    """Return what is left when the agent has rows under the last of the ids alone."""
    said = Entry(number=dossier.version, what=Event.RENAMED, act=act(SAID_ON, LEADER), renaming=dossier.renamings[0])
    found = past.past(dossier, [said], others=others, last_day=LAST_DAY, has_rows=lambda agent: agent == "N-1")
    return found.left


def test_names_stay_on_both_sides_while_either_id_has_an_open_case() -> None:
    old = replace(Following().paused(), renamed_to=_name("N-1"))
    new = Dossier(agent="N-1", version=1, formerly=_name("A-1"))

    left = {each.agent: each for each in (_left(old, new), _left(new, old)) if each is not None}

    assert left == {"A-1": old, "N-1": new}
    under_all = [left[name] for name in naming.all_names("N-1", left)]
    assert effects(under_all, month=Month(2028, 3), evaluated_on=date(2028, 4, 5)).is_paused


def test_names_of_long_ago_go_on_both_sides_when_no_case_is_open() -> None:
    old, new = Dossier(agent="A-1", version=1, renamed_to=_name("N-1")), Dossier(agent="N-1", formerly=_name("A-1"))

    assert (_left(old, new), _left(replace(new, version=1), old)) == (None, None)


def test_what_was_erased_is_not_written_back_by_whoever_read_it_before(aws: EmulatedAWS) -> None:
    following = Following()
    first = following.registered("p")
    store.shorten(store.get("A-1"), first)
    before = store.get("A-1")
    store.shorten(before, replace(before, proofs=()))

    with pytest.raises(Conflict):
        store.shorten(before, before)
    assert store.get("A-1").proofs == ()
