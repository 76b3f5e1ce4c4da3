"""The mails about a knowledge update: the secretariat is asked to look at it, and the partner is told why not.

The words stand in partners/templates/.
"""

from __future__ import annotations

from chalicelib.mail.outbox import Mail
from chalicelib.partners.agreements import Partner
from chalicelib.partners.knowledge.updates import KnowledgeUpdate
from chalicelib.runtime import settings


def received(update: KnowledgeUpdate) -> Mail:
    """To the secretariat: a partner has something for the agents to know. The text itself stands on the page alone."""
    return Mail(
        mail_id=f"knowledge_{update.partner_id}_{update.update_id}",
        to=(settings.secretariat_address(),),
        subject=f"{update.partner_name} har sendt viden til agenterne",
        template="partners/knowledge_received",
        facts={
            "partner": update.partner_name,
            "title": update.title,
            "valid_from": update.valid_from.isoformat(),
            "page_url": f"{settings.base_url()}/viden/{update.partner_id}/{update.update_id}",
            "secretariat": settings.secretariat_address(),
        },
    )


def declined(update: KnowledgeUpdate, *, partner: Partner) -> Mail:
    """To the partner's contacts: agents are not told, and why. They can't read the page, so nothing leads to it."""
    return Mail(
        mail_id=f"knowledge_declined_{update.partner_id}_{update.update_id}",
        to=partner.contacts,
        subject=f"Jeres viden til agenterne er ikke udgivet: {update.title}",
        template="partners/knowledge_declined",
        facts={
            "title": update.title,
            "update_id": update.update_id,
            "received_on": update.received.on.isoformat(),
            "reason": update.reason,
            "secretariat": settings.secretariat_address(),
        },
    )
