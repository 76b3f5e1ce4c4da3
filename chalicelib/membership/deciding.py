"""What staff do with a request: look it through, enter the steering group's decision, send and enter the agreement.

Each is one conditional write: of two who press at once, one wins, and the other sees what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pynamodb.transactions import TransactWrite

from chalicelib.access import grants
from chalicelib.access.people import Role
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.mail import outbox
from chalicelib.mail.outbox import Mail
from chalicelib.members import register
from chalicelib.membership import letters, refusals, steps, store
from chalicelib.membership.requests import Request, Step
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import Decision
from chalicelib.rulebook.rules import RuleName


def request(request_id: str) -> Request:
    """Return any request.

    Raises:
        RequestUnknown: there is none.
    """
    found = store.get(request_id)
    if found is None:
        raise refusals.RequestUnknown
    return found


def validate(request_id: str, *, by: str, clock: Clock = system_clock) -> Request:
    """Note that the request is in order.

    Raises:
        RequestUnknown, NotNow, NewDateFirst: the rules say no.
    """
    return _take(steps.validated(request(request_id), act=act(by, clock)), clock=clock)


def approve(request_id: str, *, decision_id: str, by: str, clock: Clock = system_clock) -> Request:
    """Enter the steering group's approval, and tell the contact.

    Raises:
        NotADecisionId, DecisionUnknown, NotADecision: the approval rests on nothing.
        OwnCase: the one who enters it belongs to the municipality.
        RequestUnknown, NotNow, NewDateFirst: the rules say no.
    """
    found = request(request_id)
    step = steps.approved(found, act=act(by, clock), decision=_decision(decision_id), leaders=_own_people(found, by=by))
    return _take(step, letters.approved(step.request), clock=clock)


def decline(request_id: str, *, decision_id: str, reason: str, by: str, clock: Clock = system_clock) -> Request:
    """Enter that the steering group declined, and tell the contact why.

    Raises:
        ReasonMissing: the contact wouldn't be told why.
        NotADecisionId, DecisionUnknown, NotADecision, OwnCase, RequestUnknown, NotNow: as for `approve`.
    """
    found = request(request_id)
    step = steps.declined(
        found,
        act=act(by, clock),
        decision=_decision(decision_id),
        reason=reason,
        leaders=_own_people(found, by=by),
    )
    return _take(step, letters.declined(step.request, reason=reason), clock=clock)


def send_agreement(request_id: str, *, by: str, clock: Clock = system_clock) -> Request:
    """Send the contact the cooperation agreement that is in force today.

    Raises:
        RequestUnknown, NotNow, NewDateFirst: the rules say no.
    """
    in_force = rulebook.load().in_force(RuleName.COOPERATION_AGREEMENT, clock.today()).value
    step = steps.agreement_sent(
        request(request_id),
        act=act(by, clock),
        version=in_force["version"],
        notice_months=in_force["notice_months"],
        document_url=in_force["document_url"],
    )
    return _take(step, letters.agreement(step.request), clock=clock)


def enter_signature(request_id: str, *, by_role: str, signed_on: date, by: str, clock: Clock = system_clock) -> Request:
    """Enter that the municipality signed, in which role and when, and tell the contact that it came.

    It can be entered also afterwards, when the municipality signed in time.

    Raises:
        RoleMissing, NotASigningDate: the entry isn't whole.
        RequestUnknown, NotNow, NewDateFirst: the rules say no.
    """
    step = steps.signed(request(request_id), act=act(by, clock), by_role=by_role, signed_on=signed_on)
    return _take(step, letters.signed(step.request), clock=clock)


def _take(step: Step, *mails: Mail, clock: Clock) -> Request:
    def record(writes: TransactWrite) -> None:
        for mail in mails:
            outbox.record(writes, mail, clock=clock)

    store.commit(step, also=record)
    outbox.nudge(mail.mail_id for mail in mails)
    return step.request


def _decision(decision_id: str) -> Decision:
    found = decisions.get(decision_id)
    if found is None:
        raise refusals.DecisionUnknown
    return found


def _own_people(found: Request, *, by: str) -> Sequence[str]:
    """Return the addresses that belong to the municipality: the register's, and the actor's when a grant says so."""
    member = register.get(found.municipality_code)
    leads = any(
        person.role is Role.LEADER and person.municipality_code == found.municipality_code for person in grants.of(by)
    )
    return (*(member.leaders if member else ()), *([by] if leads else ()))
