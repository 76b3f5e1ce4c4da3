"""How an agreement goes on: the partner wishes it, the steering group decides, and a new period starts the day after.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.common.acts import Act
from chalicelib.partners import refusals
from chalicelib.partners.agreements import Agreement, Answer, Event, ExtensionRequest, Partnership, State, Step
from chalicelib.partners.periods import next_after
from chalicelib.partners.steps import check_free, check_mandate, check_near, check_period, happened, with_answer
from chalicelib.rulebook.meetings import Decision


def asked_before(partnership: Partnership, *, key: str, until: date, calls_per_month: int) -> ExtensionRequest | None:
    """Return the wish that was put under this key; the same again is the same wish.

    Raises:
        KeyUsed: it was another wish.
    """
    before = next((each for each in partnership.extension_requests if each.key == key), None)
    if before is not None and (before.until, before.calls_per_month) != (until, calls_per_month):
        raise refusals.KeyUsed
    return before


def asked(partnership: Partnership, *, key: str, until: date, calls_per_month: int, act: Act) -> Step:
    """The partner wishes to go on until a day.

    Raises:
        NotRunning, OpenEnded: there is no last day to go beyond.
        NotLonger, TooFarAhead: it lasts as long already, or the day is absurdly far ahead.
        AlreadyAsked: another wish waits.
    """
    latest = _running(partnership, today=act.on)
    _check_longer(latest, until)
    check_near(until, today=act.on)
    if partnership.open_request:
        raise refusals.AlreadyAsked(partnership.open_request.asked_on)
    request = ExtensionRequest(key=key, until=until, calls_per_month=calls_per_month, asked_by=act.by, asked_on=act.on)
    after = replace(partnership, extension_requests=(*partnership.extension_requests, request))
    return happened(Event.EXTENSION_ASKED, after, act, agreement=latest.number)


def extended(
    partnership: Partnership,
    *,
    until: date | None,
    review_date: date | None,
    calls_per_month: int,
    price_per_call_oere: int | None,
    decision: Decision,
    act: Act,
) -> Step:
    """It goes on, until a day or open: a new agreement from the day after the last one's end, under its own mandate.

    Raises:
        NotRunning, OpenEnded: there is no last day to go beyond.
        NotLonger, ReviewDateNeeded, ReviewDateNotNeeded, TooFarAhead: the new period isn't one.
        NotAMandate: the item is no decision, or is taken later than today.
    """
    latest = _running(partnership, today=act.on)
    if until is not None:
        _check_longer(latest, until)
    period = next_after(latest.period, until=until)
    check_period(period, review_date=review_date, today=act.on)
    check_mandate(decision, act)
    check_free(partnership, period)
    terms = replace(
        latest.terms,
        period=period,
        review_date=review_date,
        calls_per_month=calls_per_month,
        price_per_call_oere=price_per_call_oere,
    )
    agreement = Agreement(
        number=len(partnership.agreements) + 1, terms=terms, state=State.ACTIVE, mandate=decision.decision_id
    )
    return happened(
        Event.EXTENDED,
        with_answer(partnership.with_agreement(agreement), Answer.GRANTED),
        act,
        agreement=agreement.number,
        decision_id=decision.decision_id,
    )


def declined(partnership: Partnership, *, decision: Decision, reason: str, act: Act) -> Step:
    """The steering group declined the wish; the agreement runs out as agreed.

    Raises:
        NothingAsked: no wish waits.
        NotAMandate: the item is no decision, or is taken later than today.
        ReasonMissing: the partner must be told why.
    """
    if partnership.open_request is None:
        raise refusals.NothingAsked
    check_mandate(decision, act)
    if not reason.strip():
        raise refusals.ReasonMissing
    return happened(
        Event.EXTENSION_DECLINED,
        with_answer(partnership, Answer.DECLINED),
        act,
        reason=reason,
        decision_id=decision.decision_id,
    )


def _running(partnership: Partnership, *, today: date) -> Agreement:
    """Return the last agreement, which still has days to run."""
    latest = partnership.latest
    if latest is None or latest.state is not State.ACTIVE:
        raise refusals.NotRunning
    if latest.period.end is None:
        raise refusals.OpenEnded(latest.terms.review_date)
    if latest.period.end < today:
        raise refusals.NotRunning
    return latest


def _check_longer(latest: Agreement, until: date) -> None:
    assert latest.period.end is not None
    if until <= latest.period.end:
        raise refusals.NotLonger(latest.period.end)
