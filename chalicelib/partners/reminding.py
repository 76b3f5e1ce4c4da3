"""What is said before an agreement must be settled, or after, and the review by which one without an end goes on.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from chalicelib.common.acts import Act
from chalicelib.common.danish import long_date
from chalicelib.partners import refusals
from chalicelib.partners.agreements import Agreement, Entry, Event, Partnership, State, Step
from chalicelib.partners.steps import check_near, happened, standing

#: [A] So many days before an agreement must be settled, those whom it concerns are reminded.
REMINDER_DAYS = (60, 30)
#: [A] So many days lie between what is said of a review that is overdue.
OVERDUE_EVERY = 30


def reminder_due(partnership: Partnership, agreement: Agreement, *, today: date) -> int | None:
    """Return which reminder is due, of several the latest: 60 or 30 days before the agreement must be settled.

    A review that is overdue is spoken of the day after (-1), and then every 30 days (-31, -61, …).
    """
    if agreement.state is not State.ACTIVE or today < agreement.period.start or partnership.following(agreement):
        return None
    days_left = (agreement.settles_on - today).days
    if agreement.review_is_overdue_on(today):
        reached: int | None = -1 - (-1 - days_left) // OVERDUE_EVERY * OVERDUE_EVERY
    else:
        reached = min((days for days in REMINDER_DAYS if 0 <= days_left <= days), default=None)
    is_new = reached is not None and (agreement.reminded is None or reached < agreement.reminded)
    return reached if is_new else None


def declined_by(agreement: Agreement, *, history: Iterable[Entry]) -> str | None:
    """Return the decision by which a wish to extend was declined; None when none was since the agreement came to be.

    `history` is the oldest first.
    """
    decision_id = None
    for entry in history:
        if entry.what in (Event.ACTIVATED, Event.EXTENDED) and entry.agreement == agreement.number:
            decision_id = None
        elif entry.what is Event.EXTENSION_DECLINED:
            decision_id = entry.decision_id
    return decision_id


def reminded(partnership: Partnership, *, number: int, days: int, act: Act) -> Step:
    """Those whom it concerns were reminded."""
    after = replace(standing(partnership, number), reminded=days)
    return happened(Event.REMINDED, partnership.with_agreement(after), act, agreement=number)


def reviewed(partnership: Partnership, *, number: int, next_review: date, act: Act) -> Step:
    """An open agreement was looked at, and goes on; `next_review` is when it is looked at again.

    Raises:
        AgreementUnknown: there is no such agreement that runs.
        ReviewDateNotNeeded: it has an end.
        ReviewDateNeeded, TooFarAhead: the day isn't ahead, or absurdly far.
    """
    agreement = standing(partnership, number)
    if not agreement.period.is_open:
        raise refusals.ReviewDateNotNeeded
    if next_review <= act.on:
        raise refusals.ReviewDateNeeded
    check_near(next_review, today=act.on)
    after = replace(agreement, terms=replace(agreement.terms, review_date=next_review), reminded=None)
    reason = f"Næste gang {long_date(next_review)}"
    return happened(Event.REVIEWED, partnership.with_agreement(after), act, agreement=number, reason=reason)
