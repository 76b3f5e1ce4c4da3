"""The mails of membership: who gets which, and the facts they are written from. The words stand in templates/.

To an address that somebody only typed goes fixed text with a link, and nothing that was typed into the form. Answers to
what a person did leave at once; what the daily job sends by itself is held in the quiet period, but for what somebody
must act on then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from chalicelib.common import municipalities
from chalicelib.common.danish import long_date
from chalicelib.mail.outbox import Mail
from chalicelib.members.register import Member
from chalicelib.membership.leaving import Withdrawal
from chalicelib.membership.onboarding import Responsible, Task
from chalicelib.membership.requests import DAYS_TO_CONFIRM, Request
from chalicelib.membership.wording import RESPONSIBLE_NAMES, SERVICE_NAMES, TOLD_BY_TITLE
from chalicelib.rulebook.rules import RuleBook
from chalicelib.runtime import settings

_HOTLINE = "Den Digitale Hotline"


def confirm_request(request: Request, *, token: str, days: int, asked_on: date) -> Mail:
    """The one mail a day to an address that a stranger may have typed. The link lives `days` days."""
    return Mail(
        mail_id=f"confirm-request_{request.request_id}_{asked_on}",
        to=(request.contact_address,),
        subject=f"Bekræft din e-mailadresse hos {_HOTLINE}",
        template="membership/confirm_request",
        facts={"url": f"{settings.base_url()}/indmeldelse/bekraeft/{token}", "days": days},
    )


def received(request: Request) -> Mail:
    return _to_contact(request, "received", f"Vi har modtaget anmodningen fra {_name(request)}")


def confirmed_for_staff(request: Request) -> Mail:
    """Tell the secretariat that there is a request to look through."""
    return Mail(
        mail_id=f"confirmed-staff_{request.request_id}",
        to=(settings.secretariat_address(),),
        subject=f"Ny anmodning om indmeldelse: {_name(request)}",
        template="membership/request_confirmed_staff",
        facts={
            "municipality": _name(request),
            "services": _services(request),
            "entry_date": request.entry_date.isoformat(),
            "is_dispensation": request.asked.dispensation_reason is not None,
            "page_url": f"{settings.base_url()}/anmodninger/{request.request_id}",
        },
    )


def approved(request: Request) -> Mail:
    subject = f"{_name(request)} er godkendt som medlem af {_HOTLINE}"
    return _to_contact(request, "approved", subject, decision_id=request.decision_id)


def declined(request: Request, *, reason: str) -> Mail:
    subject = f"Svar på anmodningen fra {_name(request)}"
    return _to_contact(request, "declined", subject, decision_id=request.decision_id, reason=reason)


def cancelled(request: Request, *, reason: str) -> Mail:
    return _to_contact(request, "cancelled", f"Anmodningen fra {_name(request)} er trukket tilbage", reason=reason)


def agreement(request: Request) -> Mail:
    assert request.agreement is not None
    return _to_contact(
        request,
        "agreement",
        f"Samarbejdsaftale mellem {_name(request)} og {_HOTLINE}",
        document_url=request.agreement.document_url,
        version=request.agreement.version,
        notice_months=request.agreement.notice_months,
    )


def signed(request: Request) -> Mail:
    """Tell the contact that the agreement came, and that nothing is left to do."""
    return _to_contact(request, "signed", f"Vi har modtaget den underskrevne aftale fra {_name(request)}")


def new_date_needed(request: Request) -> Mail:
    """Leaves at once, also in the quiet period: the entry date 1 July lies in it, and what the contact doesn't know of
    stands still for a month, past the time to choose the next date well.
    """
    return _to_contact(
        request,
        "new_date_needed",
        f"Vælg en ny indmeldelsesdato for {_name(request)}",
        mail_id=f"new-date_{request.request_id}_v{request.version}",
    )


def welcome(request: Request, tasks: Sequence[Task], *, book: RuleBook, today: date) -> Mail:
    """The welcome pack, with the onboarding list."""
    return _to_contact(
        request,
        "welcome",
        f"Velkommen til {_HOTLINE}, {_name(request)}",
        send_from=book.release_date(today),
        tasks=[_task_as_told(task) for task in tasks],
        page_url=_page(request.municipality_code),
    )


def reminder(member: Member, responsible: Responsible, tasks: Sequence[Task], *, today: date) -> Mail:
    """Return a reminder of a member's overdue tasks to those who do them."""
    code = member.municipality_code
    to_leaders = responsible is Responsible.LEADER and member.leaders
    return Mail(
        mail_id=f"reminder_{code}_{responsible.value}_{today}",
        to=member.leaders if to_leaders else (settings.secretariat_address(),),
        subject=f"Onboarding i {member.name}: opgaver, der venter",
        template="membership/reminder",
        facts={
            "municipality": member.name,
            "tasks": [_task_facts(task) for task in tasks],
            "to_leaders": bool(to_leaders),
            "page_url": _page(code),
        },
    )


