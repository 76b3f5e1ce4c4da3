"""What partners' systems are told of their agreements: that one is extended, and that one has ended."""

from __future__ import annotations

from chalicelib.partners.agreements import Event as Happened
from chalicelib.partners.agreements import Step
from chalicelib.webhooks.outbox import Event, EventType

_TYPE_BY_HAPPENING = {
    Happened.EXTENDED: EventType.AGREEMENT_EXTENDED,
    Happened.ENDED: EventType.AGREEMENT_ENDED,
}


def announcement(step: Step) -> Event | None:
    """Return what the partner's system is told of a step, once for each agreement; of most it is told nothing."""
    event_type = _TYPE_BY_HAPPENING.get(step.entry.what)
    if event_type is None:
        return None
    agreement = step.partnership.numbered(step.entry.agreement or 0)
    assert agreement is not None
    period, review_date = agreement.period, agreement.terms.review_date
    return Event(
        partner_id=step.partnership.partner_id,
        partner_name=step.partnership.partner.name,
        event_id=f"{step.entry.what.value}_{step.partnership.partner_id}_{agreement.number}",
        type=event_type,
        data={
            "agreement": agreement.number,
            "start": period.start.isoformat(),
            "end": period.end.isoformat() if period.end else None,
            "review_date": review_date.isoformat() if review_date else None,
        },
    )
