"""The form of a municipality that wants to join, the same for programs, and the pages behind the links in mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalice.app import Blueprint

from chalicelib.access import limits, sessions
from chalicelib.access.limits import TooManySubmissions
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common import municipalities
from chalicelib.common.danish import long_date
from chalicelib.common.errors import AppError
from chalicelib.common.written import FormRefused
from chalicelib.membership import api_body, applying, confirming, contacts, forms, pages, withdrawing
from chalicelib.membership.api_body import MembershipRequestBody, MembershipRequestReceived
from chalicelib.membership.entry_dates import EntryDateNotAllowed, EntryDateTooFar
from chalicelib.membership.forms import Typed
from chalicelib.membership.refusals import DispensationNotNeeded, DuplicateRequest, EntryNotAhead, UnknownReason
from chalicelib.membership.requests import DAYS_TO_CONFIRM
from chalicelib.membership.wording import SERVICE_NAMES
from chalicelib.runtime import settings
from chalicelib.runtime.web import Answer, FieldError, json_answer, problem, see_other

bp = Blueprint(__name__)

#: In the place of a link's token, when it has been used: the page that says thanks.
_THANKS = "tak"
_DATE_REFUSED = (EntryDateNotAllowed, EntryDateTooFar, DispensationNotNeeded, EntryNotAhead)


@route(bp, "GET", "/indmeldelse", summary="Formular: anmod om indmeldelse")
def request_form(visit: Visit) -> Answer:
    return _request_form(visit)


@route(bp, "POST", "/indmeldelse", summary="Send en anmodning om indmeldelse")
def send_request(visit: Visit) -> Answer:
    try:
        _submit(visit, forms.from_form(visit.form))
    except FormRefused as refused:
        return _request_form(visit, errors=refused.message_by_field)
    except _DATE_REFUSED as refused:
        return _request_form(visit, errors={"entry_date": refused.message})
    except DuplicateRequest as refused:
        return _request_form(visit, errors={"municipality_code": refused.message}, status=409)
    except TooManySubmissions as refused:
        return _request_form(visit, errors={"": refused.message}, status=429)
    return see_other("/indmeldelse/modtaget")


@route(bp, "GET", "/indmeldelse/modtaget", summary="Anmodningen er modtaget og skal bekræftes")
def request_received(visit: Visit) -> Answer:
    return visit.page("membership/request_received.html", days=DAYS_TO_CONFIRM)


@route(
    bp,
    "POST",
    "/api/membership-requests",
    summary="Anmod om indmeldelse",
    body=MembershipRequestBody,
    answers={202: MembershipRequestReceived, 400: None, 409: None, 422: None, 429: None},
)
def request_by_program(visit: Visit) -> Answer:
    """422 `entry_date_not_allowed` has `nearest`: the allowed dates before and after, null where there is none."""
    return _submitted(visit, api_body.from_json(visit.json()))


@route(bp, "GET", "/indmeldelse/bekraeft/{token}", summary="De anmodninger, der venter på adressen, hver med sin knap")
def request_to_confirm(visit: Visit) -> Answer:
    token = visit.parameters["token"]
    today = visit.clock.today()
    requests = [pages.request_facts(each, today=today) for each in confirming.waiting(token, clock=visit.clock)]
    return visit.page("membership/confirm_request_page.html", token=token, requests=requests)


@route(bp, "POST", "/indmeldelse/bekraeft/{token}", summary="Bekræft adressen og en anmodning; linket bruges")
def confirm_request(visit: Visit) -> Answer:
    chosen, session = confirming.by_link(visit.parameters["token"], visit.form.text("anmodning"), clock=visit.clock)
    status = f"/indmeldelse/status/{chosen.request_id}" if chosen else "/indmeldelse/status"
    return replace(see_other(status), cookies=(sessions.cookie(session),))


@route(bp, "GET", "/kontakt/bekraeft/{token}", summary="Knap, der bekræfter en ny kontakt")
def contact_to_confirm(visit: Visit) -> Answer:
    token = visit.parameters["token"]
    if token == _THANKS:
        return visit.page("membership/contact_confirmed.html")
    invitation = contacts.invitation(token, clock=visit.clock)
    name = municipalities.by_code[invitation.subject].name
    return visit.page("membership/confirm_contact_page.html", token=token, name=name, address=invitation.address)


@route(bp, "POST", "/kontakt/bekraeft/{token}", summary="Bekræft en ny kontakt; linket bruges")
def confirm_contact(visit: Visit) -> Answer:
    contacts.confirm(visit.parameters["token"], clock=visit.clock)
    return see_other(f"/kontakt/bekraeft/{_THANKS}")


@route(bp, "GET", "/udmeldelse/svar/{token}", summary="Formular: hvorfor kommunen stopper")
def survey(visit: Visit) -> Answer:
    if visit.parameters["token"] == _THANKS:
        return visit.page("membership/survey_answered.html")
    return _survey(visit)


@route(bp, "POST", "/udmeldelse/svar/{token}", summary="Svar på, hvorfor kommunen stopper; linket bruges")
def answer_survey(visit: Visit) -> Answer:
    try:
        withdrawing.answer(
            visit.parameters["token"],
            chosen=visit.form.texts("aarsager"),
            text=forms.survey_text(visit.form.text("tekst")),
            may_interview=visit.form.text("interview") == "ja",
            clock=visit.clock,
        )
    except UnknownReason as refused:
        return _survey(visit, errors={"aarsager": refused.message})
    except FormRefused as refused:
        return _survey(visit, errors=refused.message_by_field)
    return see_other(f"/udmeldelse/svar/{_THANKS}")


def _request_form(visit: Visit, *, errors: Mapping[str, str] | None = None, status: int = 422) -> Answer:
    form = visit.form if errors else None
    shown = {forms.form_field(name, form): message for name, message in errors.items()} if errors and form else {}
    return visit.page(
        "membership/request_form.html",
        status=status if errors else 200,
        municipalities=[each.name for each in municipalities.MUNICIPALITIES],
        services=list(SERVICE_NAMES.items()),
        dates=pages.dates(applying.offered_dates(clock=visit.clock)),
        dispensation=forms.DISPENSATION,
        typed={name: form.text(name) for name in forms.FORM_FIELDS} if form else dict.fromkeys(forms.FORM_FIELDS, ""),
        chosen_services=list(form.texts("ydelser")) if form else [],
        longest_reason=forms.LONGEST_REASON,
        errors=shown,
    )


def _submit(visit: Visit, typed: Typed) -> str:
    """Take a request, and count it: one that is filled in wrong costs its sender nothing."""
    asked = forms.submission(typed)
    limits.count_submission(visit.source_ip, clock=visit.clock)
    return applying.submit(asked, clock=visit.clock)


def _submitted(visit: Visit, typed: Typed) -> Answer:
    try:
        request_id = _submit(visit, typed)
    except EntryDateNotAllowed as refused:
        nearest = [day.isoformat() if day else None for day in (refused.nearest.before, refused.nearest.after)]
        return _problem(422, refused.code, refused.message, {"entry_date": refused.message}, nearest=nearest)
    except DispensationNotNeeded as refused:
        said = refused.said_to_programs
        return _problem(422, refused.code, said, {"dispensation_reason": said})
    except _DATE_REFUSED as refused:
        return _refused(422, refused, "entry_date")
    except DuplicateRequest as refused:
        return _refused(409, refused, "municipality_code")
    status_url = f"{settings.base_url()}/indmeldelse/status/{request_id}"
    return json_answer({"request_id": request_id, "status_url": status_url}, status=202)


def _refused(status: int, refused: AppError, name: str) -> Answer:
    return _problem(status, refused.code, refused.message, {name: refused.message})


def _problem(status: int, code: str, detail: str, message_by_field: Mapping[str, str], **more: object) -> Answer:
    errors = [FieldError(name, message) for name, message in message_by_field.items() if name]
    return problem(status, code=code, detail=detail, errors=errors, **more)


def _survey(visit: Visit, *, errors: Mapping[str, str] | None = None) -> Answer:
    token = visit.parameters["token"]
    withdrawal = withdrawing.survey(token, clock=visit.clock)
    return visit.page(
        "membership/survey.html",
        status=422 if errors else 200,
        token=token,
        name=municipalities.by_code[withdrawal.municipality_code].name,
        last_day=long_date(withdrawal.last_day),
        reasons=withdrawing.reasons(clock=visit.clock),
        chosen=list(visit.form.texts("aarsager")) if errors else [],
        text=visit.form.text("tekst") if errors else "",
        may_interview=bool(errors) and visit.form.text("interview") == "ja",
        longest_text=forms.LONGEST_ANSWER,
        errors=errors or {},
    )
