"""A look at figures of persons leaves its trace, or isn't had."""

from __future__ import annotations

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import look_log
from tests.conftest import EmulatedAWS, SettableClock


def note(clock: SettableClock, *agents: str, code: str | None = "751") -> None:
    look_log.note(
        who="leder751@kommune.example", purpose="Opfølgning", municipality_code=code, agents=agents, clock=clock
    )


def test_each_look_at_an_agent_is_noted_also_at_the_same_instant(aws: EmulatedAWS, clock: SettableClock) -> None:
    note(clock, "751-001")
    note(clock, "751-001")
    note(clock, "751-002")

    looks = look_log.at_agent("751-001")
    assert [(each.who, each.at, each.purpose, each.municipality_code) for each in looks] == [
        ("leder751@kommune.example", clock.now(), "Opfølgning", "751")
    ] * 2
    assert look_log.at_municipality("751") == ()


def test_a_look_at_a_list_names_everybody_on_it(aws: EmulatedAWS, clock: SettableClock) -> None:
    note(clock, "751-002", "751-001")

    assert [each.agents for each in look_log.at_municipality("751")] == [("751-001", "751-002")]


def test_an_agent_named_as_a_municipality_is_still_an_agent(aws: EmulatedAWS, clock: SettableClock) -> None:
    note(clock, "751")

    assert look_log.at_municipality("751") == ()
    assert len(look_log.at_agent("751")) == 1


def test_a_look_that_cannot_be_noted_is_an_error(
    aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(row: object, **named: object) -> None:
        raise PutError("unreachable")

    monkeypatch.setattr(look_log._Row, "save", unreachable)

    with pytest.raises(PutError):
        note(clock, "751-001")
