"""The member's pages: membership, agreement, onboarding list, contacts and withdrawal; and staff's lists of members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint

from chalicelib.access.limits import MailLimitReached
from chalicelib.access.people import Role, spelled
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common import written
from chalicelib.common.errors import AppError, Conflict
from chalicelib.common.written import FieldRefused
from chalicelib.mail.addresses import AddressRefused
from chalicelib.members import register
from chalicelib.membership import contacts, member_pages, onboarding_list, pages, refusals, withdrawing
from chalicelib.membership.leaving import LastDayNotAllowed
from chalicelib.runtime.web import Answer, see_other

bp = Blueprint(__name__)

_NOT_SURE = "Sæt kryds, hvis I er sikre: udmeldelsen kan ikke fortrydes her."
_CONTACT_REFUSED = (AddressRefused, refusals.AlreadyContact, refusals.TooManyContacts, MailLimitReached)


@route(bp, "GET", "/medlemmer", summary="Medlemmerne")
def members(visit: Visit) -> Answer:
    shown = member_pages.members(register.all_members(), today=visit.clock.today())
    return visit.page("membership/members.html", **shown)


@route(bp, "GET", "/udmeldelser", summary="Udmeldelser, og hvorfor kommuner stopper")
def withdrawals(visit: Visit) -> Answer:
    shown = member_pages.withdrawals(person=visit.somebody, clock=visit.clock)
    return visit.page("membership/withdrawals.html", **shown)


@route(bp, "GET", "/medlemskab/{municipality_code}", summary="Kommunens medlemskab, aftale, onboarding og kontakter")
def membership(visit: Visit) -> Answer:
    return _membership(visit)


@route(bp, "POST", "/medlemskab/{municipality_code}/opgaver/{task}", summary="Markér en opgave som udført")
def tick_task(visit: Visit) -> Answer:
    code = visit.parameters["municipality_code"]
    onboarding_list.tick(code, visit.parameters["task"], by=visit.somebody, clock=visit.clock)
    return see_other(f"/medlemskab/{code}#opgaver")


@route(bp, "POST", "/medlemskab/{municipality_code}/kontakter", summary="Tilføj en kontakt, der bekræfter selv")
def propose_contact(visit: Visit) -> Answer:
    code = visit.parameters["municipality_code"]
    try:
        contacts.propose(code, visit.form.text("email"), by=visit.somebody, clock=visit.clock)
    except _CONTACT_REFUSED as refused:
        return _membership(visit, errors={"email": _said(refused)})
    return see_other(f"/medlemskab/{code}#kontakter")


@route(bp, "POST", "/medlemskab/{municipality_code}/kontakter/fjern", summary="Fjern en kontakt og dens adgang")
def remove_contact(visit: Visit) -> Answer:
    code, address = visit.parameters["municipality_code"], visit.form.text("fjern")
    try:
        contacts.remove(code, address, by=visit.somebody.address, clock=visit.clock)
    except refusals.LastContact as refused:
        return _membership(visit, errors={"": refused.message})
    return see_other("/" if spelled(address) == visit.somebody.address else f"/medlemskab/{code}#kontakter")


@route(bp, "POST", "/medlemskab/{municipality_code}/kontakter/annuller", summary="Træk en invitation tilbage")
def cancel_invitation(visit: Visit) -> Answer:
    code, address = visit.parameters["municipality_code"], visit.form.text("annuller")
    contacts.cancel_invitation(code, address, by=visit.somebody.address, clock=visit.clock)
    return see_other(f"/medlemskab/{code}#kontakter")


@route(bp, "GET", "/medlemskab/{municipality_code}/udmeldelse", summary="Formular: meld kommunen ud")
def withdrawal_form(visit: Visit) -> Answer:
    return _withdrawal_form(visit)


@route(bp, "POST", "/medlemskab/{municipality_code}/udmeldelse", summary="Meld kommunen ud")
def withdraw(visit: Visit) -> Answer:
    code = visit.parameters["municipality_code"]
    try:
        last_day = written.day(visit.form.text("dato"))
        if visit.form.text("sikker") != "ja":
            return _withdrawal_form(visit, errors={"sikker": _NOT_SURE})
        withdrawing.withdraw(code, last_day, by=visit.somebody.address, clock=visit.clock)
    except FieldRefused:
        return _withdrawal_form(visit, errors={"dato": "Vælg den sidste dag som medlem."})
    except LastDayNotAllowed as refused:
        return _withdrawal_form(visit, errors={"dato": refused.message})
    except (refusals.AlreadyLeaving, Conflict) as refused:
        return _withdrawal_form(visit, errors={"": refused.message})
    return see_other(f"/medlemskab/{code}")


def _membership(visit: Visit, *, errors: Mapping[str, str] | None = None) -> Answer:
    code, person = visit.parameters["municipality_code"], visit.somebody
    member = register.get(code)
    if member is None:
        raise refusals.NotAMember
    facts: dict[str, Any] = member_pages.membership(member, person=person, clock=visit.clock)
    return visit.page(
        "membership/membership.html",
        status=422 if errors else 200,
        is_leader=person.role is Role.LEADER,
        may_change_contacts=person.role in (Role.LEADER, Role.SECRETARIAT) and member.is_member_on(visit.clock.today()),
        own_address=person.address,
        email=visit.form.text("email") if errors else "",
        errors=errors or {},
        **facts,
    )


def _withdrawal_form(visit: Visit, *, errors: Mapping[str, str] | None = None) -> Answer:
    code = visit.parameters["municipality_code"]
    member = contacts.member_of(code, clock=visit.clock)
    return visit.page(
        "membership/withdrawal.html",
        status=422 if errors else 200,
        code=code,
        name=member.name,
        leaves_on=member.active_until.isoformat() if member.active_until else None,
        notice_months=withdrawing.notice_months(code, clock=visit.clock),
        dates=pages.dates(withdrawing.offered_last_days(code, clock=visit.clock)),
        chosen=visit.form.text("dato") if errors else "",
        errors=errors or {},
    )


def _said(refused: AppError) -> str:
    return "Skriv én e-mailadresse som navn@kommune.dk." if isinstance(refused, AddressRefused) else refused.message
