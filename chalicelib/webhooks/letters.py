"""The mails to the secretariat about events that a partner's system doesn't take. The words stand in templates/."""

from __future__ import annotations

from typing import Any

from chalicelib.mail.outbox import Mail
from chalicelib.runtime import settings
from chalicelib.webhooks.endpoint import Endpoint
from chalicelib.webhooks.messages import EventState


def given_up(told: EventState) -> Mail:
    """An event was tried for days, and is not tried again by itself."""
    event, attempts = told.event, told.delivery.attempts
    return _mail(
        f"webhook_given_up_{event.event_id}_a{attempts[-1].number}",
        "given_up",
        f"En hændelse nåede ikke frem til {event.partner_name}",
        event.partner_id,
        partner_name=event.partner_name,
        event_type=event.type.value,
        event_id=event.event_id,
    )


def switched_off(endpoint: Endpoint, *, partner_name: str) -> Mail:
    """The partner's receiver wants no more calls."""
    return _mail(
        f"webhook_off_{endpoint.partner_id}_v{endpoint.version}",
        "switched_off",
        f"{partner_name} tager ikke længere imod hændelser",
        endpoint.partner_id,
        partner_name=partner_name,
    )


def _mail(mail_id: str, template: str, subject: str, partner_id: str, **facts: Any) -> Mail:
    return Mail(
        mail_id=mail_id,
        to=(settings.secretariat_address(),),
        subject=subject,
        template=f"webhooks/{template}",
        facts={
            "page_url": f"{settings.base_url()}/partnere/{partner_id}/webhooks",
            **facts,
        },
    )
