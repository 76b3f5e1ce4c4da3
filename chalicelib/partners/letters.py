"""The mails about agreements: who gets which, and the facts they are written from. The words stand in templates/.

What somebody decided leaves at once, and so does the fact that an agreement ended. Reminders are held in the quiet
period, unless the day they are about comes before its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from chalicelib.common.danish import long_date
from chalicelib.mail.outbox import Mail
from chalicelib.partners.agreements import Agreement, Evaluation, ExtensionRequest, Partnership, State
from chalicelib.partners.periods import months_in
from chalicelib.partners.reminding import OVERDUE_EVERY
from chalicelib.rulebook.rules import RuleBook
from chalicelib.runtime import settings

_HOTLINE = "Den Digitale Hotline"


def activated(partnership: Partnership, agreement: Agreement) -> Mail:
    subject = f"Aftalen mellem {partnership.partner.name} og {_HOTLINE} er på plads"
    return _to_partner(partnership, agreement, "agreed", subject, is_extension=False)


def extended(partnership: Partnership, agreement: Agreement) -> Mail:
    subject = f"Aftalen mellem {partnership.partner.name} og {_HOTLINE} er forlænget"
    return _to_partner(partnership, agreement, "agreed", subject, is_extension=True)


def extension_asked(
    partnership: Partnership, agreement: Agreement, request: ExtensionRequest, *, chairs: Sequence[str]
) -> Mail:
    """To secretariat and chair: there is something to decide."""
    return _mail(
        partnership,
        agreement,
        "extension_asked",
        f"{partnership.partner.name} ønsker at forlænge aftalen",
        to=tuple(dict.fromkeys((settings.secretariat_address(), *chairs))),
        until=request.until.isoformat(),
        wished_calls=request.calls_per_month,
    )


def extension_declined(partnership: Partnership, agreement: Agreement, *, decision_id: str, reason: str) -> Mail:
    subject = f"Svar på ønsket om at forlænge aftalen med {partnership.partner.name}"
    return _to_partner(partnership, agreement, "extension_declined", subject, decision_id=decision_id, reason=reason)


def end_set(partnership: Partnership, agreement: Agreement, *, last_day: date, reason: str) -> Mail:
    """To the partner: it ends earlier than agreed, or never begins."""
    begins = agreement.state is State.ACTIVE
    name = partnership.partner.name
    subject = f"Aftalen med {name} slutter {long_date(last_day)}" if begins else f"Aftalen med {name} begynder ikke"
    return _to_partner(
        partnership, agreement, "end_set", subject, last_day=last_day.isoformat(), begins=begins, reason=reason
    )


def ended(partnership: Partnership, agreement: Agreement) -> tuple[Mail, Mail]:
    """To partner and secretariat: its last day has passed, and nothing follows."""
    subject = f"Aftalen mellem {partnership.partner.name} og {_HOTLINE} er ophørt"
    return (
        _to_partner(partnership, agreement, "ended", subject, to_partner=True, end_was_set=agreement.end_was_set),
        _to_secretariat(partnership, agreement, "ended", subject, to_partner=False, end_was_set=agreement.end_was_set),
    )


def evaluated_by_partner(partnership: Partnership, agreement: Agreement, evaluation: Evaluation) -> Mail:
    """To the secretariat: what the partner answered in short. What it wrote stands on its page alone."""
    name, wish = partnership.partner.name, partnership.open_request
    return _to_secretariat(
        partnership,
        agreement,
        "evaluated_by_partner",
        f"{name} har evalueret aftalen og vil {'gerne' if evaluation.wants_to_go_on else 'ikke'} fortsætte",
        is_over=agreement.period.end is not None and agreement.period.end < evaluation.on,
        wants_to_go_on=evaluation.wants_to_go_on,
        expected_calls=evaluation.calls_per_month,
        wished_until=wish.until.isoformat() if wish else None,
    )


def reminders(
    partnership: Partnership,
    agreement: Agreement,
    *,
    days: int,
    declined_by: str | None,
    token: str | None,
    book: RuleBook,
    today: date,
) -> tuple[Mail, ...]:
    """To partner and secretariat: the agreement must be settled. `token` is the partner's, while it may evaluate.

    Who wished to go on is not asked whether it does: the wish waits, or was `declined_by` a decision.
    An open agreement is looked at by the secretariat alone.
    """
    if agreement.review_is_overdue_on(today):
        return (_review_overdue(partnership, agreement, send_from=book.release_date(today)),)
    name, base = partnership.partner.name, settings.base_url()
    latest = partnership.latest
    wish = partnership.open_request if latest is not None and latest.number == agreement.number else None
    held_until = book.release_date(today)
    facts: dict[str, Any] = {
        "settles_on": agreement.settles_on.isoformat(),
        "days_left": (agreement.settles_on - today).days,
        "is_open": agreement.period.is_open,
        "end_was_set": agreement.end_was_set,
        "wished_until": wish.until.isoformat() if wish else None,
        "declined_by": None if wish else declined_by,
    }
    send_from = held_until if held_until is not None and held_until < agreement.settles_on else None
    subject = f"Aftalen med {name} {'gennemgås' if agreement.period.is_open else 'slutter'} {_day(agreement)}"
    to_secretariat = _to_secretariat(
        partnership,
        agreement,
        "reminder",
        subject,
        mark=str(days),
        send_from=send_from,
        to_partner=False,
        evaluation_url=f"{base}/partnere/{partnership.partner_id}/evaluering",
        **facts,
    )
    if agreement.period.is_open:
        return (to_secretariat,)
    to_partner = _to_partner(
        partnership,
        agreement,
        "reminder",
        f"Jeres aftale med {_HOTLINE} slutter {_day(agreement)}",
        mark=str(days),
        send_from=send_from,
        to_partner=True,
        evaluation_url=f"{base}/partneraftale/evaluering/{token}" if token else None,
        **facts,
    )
    return to_partner, to_secretariat


def _review_overdue(partnership: Partnership, agreement: Agreement, *, send_from: date | None) -> Mail:
    subject = f"Aftalen med {partnership.partner.name} skulle være gennemgået {_day(agreement)}"
    return _to_secretariat(
        partnership, agreement, "review_overdue", subject, send_from=send_from, days_between=OVERDUE_EVERY
    )


def _day(agreement: Agreement) -> str:
    return long_date(agreement.settles_on)


def _to_partner(partnership: Partnership, agreement: Agreement, template: str, subject: str, **facts: Any) -> Mail:
    return _mail(partnership, agreement, template, subject, to=partnership.partner.contacts, **facts)


def _to_secretariat(partnership: Partnership, agreement: Agreement, template: str, subject: str, **facts: Any) -> Mail:
    to = (settings.secretariat_address(),)
    return _mail(partnership, agreement, template, subject, to=to, copy="secretariat", **facts)


def _mail(
    partnership: Partnership,
    agreement: Agreement,
    template: str,
    subject: str,
    *,
    to: tuple[str, ...],
    copy: str = "",
    mark: str = "",
    send_from: date | None = None,
    **facts: Any,
) -> Mail:
    """Return a mail under the version of the partner that it tells of: it can't be recorded twice."""
    named = ("partner", template, partnership.partner_id, f"v{partnership.version}", mark, copy)
    return Mail(
        mail_id="_".join(part for part in named if part),
        to=to,
        subject=subject,
        template=f"partners/{template}",
        facts={
            "partner": partnership.partner.name,
            "queue": partnership.partner.queue,
            "start": agreement.period.start.isoformat(),
            "end": agreement.period.end.isoformat() if agreement.period.end else None,
            "months": months_in(agreement.period),
            "review_date": agreement.terms.review_date.isoformat() if agreement.terms.review_date else None,
            "calls_per_month": agreement.terms.calls_per_month,
            "mandate": agreement.mandate,
            "page_url": f"{settings.base_url()}/partnere/{partnership.partner_id}",
            "secretariat": settings.secretariat_address(),
            **facts,
        },
        send_from=send_from,
    )
