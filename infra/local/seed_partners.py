"""Seeds RenoSyd: a partner with the history that the sample figures belong to, through the services that staff use.

Source: DOMAIN section 3's golden case, 2024-03-01..2024-09-30 and open from then on. The decisions and the people are
made up for the demonstration.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chalicelib.common.clock import system_clock
from chalicelib.common.errors import Conflict
from chalicelib.partners import daily, service, store
from chalicelib.partners.agreements import Partner, Terms
from chalicelib.partners.forecasts import store as forecasts
from chalicelib.partners.forecasts.weeks import Week
from chalicelib.partners.periods import Period
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import Decision, ItemType, Meeting

RENOSYD = Partner(
    partner_id="renosyd",
    name="RenoSyd",
    cvr="12345674",
    contacts=("drift@renosyd.example", "chef@renosyd.example"),
    queue="RenoSyd",  # as events/drops/partner-kpi calls it
)
BY = "den lokale kørsel"
_FIRST_TALK = date(2024, 1, 17)
_START, _END = date(2024, 3, 1), date(2024, 9, 30)
_COVERAGE = "Opkald om affald og genbrug, hverdage kl. 8-15"
_BEGINNING = "Til demonstration: mandat til en aftale med RenoSyd om syv måneder, til og med 30. september 2024."
_GOING_ON = "Til demonstration: aftalen med RenoSyd fortsætter uden slutdato og gennemgås hvert år."


#: What RenoSyd forecast, week by week, from twelve weeks before the run's date on: about what came, and one is missing.
_WEEKS_BACK = 12
_FORECASTS: tuple[tuple[int, ...], ...] = (
    (63, 58, 55, 54, 46, 0, 0),
    (62, 57, 55, 53, 45, 0, 0),
    (64, 58, 56, 54, 47, 0, 0),
    (66, 60, 57, 56, 49, 0, 0),
    (70, 66, 63, 61, 52, 0, 0),
    (78, 74, 0, 0, 60, 0, 0),
    (88, 80, 0, 74, 70, 0, 0),
    (92, 84, 78, 75, 66, 0, 0),
    (),
    (84, 76, 72, 70, 61, 0, 0),
    (82, 75, 70, 68, 60, 0, 0),
    (80, 74, 69, 67, 59, 0, 0),
    (78, 72, 68, 66, 57, 0, 0),
    (78, 71, 67, 65, 57, 0, 0),
    (74, 69, 65, 63, 55, 0, 0),
    (74, 69, 64, 62, 54, 0, 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DayInThePast:
    """A clock that stands at the morning of a day."""

    day: date

    def now(self) -> datetime:
        return datetime.combine(self.day, time(8), UTC)

    def today(self) -> date:
        return self.day


def seed() -> None:
    """Enter RenoSyd and what had happened to it by the run's date, unless it is known already."""
    if store.get(RENOSYD.partner_id) is not None:  # in a kept state the pages have the word
        return
    today = system_clock.today()
    service.register(RENOSYD, by=BY, clock=_DayInThePast(day=min(_FIRST_TALK, today)))
    for day, happen in _HISTORY:
        if day <= today:
            happen(_DayInThePast(day=day))
    if today >= _START:
        _forecast(Week.of(today))


def _begin(clock: _DayInThePast) -> None:
    terms = Terms(
        period=Period(start=_START, end=_END),
        review_date=None,
        coverage=_COVERAGE,
        calls_per_month=1300,
        price_per_call_oere=2450,
    )
    mandate = _decide(_BEGINNING, clock=clock)
    service.propose(RENOSYD.partner_id, terms, by=BY, clock=clock)
    service.activate(RENOSYD.partner_id, decision_id=mandate, by=BY, clock=clock)


def _go_on(clock: _DayInThePast) -> None:
    mandate = _decide(_GOING_ON, clock=clock)
    service.extend(
        RENOSYD.partner_id,
        until=None,
        review_date=_END + timedelta(days=365),
        expected=1350,
        price_per_call_oere=2450,
        decision_id=mandate,
        by=BY,
        clock=clock,
    )


def _note_the_end(clock: _DayInThePast) -> None:
    daily.run(clock=clock)


_HISTORY: tuple[tuple[date, Callable[[_DayInThePast], None]], ...] = (
    (date(2024, 2, 21), _begin),
    (date(2024, 9, 18), _go_on),
    (_END + timedelta(days=1), _note_the_end),
)


def _forecast(this_week: Week) -> None:
    """Give the forecasts that a partner would have given, each in the week before; one was put right, one forgotten."""
    for weeks, calls_per_day in enumerate(_FORECASTS, start=-_WEEKS_BACK):
        week = this_week.plus(weeks)
        told_on = min(week.plus(-1).first_day, system_clock.today())
        if calls_per_day and week.first_day >= _START:
            _put(week, calls_per_day, told_on)
            if weeks == 0:
                _put(week, (*calls_per_day[:4], calls_per_day[4] + 15, *calls_per_day[5:]), told_on)


def _put(week: Week, calls_per_day: tuple[int, ...], told_on: date) -> None:
    by = f"partner:{RENOSYD.partner_id}"
    forecasts.put(RENOSYD.partner_id, week, calls_per_day, by=by, clock=_DayInThePast(day=told_on))


def _decide(text: str, *, clock: _DayInThePast) -> str:
    """Register a meeting of the day, if there is none, with a decision; return the decision's id."""
    day = clock.today()
    with suppress(Conflict):
        decisions.add_meeting(Meeting(day=day, host="Til demonstration", registered_by=BY, registered_at=clock.now()))
    items = {each.item for each in decisions.of_meeting(day)}
    item = max(items, default=0) + 1
    decision_id = decisions.decision_id(day, item)
    decisions.add(
        Decision(
            decision_id=decision_id,
            meeting=day,
            item=item,
            type=ItemType.DECISION,
            text=text,
            registered_by=BY,
            registered_at=clock.now(),
        )
    )
    return decision_id
