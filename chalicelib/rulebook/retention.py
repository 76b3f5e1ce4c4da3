"""How long what is known of persons is kept: which months are over and done with on a day.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from datetime import date

from chalicelib.common.months import Month, months_later
from chalicelib.rulebook.rules import RuleBook, RuleName


def last_erased_month(today: date, months: int) -> Month:
    """Return the latest month whose last day lies at least so many months back; what is older is erased with it."""
    month = Month.of(today).plus(-months)
    return month if months_later(month.last_day, months) <= today else month.previous()


def last_erased(book: RuleBook, today: date) -> Month:
    """Return the latest month whose persons are erased, by the rule in force today.

    Raises:
        NoRuleInForce: nobody decided yet how long persons' figures are kept.
    """
    return last_erased_month(today, book.in_force(RuleName.RETENTION_MONTHS, today).value)
