"""The life of a partner's agreements: proposed, activated under a mandate, evaluated, ended.

How one goes on is in extending.py, and what is said before it must be settled in reminding.py.

Facts in; the partnership as it is afterwards with the entry in its history, or a named refusal. Pure: no clock, no
AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from chalicelib.common.acts import Act
from chalicelib.common.danish import long_date
from chalicelib.partners import refusals
from chalicelib.partners.agreements import (
    Agreement,
    Answer,
    Entry,
    Evaluation,
    Event,
    Partner,
    Partnership,
    State,
    Step,
    Terms,
)
from chalicelib.partners.periods import Period
from chalicelib.rulebook.meetings import Decision

#: [A] Nothing is agreed for longer than some ten years ahead: a later day is a slip of the finger.
FURTHEST = timedelta(days=3660)


def registered(partner: Partner, *, act: Act) -> Step:
    """A partner to talk with."""
    partnership = Partnership(partner=partner, version=1)
    return Step(partnership=partnership, entry=Entry(number=1, what=Event.REGISTERED, act=act))


def contacts_changed(partnership: Partnership, *, contacts: Sequence[str], act: Act) -> Step:
    """Other people get the partner's mail."""
    after = replace(partnership, partner=replace(partnership.partner, contacts=tuple(contacts)))
    return happened(Event.CONTACTS_CHANGED, after, act)


def proposed(partnership: Partnership, *, terms: Terms, act: Act) -> Step:
    """Terms that the steering group is to decide on.

    Raises:
        AlreadyProposed: another proposal waits.
        EndsBeforeItStarts, ReviewDateNeeded, ReviewDateNotNeeded, TooFarAhead, PeriodsOverlap: the terms don't hold.
    """
    if partnership.proposal:
        raise refusals.AlreadyProposed
    check_period(terms.period, review_date=terms.review_date, today=act.on)
    check_free(partnership, terms.period)
    agreement = Agreement(number=_next_number(partnership), terms=terms, state=State.PROPOSED)
    return happened(Event.PROPOSED, partnership.with_agreement(agreement), act, agreement=agreement.number)


def dropped(partnership: Partnership, *, act: Act) -> Step:
    """The proposal came to nothing."""
    after = replace(_proposal(partnership), state=State.DROPPED)
    return happened(Event.DROPPED, partnership.with_agreement(after), act, agreement=after.number)


def activated(partnership: Partnership, *, decision: Decision, act: Act) -> Step:
    """The proposal is agreed, under a mandate in force today: whether it was on the first day makes no difference.

    Raises:
        NothingProposed: no proposal waits.
        NotAMandate: the item is no decision, or is taken later than today.
        PeriodsOverlap, ReviewDateNeeded: the terms no longer hold.
    """
    proposal = _proposal(partnership)
    check_mandate(decision, act)
    check_period(proposal.period, review_date=proposal.terms.review_date, today=act.on)
    check_free(partnership, proposal.period)
    after = replace(proposal, state=State.ACTIVE, mandate=decision.decision_id)
    return happened(
        Event.ACTIVATED,
        partnership.with_agreement(after),
        act,
        agreement=after.number,
        decision_id=decision.decision_id,
    )


def end_set(partnership: Partnership, *, last_day: date, reason: str, act: Act) -> Step:
    """It is to end earlier than agreed: nothing goes on after `last_day`, and a wish to extend falls.

    Raises:
        NotRunning: there is nothing to end.
        NotALastDay: the day has passed, or doesn't make it shorter.
        ReasonMissing: the partner must be told why.
    """
    running = [each for each in partnership.granted if each.state is State.ACTIVE and not _is_over(each, act.on)]
    if not running:
        raise refusals.NotRunning
    if not reason.strip():
        raise refusals.ReasonMissing
    cut = [_cut(each, last_day) for each in running]
    if last_day < act.on or cut == running:
        raise refusals.NotALastDay(today=act.on)
    after = partnership
    for each in cut:
        after = after.with_agreement(each)
    last = next((each for each in reversed(cut) if each.state is State.ACTIVE), cut[0])
    reason = f"Til og med {long_date(last_day)}: {reason}"
    return happened(Event.END_SET, with_answer(after, Answer.LAPSED), act, agreement=last.number, reason=reason)


