"""When a member may leave, and what the answers of those who left come to.

A membership ends at a quarter's end, with the notice of the agreement. Answers are added up from a least number of
them on, so that nobody's answer can be read off; free text is never added up.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.common.danish import long_date
from chalicelib.common.errors import Refused
from chalicelib.common.months import Month, months_later


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A member's notice to leave. `request_id` is the request that its membership came from, if we know it."""

    municipality_code: str
    last_day: date
    notice_months: int
    given_by: str
    given_on: date
    given_at: datetime
    request_id: str | None
    has_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitAnswer:
    """What one member answered when it left. `reasons` are keys of the rule `exit_reasons`."""

    municipality_code: str
    last_day: date
    reasons: tuple[str, ...]
    text: str
    may_interview: bool
    answered_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSummary:
    """The answers together; `count_by_reason` is None while there are too few of them."""

    answers: int
    minimum: int
    count_by_reason: Mapping[str, int] | None


class LastDayNotAllowed(Refused):
    """Raised when a membership can't end that day; names the first day on which it can."""

    code = "last_day_not_allowed"

    def __init__(self, *, earliest: date, notice_months: int) -> None:
        super().__init__(
            f"Et medlemskab ophører ved udgangen af et kvartal, med {notice_months} måneders varsel. "
            f"Den tidligste sidste dag er {long_date(earliest)}."
        )
        self.earliest = earliest


def last_days(today: date, *, notice_months: int, count: int) -> tuple[date, ...]:
    """Return the next `count` days on which a membership can end, when notice is given today."""
    notice_over = months_later(today, notice_months)
    months = (Month.of(notice_over).plus(ahead) for ahead in range(3 * count + 3))
    ends = [month.last_day for month in months if _ends_a_quarter(month)]
    return tuple(day for day in ends if day >= notice_over)[:count]


def check_last_day(wanted: date, *, today: date, notice_months: int) -> date:
    """Return `wanted` when a membership can end that day.

    Raises:
        LastDayNotAllowed: it is no quarter's end, or within the notice.
    """
    (earliest,) = last_days(today, notice_months=notice_months, count=1)
    month = Month.of(wanted)
    if wanted < earliest or not _ends_a_quarter(month) or wanted != month.last_day:
        raise LastDayNotAllowed(earliest=earliest, notice_months=notice_months)
    return wanted


def summary(answers: Sequence[ExitAnswer], *, reasons: Collection[str], minimum: int) -> ExitSummary:
    """Return how often each reason was given; nothing but the number of answers while there are too few."""
    if len(answers) < minimum:
        return ExitSummary(answers=len(answers), minimum=minimum, count_by_reason=None)
    counted = Counter(reason for answer in answers for reason in set(answer.reasons))
    shown = dict.fromkeys(reasons, 0) | dict(counted)
    return ExitSummary(answers=len(answers), minimum=minimum, count_by_reason=shown)


def _ends_a_quarter(month: Month) -> bool:
    return month.number % 3 == 0
