"""What the pages of members show: the facts that templates are filled with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from chalicelib.access.people import Person, Role
from chalicelib.common import municipalities
from chalicelib.common.clock import Clock
from chalicelib.common.danish import clock_time, long_date
from chalicelib.members.register import Member
from chalicelib.membership import contacts, leaving_store, member_store, onboarding_list, withdrawing
from chalicelib.membership.onboarding import Task
from chalicelib.membership.pages import service_names, when
from chalicelib.membership.requests import SYSTEM, Agreement
from chalicelib.membership.wording import RESPONSIBLE_NAMES


def members(everybody: Iterable[Member], *, today: date) -> dict[str, Any]:
    """Return those who are members today and those who were, by name."""
    rows = [
        {
            "code": member.municipality_code,
            "name": member.name,
            "services": service_names(member.services),
            "active_from": long_date(member.active_from),
            "active_until": long_date(member.active_until) if member.active_until else "",
            "is_member": member.is_member_on(today),
        }
        for member in sorted(everybody, key=lambda each: each.name)
    ]
    return {
        "members": [row for row in rows if row["is_member"]],
        "former": [row for row in rows if not row["is_member"]],
    }


def membership(member: Member, *, person: Person, clock: Clock) -> dict[str, Any]:
    """Return what a member's page shows to this person."""
    code, today = member.municipality_code, clock.today()
    known = member_store.agreement(code)
    is_member = member.is_member_on(today)
    facts = [
        ("Ydelser", service_names(member.services)),
        ("Medlem fra", long_date(member.active_from)),
        *([("Sidste dag", long_date(member.active_until))] if member.active_until else []),
        *[
            ("Medlem før", f"{long_date(period.active_from)} – {long_date(period.active_until)}")
            for period in member.earlier
            if period.active_until
        ],
    ]
    return {
        "code": code,
        "name": member.name,
        "is_member": is_member,
        "is_leaving": member.active_until is not None,
        "facts": facts,
        "agreement": _agreement_facts(known[0]) if known else [],
        "document_url": known[0].document_url if known else None,
        "request_id": known[1] if known and person.role is not Role.LEADER else None,
        "notice_months": withdrawing.notice_months(code, clock=clock),
        "tasks": [
            _task_row(task, may_tick=is_member and onboarding_list.may_tick(task, person), today=today)
            for task in member_store.tasks(code, member.active_from)
        ],
        "leaders": list(member.leaders),
        "invitations": [
            {
                "address": invitation.address,
                "by": invitation.inviter.address,
                "until": clock_time(invitation.expires_at),
            }
            for invitation in contacts.pending(code, clock=clock)
        ],
        "changes": [
            {"at": when(act), "by": "Systemet" if act.by == SYSTEM else act.by, "what": what}
            for what, act in reversed(member_store.changes(code))
        ],
    }


def withdrawals(*, person: Person, clock: Clock) -> dict[str, Any]:
    """Return the notices that run, why members left when enough of them said so, and who may be interviewed.

    What they wrote in words of their own is shown to the secretariat only.
    """
    summary = withdrawing.exit_summary(clock=clock)
    title_by_key = dict(withdrawing.reasons(clock=clock))
    counts = summary.count_by_reason or {}
    by_count = sorted(counts.items(), key=lambda each: -each[1])
    return {
        "notices": [
            {
                "code": notice.municipality_code,
                "name": municipalities.by_code[notice.municipality_code].name,
                "last_day": long_date(notice.last_day),
                "given_on": long_date(notice.given_on),
            }
            for notice in leaving_store.given()
        ],
        "published": summary.published,
        "minimum": summary.minimum,
        "is_shown": summary.count_by_reason is not None,
        "reasons": [(title_by_key.get(key, key), count) for key, count in by_count],
        "texts": [text.splitlines() for text in summary.texts] if person.role is Role.SECRETARIAT else [],
        "may_interview": sorted(
            municipalities.by_code[answer.municipality_code].name
            for answer in leaving_store.answers()
            if answer.may_interview
        ),
    }


def _agreement_facts(agreement: Agreement) -> list[tuple[str, str]]:
    assert agreement.signed_on is not None
    return [
        ("Version", agreement.version),
        ("Sendt", long_date(agreement.sent_on)),
        ("Underskrevet", f"{long_date(agreement.signed_on)}. Rolle: {agreement.signed_by_role}"),
    ]


def _task_row(task: Task, *, may_tick: bool, today: date) -> dict[str, Any]:
    badge: tuple[str, str | None] = ("Venter", None)
    if task.done_on is not None:
        badge = ("Udført", "success")
    elif task.is_overdue_on(today):
        badge = ("Overskredet", "warning")
    return {
        "key": task.key,
        "title": task.title,
        "responsible": RESPONSIBLE_NAMES[task.responsible],
        "due": long_date(task.due),
        "done": f"{long_date(task.done_on)} af {task.done_by}" if task.done_on else "",
        "badge": badge,
        "may_tick": may_tick and task.done_on is None,
    }
