"""What was mistyped of a partner is put right: its name, its CVR number, its queue. Its id stays.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.common.acts import Act
from chalicelib.partners.agreements import Event, Partner, Partnership, Step
from chalicelib.partners.steps import happened


def corrected(partnership: Partnership, *, name: str, cvr: str, queue: str, act: Act) -> Step | None:
    """The partner's name, CVR number and queue are these; None when they are already. History says what they were."""
    before = partnership.partner
    partner = replace(before, name=name, cvr=cvr, queue=queue)
    if partner == before:
        return None
    return happened(Event.CORRECTED, replace(partnership, partner=partner), act, reason=_told(before, partner))


def _told(before: Partner, partner: Partner) -> str:
    pairs = (
        ("Navn", before.name, partner.name),
        ("CVR", before.cvr, partner.cvr),
        ("Kø", before.queue, partner.queue),
    )
    return ", ".join(f"{what} »{was}« er nu »{is_now}«" for what, was, is_now in pairs if was != is_now)
