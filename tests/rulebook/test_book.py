"""The rulebook in DynamoDB: seeded once, added to, never edited."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.rulebook import book
from chalicelib.rulebook.book import Registration
from chalicelib.rulebook.rules import RuleName


def test_the_seed_holds_every_rule_with_the_decision_it_rests_on(aws: Any) -> None:
    added = book.seed()

    rules = book.load().rules
    assert len(rules) == added
    assert {rule.name for rule in rules} == set(RuleName)
    assert all(rule.decision_id for rule in rules)
    assert all(rule.note.startswith("[A]") == (rule.decision_id == "antagelse") for rule in rules)


def test_seeding_again_changes_nothing(aws: Any) -> None:
    book.seed()
    before = book.load()

    assert book.seed() == 0
    assert book.load() == before


def test_a_rule_is_superseded_and_never_edited(aws: Any) -> None:
    book.seed()
    target = book.load().in_force(RuleName.FCR_TARGET_PERCENT, Month(2024, 10))

    book.add(replace(target, value=65, in_force_from=date(2025, 4, 1), decision_id="2025-01-29/4"))
    with pytest.raises(Conflict, match="findes allerede"):
        book.add(replace(target, value=50))

    assert book.load().in_force(RuleName.FCR_TARGET_PERCENT, Month(2025, 3)).value == 60
    assert book.load().in_force(RuleName.FCR_TARGET_PERCENT, Month(2025, 4)).value == 65


def test_the_history_of_a_rule_says_who_registered_what_and_when(aws: Any) -> None:
    book.seed()
    seeded = book.load().in_force(RuleName.FCR_TARGET_PERCENT, date(2025, 1, 1))
    raised = replace(seeded, value=65, in_force_from=date(2025, 4, 1), decision_id="2025-01-29/4")
    registration = Registration(by="s@ddh.example", at=datetime(2025, 1, 30, 9, 0, tzinfo=UTC))

    book.add(raised, registration)

    assert book.history(RuleName.FCR_TARGET_PERCENT) == ((seeded, None), (raised, registration))
