"""Whether a partner may call today: its agreements' days decide, and nothing that was noted of them (decision 17)."""

from __future__ import annotations

from chalicelib.access.partner_guard import PartnerCall
from chalicelib.partners import service
from chalicelib.partners.api.refusals import AgreementNotInForce


def on_any_day(_call: PartnerCall) -> None:
    """Permit whoever has a live key."""


def while_in_force(call: PartnerCall) -> None:
    """Permit the partner, one of whose agreements holds today.

    Raises:
        PartnerUnknown: there is no such partner.
        AgreementNotInForce: none of its agreements holds today.
    """
    partnership, today = service.partnership(call.partner_id), call.visit.clock.today()
    if partnership.in_force_on(today) is None:
        coming = (each.period.start for each in partnership.granted if each.period.start > today)
        raise AgreementNotInForce(next(coming, None))
