"""When a member may leave, and what the answers of those who left come to.

A membership ends at a quarter's end, with the notice of the agreement. Answers are published together, so many at a
time that nobody's can be read off, neither from the sum nor from what an answer changed in it.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.common.danish import counted, long_date
from chalicelib.common.errors import Refused
from chalicelib.common.months import Month, months_later

#: [A] A year and a half to choose among.
DAYS_OFFERED = 6


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
    """What one member answered when it left, and at which instant. `reasons` are keys of the rule `exit_reasons`."""

    municipality_code: str
    last_day: date
    reasons: tuple[str, ...]
    text: str
    may_interview: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSummary:
    """The answers that are published; `count_by_reason` is None while there are none.

    `texts` are what they wrote in words of their own, in the alphabet's order: none says whose it is.
    """

    published: int
    minimum: int
    count_by_reason: Mapping[str, int] | None
    texts: tuple[str, ...]


class LastDayNotAllowed(Refused):
    """Raised when a membership can't end that day; names the days between which it can be chosen."""

    code = "last_day_not_allowed"

    def __init__(self, *, earliest: date, latest: date, notice_months: int) -> None:
        notice = f"{counted(notice_months, 'måneds', 'måneders')} varsel"
        super().__init__(
            f"Et medlemskab ophører ved udgangen af et kvartal, med {notice}. "
            f"Vælg en af de sidste dage fra {long_date(earliest)} til {long_date(latest)}."
        )
        self.earliest = earliest


def last_days(today: date, *, notice_months: int, count: int) -> tuple[date, ...]:
    """Return the next `count` days on which a membership can end, when notice is given today."""
    notice_over = months_later(today, notice_months)
    months = (Month.of(notice_over).plus(ahead) for ahead in range(3 * count + 3))
    ends = [month.last_day for month in months if _ends_a_quarter(month)]
    return tuple(day for day in ends if day >= notice_over)[:count]


def check_last_day(wanted: date, *, today: date, notice_months: int) -> date:
    """Return `wanted` when it is one of the days offered.

    Raises:
        LastDayNotAllowed: it is no quarter's end, within the notice, or further away than anybody plans.
    """
    offered = last_days(today, notice_months=notice_months, count=DAYS_OFFERED)
    if wanted not in offered:
        raise LastDayNotAllowed(earliest=offered[0], latest=offered[-1], notice_months=notice_months)
    return wanted


def summary(answers: Sequence[ExitAnswer], *, reasons: Collection[str], minimum: int) -> ExitSummary:
    """Return how often each reason was given, and what was written beside.

    Published are the first 3, 6, 9 … answers (`minimum` 3): who looks before and after an answer learns nothing of it.
    """
    in_order = sorted(answers, key=lambda answer: (answer.answered_at, answer.municipality_code))
    published = in_order[: len(in_order) - len(in_order) % minimum]
    if not published:
        return ExitSummary(published=0, minimum=minimum, count_by_reason=None, texts=())
    count_by_reason = Counter(reason for answer in published for reason in set(answer.reasons))
    return ExitSummary(
        published=len(published),
        minimum=minimum,
        count_by_reason=dict.fromkeys(reasons, 0) | dict(count_by_reason),
        texts=tuple(sorted(answer.text for answer in published if answer.text.strip())),
    )


def _ends_a_quarter(month: Month) -> bool:
    return month.number % 3 == 0
