"""The evaluation of an agreement before it runs out: by the secretariat on its page, by the partner through a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pynamodb.transactions import TransactWrite

from chalicelib.access import links
from chalicelib.access.links import LinkSpent, Purpose
from chalicelib.access.people import spelled
from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.mail.outbox import Mail
from chalicelib.partners import letters, refusals, service, steps
from chalicelib.partners.acting import insisting
from chalicelib.partners.agreements import Agreement, Evaluation, Partnership, Party

#: [A] How long the partner's link can be used: past the end, for who looks back.
DAYS_TO_ANSWER = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the form says."""

    wants_to_go_on: bool
    calls_per_month: int
    text: str


def new_link(writes: TransactWrite, partnership: Partnership, agreement: Agreement, *, clock: Clock) -> str | None:
    """Add a link to a transaction by which the partner evaluates; None when it has.

    One mail takes it to all contacts, so it is theirs together: it ends when one of them is a contact no longer.
    """
    if any(each.party is Party.PARTNER for each in agreement.evaluations):
        return None
    return links.new(
        writes,
        purpose=Purpose.PARTNER_EVALUATION,
        subject=f"{partnership.partner_id}/{agreement.number}",
        address=" ".join(partnership.partner.contacts),
        valid_for=timedelta(days=DAYS_TO_ANSWER),
        clock=clock,
    )


def asked_by_link(token: str, *, clock: Clock = system_clock) -> tuple[Partnership, Agreement]:
    """Return what a link asks about, without using the link.

    Raises:
        LinkSpent: it can't be redeemed, or somebody who got it is a contact no longer.
    """
    link = links.look(token, purpose=Purpose.PARTNER_EVALUATION, clock=clock)
    if link is None:
        raise LinkSpent
    partner_id, _, number = link.subject.partition("/")
    partnership = service.partnership(partner_id)
    if not set(link.address.split()) <= {spelled(contact) for contact in partnership.partner.contacts}:
        raise LinkSpent
    agreement = partnership.numbered(int(number))
    if agreement is None:
        raise refusals.AgreementUnknown
    return partnership, agreement


def evaluate_by_link(token: str, said: Said, *, clock: Clock = system_clock) -> None:
    """Redeem the link for the partner's evaluation; the secretariat is told.

    Raises:
        LinkSpent: it can't be redeemed, or somebody who got it is a contact no longer.
        AlreadyEvaluated: the partner did so by an earlier link.
        TryLater: others kept writing the partner.
    """

    def attempt() -> None:
        partnership, agreement = asked_by_link(token, clock=clock)
        by = f"partner:{partnership.partner_id}"
        _evaluate(partnership, agreement.number, said, party=Party.PARTNER, by=by, clock=clock, token=token)

    insisting(attempt)


def to_evaluate(partner_id: str, *, clock: Clock = system_clock) -> tuple[Partnership, Agreement]:
    """Return the partner with the agreement that the secretariat evaluates: the latest that has begun.

    Raises:
        PartnerUnknown, AgreementUnknown: there is none.
    """
    partnership = service.partnership(partner_id)
    begun = partnership.begun_on(clock.today())
    if begun is None:
        raise refusals.AgreementUnknown
    return partnership, begun


def evaluate(partner_id: str, said: Said, *, by: str, clock: Clock = system_clock) -> None:
    """Enter the secretariat's evaluation.

    Raises:
        PartnerUnknown, AgreementUnknown, AlreadyEvaluated: the rules say no.
        TryLater: others kept writing the partner.
    """

    def attempt() -> None:
        partnership, agreement = to_evaluate(partner_id, clock=clock)
        _evaluate(partnership, agreement.number, said, party=Party.SECRETARIAT, by=by, clock=clock)

    insisting(attempt)


def _evaluate(
    partnership: Partnership,
    number: int,
    said: Said,
    *,
    party: Party,
    by: str,
    clock: Clock,
    token: str | None = None,
) -> None:
    evaluation = Evaluation(
        party=party,
        wants_to_go_on=said.wants_to_go_on,
        calls_per_month=said.calls_per_month,
        text=said.text,
        by=by,
        on=clock.today(),
    )
    step = steps.evaluated(partnership, number=number, evaluation=evaluation, act=act(by, clock))

    mails: tuple[Mail, ...] = ()
    if party is Party.PARTNER:
        agreement = step.partnership.numbered(number)
        assert agreement is not None
        mails = (letters.evaluated_by_partner(step.partnership, agreement, evaluation),)

    def redeem(writes: TransactWrite) -> None:
        if token is not None:
            links.redeem(writes, token, purpose=Purpose.PARTNER_EVALUATION, clock=clock)

    service.take(step, *mails, clock=clock, also=redeem)