def withdrawal_received(member: Member, withdrawal: Withdrawal) -> Mail:
    return Mail(
        mail_id=f"withdrawal_{member.municipality_code}_{withdrawal.last_day}",
        to=member.leaders,
        subject=f"{member.name} er meldt ud af {_HOTLINE}. Den sidste dag er {long_date(withdrawal.last_day)}",
        template="membership/withdrawal_received",
        facts={
            "municipality": member.name,
            "last_day": withdrawal.last_day.isoformat(),
            "first_day_out": (withdrawal.last_day + timedelta(days=1)).isoformat(),
            "given_by": withdrawal.given_by,
            "given_on": withdrawal.given_on.isoformat(),
            "notice_months": withdrawal.notice_months,
            "secretariat": settings.secretariat_address(),
        },
    )


def withdrawal_registered(member: Member, withdrawal: Withdrawal) -> Mail:
    """Tell the secretariat, who has a municipality to say goodbye to."""
    return Mail(
        mail_id=f"withdrawal-staff_{member.municipality_code}_{withdrawal.last_day}",
        to=(settings.secretariat_address(),),
        subject=f"{member.name} har meldt sig ud",
        template="membership/withdrawal_registered",
        facts={
            "municipality": member.name,
            "last_day": withdrawal.last_day.isoformat(),
            "given_on": withdrawal.given_on.isoformat(),
            "page_url": _page(member.municipality_code),
        },
    )


def exit_survey(member: Member, withdrawal: Withdrawal, *, token: str, days: int) -> Mail:
    return Mail(
        mail_id=f"exit-survey_{member.municipality_code}_{withdrawal.last_day}",
        to=(withdrawal.given_by,),
        subject=f"Hvorfor forlader {member.name} {_HOTLINE}?",
        template="membership/exit_survey",
        facts={
            "municipality": member.name,
            "url": f"{settings.base_url()}/udmeldelse/svar/{token}",
            "days": days,
        },
    )


def confirm_contact(address: str, *, mail_id: str, token: str) -> Mail:
    """Fixed text to a new address. It names neither the municipality nor who invited: the address may be a slip."""
    return Mail(
        mail_id=mail_id,
        to=(address,),
        subject=f"Bekræft din e-mailadresse hos {_HOTLINE}",
        template="membership/confirm_contact",
        facts={"url": f"{settings.base_url()}/kontakt/bekraeft/{token}", "days": DAYS_TO_CONFIRM},
    )


def contact_changed(before: Member, after: Member) -> Mail:
    """Tell everybody whom it is about: those who lead now, and who no longer does."""
    return Mail(
        mail_id=f"contact_{after.municipality_code}_v{after.version}",
        to=tuple(dict.fromkeys((*after.leaders, *before.leaders))),
        subject=f"Kontakter i {after.name} er ændret",
        template="membership/contact_changed",
        facts={
            "municipality": after.name,
            "added": [address for address in after.leaders if address not in before.leaders],
            "removed": [address for address in before.leaders if address not in after.leaders],
            "leaders": list(after.leaders),
            "page_url": _page(after.municipality_code),
            "secretariat": settings.secretariat_address(),
        },
    )


def _to_contact(
    request: Request,
    template: str,
    subject: str,
    *,
    mail_id: str | None = None,
    send_from: date | None = None,
    **facts: Any,
) -> Mail:
    asked = request.asked
    return Mail(
        mail_id=mail_id or f"{template}_{request.request_id}",
        to=(request.contact_address,),
        subject=subject,
        template=f"membership/{template}",
        facts={
            "municipality": _name(request),
            "services": _services(request),
            "entry_date": asked.entry_date.isoformat(),
            "sign_by": (asked.entry_date - timedelta(days=1)).isoformat(),
            "is_dispensation": asked.dispensation_reason is not None,
            "status_url": f"{settings.base_url()}/indmeldelse/status/{request.request_id}",
            "secretariat": settings.secretariat_address(),
            **facts,
        },
        send_from=send_from,
    )


def _task_facts(task: Task) -> dict[str, Any]:
    return {
        "title": task.title,
        "due": task.due.isoformat(),
        "responsible": RESPONSIBLE_NAMES[task.responsible],
    }


def _task_as_told(task: Task) -> dict[str, Any]:
    """Return a task as one tells it to the municipality: "vi" is the secretariat, "jer" are the leaders."""
    facts = _task_facts(task)
    is_theirs = task.responsible is Responsible.LEADER
    told = "Jer" if is_theirs else facts["responsible"]
    return {**facts, "title": TOLD_BY_TITLE.get(task.title, task.title), "responsible": told}


def _services(request: Request) -> list[str]:
    """Return the services as they stand inside a sentence."""
    return [SERVICE_NAMES[service].lower() for service in sorted(request.asked.services, reverse=True)]


def _name(request: Request) -> str:
    return municipalities.by_code[request.municipality_code].name


def _page(municipality_code: str) -> str:
    return f"{settings.base_url()}/medlemskab/{municipality_code}"
