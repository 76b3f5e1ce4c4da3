"""Which rules of the rulebook an evaluation of a month goes by, and what it records of them."""

from __future__ import annotations

from typing import Any

from chalicelib.common.months import Month
from chalicelib.evaluation.rules import Policy
from chalicelib.rulebook.rules import RuleBook, RuleName

_USED = (RuleName.FCR_TARGET_PERCENT, RuleName.MINIMUM_ANSWERED_CALLS, RuleName.SMALL_SAMPLE_GUARD)


def policy_for(month: Month, book: RuleBook) -> Policy:
    """Return the policy of the rules in force for the month."""
    guard = book.in_force(RuleName.SMALL_SAMPLE_GUARD, month).value
    return Policy(
        target_percent=book.in_force(RuleName.FCR_TARGET_PERCENT, month).value,
        minimum_answered=book.in_force(RuleName.MINIMUM_ANSWERED_CALLS, month).value,
        guard_level_permille=guard["level_permille"] if guard["on"] else None,
    )


def rules_used(month: Month, book: RuleBook) -> dict[str, Any]:
    """Return the rule values, their dates and decisions, by rule name, as the ledger keeps them."""
    return {str(name): book.in_force(name, month).as_used() for name in _USED}
