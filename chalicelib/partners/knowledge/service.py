"""What partners and the secretariat do with knowledge updates. Each is one conditional write, with its mail or event.

Of two who press at once, one wins, and the other sees what happened.
"""

from __future__ import annotations

from datetime import UTC

from chalicelib.common.acts import act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict
from chalicelib.mail import outbox
from chalicelib.partners import service as partners
from chalicelib.partners.knowledge import letters, refusals, store, updates
from chalicelib.partners.knowledge.updates import Draft, KnowledgeUpdate
from chalicelib.webhooks import outbox as webhooks
from chalicelib.webhooks.outbox import Event, EventType

__all__ = ["Draft", "KnowledgeUpdate", "decline", "of_partner", "publish", "submit"]


def submit(partner_id: str, draft: Draft, *, key: str, by: str, clock: Clock = system_clock) -> KnowledgeUpdate:
    """Enter what a partner wants agents to know; the secretariat is told.

    Whether the partner has an agreement in force is the caller's to ask. The same `key` (its Idempotency-Key) again is
    the same update, whatever has become of it.

    Raises:
        PartnerUnknown: there is no such partner.
        FormRefused: fields can't be taken, named `title`, `text`, `valid_from`; all of them.
        KeyUsed: something else was sent under the key.
        TooManyWaiting: the secretariat must read some of the partner's first.
    """
    partner = partners.partnership(partner_id).partner
    update_id = updates.id_of(partner_id, key)
    before = _sent_before(partner_id, update_id, draft)
    if before is not None:
        return before
    update = updates.received(
        draft, partner=partner, update_id=update_id, waiting=store.waiting_of(partner_id), act=act(by, clock)
    )
    mail = letters.received(update)
    try:
        store.add(update, also=lambda writes: outbox.record(writes, mail, clock=clock))
    except Conflict:
        # The same call at the same time: whoever was first, it is sent.
        first = _sent_before(partner_id, update_id, draft)
        if first is None:
            raise
        return first
    outbox.nudge((mail.mail_id,))
    return update


def of_partner(partner_id: str, update_id: str) -> KnowledgeUpdate:
    """Return what the partner sent.

    Raises:
        KnowledgeUnknown: the partner sent no such thing; another may have.
    """
    found = store.get(partner_id, update_id)
    if found is None:
        raise refusals.KnowledgeUnknown
    return found


def publish(partner_id: str, update_id: str, *, by: str, clock: Clock = system_clock) -> KnowledgeUpdate:
    """Let agents know it; the partner's system is told.

    Raises:
        KnowledgeUnknown: there is no such update.
        AlreadyDecided: it doesn't wait.
        Conflict: somebody else decided meanwhile.
    """
    update = updates.published(of_partner(partner_id, update_id), act=act(by, clock))
    event = _published(update)
    store.decide(update, also=lambda writes: webhooks.record(writes, event, clock=clock))
    webhooks.nudge((event.event_id,))
    return update


def decline(partner_id: str, update_id: str, *, reason: str, by: str, clock: Clock = system_clock) -> KnowledgeUpdate:
    """Keep it from agents; the partner's contacts are told why, and its system where it asks for the update.

    Raises:
        KnowledgeUnknown: there is no such update.
        AlreadyDecided: it doesn't wait.
        ReasonMissing: the partner must be told why.
        Conflict: somebody else decided meanwhile.
    """
    update = updates.declined(of_partner(partner_id, update_id), reason=reason, act=act(by, clock))
    mail = letters.declined(update, partner=partners.partnership(partner_id).partner)
    store.decide(update, also=lambda writes: outbox.record(writes, mail, clock=clock))
    outbox.nudge((mail.mail_id,))
    return update


def _sent_before(partner_id: str, update_id: str, draft: Draft) -> KnowledgeUpdate | None:
    """Return what was sent under the id before.

    Raises:
        KeyUsed: it was something else.
    """
    before = store.get(partner_id, update_id)
    if before is not None and not before.says(draft):
        raise refusals.KeyUsed
    return before


def _published(update: KnowledgeUpdate) -> Event:
    assert update.published_at is not None
    return Event(
        partner_id=update.partner_id,
        partner_name=update.partner_name,
        event_id=f"published_{update.partner_id}_{update.update_id}",
        type=EventType.KNOWLEDGE_UPDATE_PUBLISHED,
        data={
            "id": update.update_id,
            "title": update.title,
            "valid_from": update.valid_from.isoformat(),
            "published_at": update.published_at.astimezone(UTC).isoformat(timespec="seconds"),  # as the API writes it
        },
    )
