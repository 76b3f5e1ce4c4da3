"""The life of a membership request: who may take it from one state to the next, and what stands in the way.

Facts in; the request as it is afterwards with the entry in its history, or a named refusal. docs/membership.md
draws it. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from chalicelib.common.acts import Act
from chalicelib.common.danish import long_date
from chalicelib.membership import refusals
from chalicelib.membership.entry_dates import EntryDateRule, check_entry_date, check_not_too_far, is_allowed
from chalicelib.membership.requests import OPEN, UNSIGNED, Agreement, Entry, Event, Request, State, Step, Submission
from chalicelib.rulebook.meetings import Decision


def received(asked: Submission, *, request_id: str, act: Act, rule: EntryDateRule) -> Step:
    """Return a new request, judged by the rule in force on the day of submission.

    Raises:
        EntryDateTooFar: the date is years away.
        EntryDateNotAllowed: the date needs a dispensation, and none is asked for.
        DispensationNotNeeded: a dispensation is asked for where none is needed.
        EntryNotAhead: the date is not after the submission.
    """
    check_not_too_far(asked.entry_date, submitted=act.on)
    if asked.dispensation_reason is None:
        check_entry_date(asked.entry_date, submitted=act.on, rule=rule)
    elif asked.entry_date <= act.on:
        raise refusals.EntryNotAhead
    elif is_allowed(asked.entry_date, submitted=act.on, rule=rule):
        raise refusals.DispensationNotNeeded(asked.entry_date)
    request = Request(
        request_id=request_id,
        asked=asked,
        submitted_on=act.on,
        submitted_at=act.at,
        state=State.RECEIVED,
        version=1,
    )
    return Step(request=request, entry=Entry(number=1, what=State.RECEIVED, act=act))


def confirmed(request: Request, *, act: Act) -> Step:
    """The contact proved the address. Possible after the entry date too: then a new one is asked for."""
    _check(request, State.RECEIVED)
    return _to(State.CONFIRMED, request, act)


def lapsed(request: Request, *, act: Act) -> Step:
    """Nobody confirmed in time.

    Raises:
        NotYet: there are days left.
    """
    _check(request, State.RECEIVED)
    if act.on < request.lapses_on:
        raise refusals.NotYet(request.lapses_on)
    return _to(State.LAPSED, request, act)


def replaced(request: Request, *, act: Act, by: str) -> Step:
    """The address asked for the municipality anew, before it confirmed this one."""
    _check(request, State.RECEIVED)
    return _to(State.LAPSED, request, act, reason=f"Erstattet af anmodning {by}")


def validated(request: Request, *, act: Act) -> Step:
    """The secretariat found the request in order."""
    _check(request, State.CONFIRMED)
    _check_in_time(request, act)
    return _to(State.VALIDATED, request, act)


def approved(request: Request, *, act: Act, decision: Decision, leaders: Collection[str]) -> Step:
    """The steering group approved; `leaders` are the addresses that speak for the municipality.

    Raises:
        NotADecision: the item is no decision, or is taken later than today.
        OwnCase: the one who acts is the municipality's own.
    """
    _check(request, State.VALIDATED)
    _check_in_time(request, act)
    _check_decision(request, act, decision, leaders)
    return _to(State.APPROVED, request, act, decision_id=decision.decision_id)


def declined(request: Request, *, act: Act, decision: Decision, reason: str, leaders: Collection[str]) -> Step:
    """The steering group declined. A request that waits for a new date can be declined whatever it had reached.

    Raises:
        NotADecision, OwnCase: as for an approval.
        ReasonMissing: the municipality must be told why.
    """
    _check(request, *(UNSIGNED if request.is_late_on(act.on) else (State.CONFIRMED, State.VALIDATED)))
    _check_decision(request, act, decision, leaders)
    if not reason.strip():
        raise refusals.ReasonMissing
    step = _to(State.DECLINED, request, act, decision_id=decision.decision_id, reason=reason)
    return replace(step, request=replace(step.request, new_date_needed=False))


def cancelled(request: Request, *, act: Act, reason: str | None = None) -> Step:
    """The municipality takes its request back, or the secretariat does for it: possible until membership begins."""
    _check(request, State.RECEIVED, *OPEN)
    return _to(State.CANCELLED, replace(request, new_date_needed=False), act, reason=reason)


def agreement_sent(request: Request, *, act: Act, version: str, notice_months: int, document_url: str) -> Step:
    """The cooperation agreement, as it is in force today, was sent."""
    _check(request, State.APPROVED)
    _check_in_time(request, act)
    agreement = Agreement(version=version, notice_months=notice_months, document_url=document_url, sent_on=act.on)
    return _to(State.AGREEMENT_SENT, replace(request, agreement=agreement), act)


def signed(request: Request, *, act: Act, by_role: str, signed_on: date) -> Step:
    """The municipality signed the agreement. What counts is the day it signed, not the day that this is entered.

    In time is the day before the entry date or earlier: the membership begins with that date, the job that begins it
    runs that morning, and the mails say "inden". Entered later, it begins late, from its entry date.

    Raises:
        RoleMissing: nobody is said to have signed.
        NotASigningDate: it can't have been signed that day.
        NewDateFirst: it was signed too late.
    """
    _check(request, State.AGREEMENT_SENT)
    assert request.agreement is not None
    if not by_role.strip():
        raise refusals.RoleMissing
    if not request.agreement.sent_on <= signed_on <= act.on:
        raise refusals.NotASigningDate(first=request.agreement.sent_on, last=act.on)
    if signed_on >= request.entry_date:
        raise refusals.NewDateFirst(request.entry_date)
    agreement = replace(request.agreement, signed_on=signed_on, signed_by_role=by_role)
    reason = f"Underskrevet {long_date(signed_on)}. Rolle: {by_role}"
    return _to(State.SIGNED, replace(request, agreement=agreement, new_date_needed=False), act, reason=reason)


def new_date_needed(request: Request, *, act: Act) -> Step:
    """The entry date came, and the agreement isn't signed."""
    _check(request, *UNSIGNED)
    if request.new_date_needed or request.entry_date > act.on:
        raise refusals.NotYet(request.entry_date)
    return _happened(Event.NEW_DATE_NEEDED, replace(request, new_date_needed=True), act)