def expired(partnership: Partnership, *, number: int, act: Act) -> Step:
    """The last day has passed. Where another agreement goes on the next day, nothing ends but this period.

    Raises:
        NotYet: there are days left.
    """
    agreement = standing(partnership, number)
    end = agreement.period.end
    if end is None or not _is_over(agreement, act.on):
        raise refusals.NotYet(agreement.settles_on + timedelta(days=1))
    after = partnership.with_agreement(replace(agreement, state=State.ENDED))
    if partnership.following(agreement):
        return happened(Event.CONTINUED, after, act, agreement=number)
    return happened(Event.ENDED, with_answer(after, Answer.LAPSED), act, agreement=number)


def evaluated(partnership: Partnership, *, number: int, evaluation: Evaluation, act: Act) -> Step:
    """A party said how it went.

    Raises:
        AgreementUnknown: there is no such agreement that was in force.
        AlreadyEvaluated: the party did so before.
    """
    agreement = partnership.numbered(number)
    if agreement is None or agreement not in partnership.granted:
        raise refusals.AgreementUnknown
    if any(each.party is evaluation.party for each in agreement.evaluations):
        raise refusals.AlreadyEvaluated
    after = replace(agreement, evaluations=(*agreement.evaluations, evaluation))
    return happened(Event.EVALUATED, partnership.with_agreement(after), act, agreement=number)


def check_mandate(decision: Decision, act: Act) -> None:
    if not decision.grants_on(act.on):
        raise refusals.NotAMandate(decision.decision_id)


def check_period(period: Period, *, review_date: date | None, today: date) -> None:
    """Check that a period ends after it starts, or is open and looked at again some day."""
    if period.end is not None and review_date is not None:
        raise refusals.ReviewDateNotNeeded
    if period.end is not None and period.end < period.start:
        raise refusals.EndsBeforeItStarts
    if period.end is None and (review_date is None or review_date <= max(period.start, today)):
        raise refusals.ReviewDateNeeded
    check_near(max(period.start, period.end or period.start, review_date or period.start), today=today)


def check_near(day: date, *, today: date) -> None:
    """Check that a day isn't absurdly far ahead."""
    if day > today + FURTHEST:
        raise refusals.TooFarAhead(today + FURTHEST)


def check_free(partnership: Partnership, period: Period) -> None:
    """Check that no agreement of the partner has a day of the period."""
    for each in partnership.granted:
        if each.period.overlaps(period):
            raise refusals.PeriodsOverlap(start=each.period.start, end=each.period.end)


def standing(partnership: Partnership, number: int) -> Agreement:
    """Return the agreement of this number, which was activated and has not been noted as over.

    Raises:
        AgreementUnknown: there is none such.
    """
    agreement = partnership.numbered(number)
    if agreement is None or agreement.state is not State.ACTIVE:
        raise refusals.AgreementUnknown
    return agreement


def with_answer(partnership: Partnership, answer: Answer) -> Partnership:
    """Return it with its open wish answered, if there is one."""
    requests = (
        replace(each, answer=answer) if each.answer is Answer.OPEN else each for each in partnership.extension_requests
    )
    return replace(partnership, extension_requests=tuple(requests))


def happened(
    what: Event,
    after: Partnership,
    act: Act,
    *,
    agreement: int | None = None,
    reason: str | None = None,
    decision_id: str | None = None,
) -> Step:
    number = after.version + 1
    entry = Entry(number=number, what=what, act=act, agreement=agreement, reason=reason, decision_id=decision_id)
    return Step(partnership=replace(after, version=number), entry=entry)


def _proposal(partnership: Partnership) -> Agreement:
    if partnership.proposal is None:
        raise refusals.NothingProposed
    return partnership.proposal


def _next_number(partnership: Partnership) -> int:
    return len(partnership.agreements) + 1


def _is_over(agreement: Agreement, today: date) -> bool:
    return agreement.period.end is not None and agreement.period.end < today


def _cut(agreement: Agreement, last_day: date) -> Agreement:
    """Return the agreement without the days after `last_day`."""
    period = agreement.period
    if period.start > last_day:
        return replace(agreement, state=State.DROPPED)
    if period.end is not None and period.end <= last_day:
        return agreement
    terms = replace(agreement.terms, period=replace(period, end=last_day), review_date=None)
    return replace(agreement, terms=terms, end_was_set=True, reminded=None)
