"""The pages of meetings, decisions and the rulebook. The secretariat registers; chair and steering group read."""

from __future__ import annotations

from datetime import date

from chalice.app import Blueprint

from chalicelib.access.checks import NoSuchPage
from chalicelib.access.people import Role
from chalicelib.access.routing import route
from chalicelib.access.visit import Visit
from chalicelib.common.written import FormRefused
from chalicelib.governance import pages, service
from chalicelib.governance.rule_forms import FORM_BY_NAME
from chalicelib.governance.service import FieldTaken
from chalicelib.rulebook import book, decisions
from chalicelib.rulebook.decisions import Meeting
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime.web import Answer, see_other

bp = Blueprint(__name__)

_MEETING_FIELDS = ("dato", "vaert")
_ITEM_FIELDS = ("punkt", "type", "tekst")
_RULE_FIELDS = ("fra", "beslutning", "note")


@route(bp, "GET", "/moeder", summary="Møder i styregruppen")
def meetings(visit: Visit) -> Answer:
    return _meetings(visit, texts={})


@route(bp, "POST", "/moeder", summary="Registrér et møde")
def register_meeting(visit: Visit) -> Answer:
    texts = _texts(visit, _MEETING_FIELDS)
    try:
        meeting = service.register_meeting(texts, by=visit.somebody.address, clock=visit.clock)
    except (FormRefused, FieldTaken) as refusal:
        return _meetings(visit, texts=texts, refusal=refusal)
    return see_other(f"/moeder/{meeting.day.isoformat()}")


@route(bp, "GET", "/moeder/{meeting}", summary="Et mødes punkter og beslutninger")
def meeting(visit: Visit) -> Answer:
    return _meeting(visit, _meeting_of(visit), texts={})


@route(bp, "POST", "/moeder/{meeting}", summary="Registrér et punkt fra mødet")
def register_item(visit: Visit) -> Answer:
    meeting = _meeting_of(visit)
    texts = _texts(visit, _ITEM_FIELDS)
    try:
        item = service.register_item(texts, meeting=meeting, by=visit.somebody.address, clock=visit.clock)
    except (FormRefused, FieldTaken) as refusal:
        return _meeting(visit, meeting, texts=texts, refusal=refusal)
    return see_other(f"/moeder/{meeting.day.isoformat()}#punkt-{item.item}")


@route(bp, "GET", "/regler", summary="Regelbogen: hvad der gælder nu")
def rules(visit: Visit) -> Answer:
    shown = pages.rules(book.load(), today=visit.clock.today(), meeting_days=_meeting_days())
    return visit.page("governance/rules.html", rules=shown)


@route(bp, "GET", "/regler/{rule}", summary="En regels historie, og hvad der kommer")
def rule(visit: Visit) -> Answer:
    return _rule(visit, _rule_of(visit))


@route(bp, "POST", "/regler/{rule}", summary="Registrér en ny regel fra en dato")
def supersede(visit: Visit) -> Answer:
    name = _rule_of(visit)
    texts = _texts(visit, (*_RULE_FIELDS, *(each.name for each in FORM_BY_NAME[name].inputs)))
    try:
        service.supersede(name, texts, by=visit.somebody.address, clock=visit.clock)
    except (FormRefused, FieldTaken) as refusal:
        return _rule(visit, name, texts=texts, refusal=refusal)
    return see_other(f"/regler/{name.value}")


def _meetings(visit: Visit, *, texts: dict[str, str], refusal: FormRefused | FieldTaken | None = None) -> Answer:
    return visit.page(
        "governance/meetings.html",
        status=_status(refusal),
        meetings=[pages.meeting(each) for each in decisions.meetings()],
        may_register=_may_register(visit),
        texts=texts,
        errors=_errors(refusal),
    )


def _meeting(
    visit: Visit, meeting: Meeting, *, texts: dict[str, str], refusal: FormRefused | FieldTaken | None = None
) -> Answer:
    return visit.page(
        "governance/meeting.html",
        status=_status(refusal),
        meeting=pages.meeting(meeting),
        items=[pages.item(each) for each in decisions.of_meeting(meeting.day)],
        types=pages.ITEM_TYPES,
        longest_text=service.LONGEST_TEXT,
        may_register=_may_register(visit),
        texts=texts,
        errors=_errors(refusal),
    )


def _rule(
    visit: Visit,
    name: RuleName,
    *,
    texts: dict[str, str] | None = None,
    refusal: FormRefused | FieldTaken | None = None,
) -> Answer:
    shown = pages.rule(name, book.history(name), today=visit.clock.today(), meeting_days=_meeting_days())
    return visit.page(
        "governance/rule.html",
        status=_status(refusal),
        rule=shown,
        may_register=_may_register(visit),
        inputs=pages.inputs(name),
        texts=shown["texts"] if texts is None else texts,
        errors=_errors(refusal),
    )


def _meeting_of(visit: Visit) -> Meeting:
    """Return the meeting that the path names by its date."""
    written = visit.parameters["meeting"]
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise NoSuchPage from error
    meeting = service.meeting_on(day) if day.isoformat() == written else None
    if meeting is None:
        raise NoSuchPage
    return meeting


def _rule_of(visit: Visit) -> RuleName:
    try:
        return RuleName(visit.parameters["rule"])
    except ValueError as error:
        raise NoSuchPage from error


def _meeting_days() -> frozenset[str]:
    return frozenset(meeting.day.isoformat() for meeting in decisions.meetings())


def _texts(visit: Visit, names: tuple[str, ...]) -> dict[str, str]:
    return {name: visit.form.text(name) for name in names}


def _may_register(visit: Visit) -> bool:
    return visit.somebody.role is Role.SECRETARIAT


def _status(refusal: FormRefused | FieldTaken | None) -> int:
    if refusal is None:
        return 200
    return 409 if isinstance(refusal, FieldTaken) else 422


def _errors(refusal: FormRefused | FieldTaken | None) -> dict[str, str]:
    return refusal.message_by_field if refusal else {}