def new_date_chosen(request: Request, *, act: Act, entry_date: date, rule: EntryDateRule) -> Step:
    """The contact chose a new ordinary date. A dispensation named the old one and falls; an approval stands.

    Raises:
        NewDateNotAsked: the date still holds.
        EntryDateTooFar: the new one is years away.
        EntryDateNotAllowed: the new one isn't an ordinary date after today.
    """
    _check(request, *UNSIGNED)
    if not request.is_late_on(act.on):
        raise refusals.NewDateNotAsked(request.entry_date)
    check_not_too_far(entry_date, submitted=act.on)
    check_entry_date(entry_date, submitted=act.on, rule=rule)
    asked = replace(request.asked, entry_date=entry_date, dispensation_reason=None)
    was = f"Før: {long_date(request.entry_date)}"
    return _happened(Event.NEW_DATE_CHOSEN, replace(request, asked=asked, new_date_needed=False), act, reason=was)


def activated(request: Request, *, act: Act) -> Step:
    """The entry date came, and the agreement is signed."""
    _check(request, State.SIGNED)
    if act.on < request.entry_date:
        raise refusals.NotYet(request.entry_date)
    return _to(State.ACTIVE, request, act)


def withdrawn(request: Request, *, act: Act, last_day: date) -> Step:
    """The membership's last day has passed."""
    _check(request, State.ACTIVE)
    if act.on <= last_day:
        raise refusals.NotYet(last_day + timedelta(days=1))
    return _to(State.WITHDRAWN, request, act)


def _check(request: Request, *states: State) -> None:
    if request.state not in states:
        raise refusals.NotNow(request.state)


def _check_in_time(request: Request, act: Act) -> None:
    if request.is_late_on(act.on):
        raise refusals.NewDateFirst(request.entry_date)


def _check_decision(request: Request, act: Act, decision: Decision, leaders: Collection[str]) -> None:
    """Four eyes: nobody decides the case of the own municipality."""
    if act.by in (request.contact_address, *leaders):
        raise refusals.OwnCase
    if not decision.grants_on(act.on):
        raise refusals.NotADecision(decision.decision_id)


def _to(state: State, request: Request, act: Act, *, decision_id: str | None = None, reason: str | None = None) -> Step:
    after = replace(request, state=state, decision_id=decision_id or request.decision_id)
    return replace(_happened(state, after, act, decision_id=decision_id, reason=reason), was=request.state)


def _happened(
    what: State | Event, after: Request, act: Act, *, decision_id: str | None = None, reason: str | None = None
) -> Step:
    number = after.version + 1
    entry = Entry(number=number, what=what, act=act, reason=reason, decision_id=decision_id)
    return Step(request=replace(after, version=number), entry=entry, was=after.state)
