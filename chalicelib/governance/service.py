"""Registers meetings, what was on their agendas, and the rules that were decided. What is registered stands.

The same form may be sent twice: what stands already exactly as it is sent, by the same person, was registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib.common import written
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.danish import long_date
from chalicelib.common.errors import Conflict
from chalicelib.common.written import FieldRefused, FormRefused
from chalicelib.governance.rule_forms import value_of
from chalicelib.governance.written import ITEM_TYPE_NAME, TextFields, item_number, item_type
from chalicelib.rulebook import book, decisions
from chalicelib.rulebook.book import Registration
from chalicelib.rulebook.decisions import Decision, ItemType, Meeting, NotADecisionId
from chalicelib.rulebook.rules import Rule, RuleName

LONGEST_TEXT = 4000
LONGEST_NOTE = 1000
_LONGEST_HOST = 200
#: A date further ahead is a slip of the finger, and what is registered can't be taken back.
_MEETINGS_AHEAD = timedelta(days=366)
_RULES_AHEAD = timedelta(days=10 * 366)


class FieldTaken(Conflict):
    """Raised when what the form would register stands already, otherwise than it says."""

    code = "field_taken"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.message_by_field = {field: message}


def meeting_on(day: date) -> Meeting | None:
    """Return the meeting of that day; None when there is none."""
    return next((meeting for meeting in decisions.meetings() if meeting.day == day), None)


def register_meeting(text_by_field: Mapping[str, str], *, by: str, clock: Clock = system_clock) -> Meeting:
    """Register the meeting that the form says: `dato` and `vaert`.

    Raises:
        FormRefused: fields can't be taken.
        FieldTaken: there is a meeting on that day, with another host or by another person.
    """
    fields = TextFields(text_by_field)
    day = fields.read_text("dato", lambda text: _day_at_most(text, clock.today() + _MEETINGS_AHEAD, "et år"))
    host = fields.read_text("vaert", lambda text: written.line(text, at_most=_LONGEST_HOST))
    fields.check()
    assert day is not None
    assert host is not None
    meeting = Meeting(day=day, host=host, registered_by=by, registered_at=clock.now())
    try:
        decisions.add_meeting(meeting)
    except Conflict as error:
        stands = meeting_on(day)
        if stands is None or (stands.host, stands.registered_by) != (host, by):
            raise FieldTaken("dato", error.message) from error
        return stands
    return meeting


def register_item(
    text_by_field: Mapping[str, str], *, meeting: Meeting, by: str, clock: Clock = system_clock
) -> Decision:
    """Register the agenda item that the form says: `punkt`, `type` and `tekst`.

    Raises:
        FormRefused: fields can't be taken.
        FieldTaken: the meeting has an item of that number, of another content or by another person.
    """
    fields = TextFields(text_by_field)
    number = fields.read_text("punkt", item_number)
    type_ = fields.read_text("type", item_type)
    text = fields.read_text("tekst", lambda text: written.words(text, at_most=LONGEST_TEXT, missing="Skriv en tekst."))
    fields.check()
    assert number is not None
    assert type_ is not None
    assert text is not None
    item = Decision(
        decision_id=decisions.decision_id(meeting.day, number),
        meeting=meeting.day,
        item=number,
        type=type_,
        text=text,
        registered_by=by,
        registered_at=clock.now(),
    )
    try:
        decisions.add(item)
    except Conflict as error:
        stands = decisions.get(item.decision_id)
        if stands is None or (stands.type, stands.text, stands.registered_by) != (type_, text, by):
            raise FieldTaken("punkt", f"Punkt {number} er registreret i forvejen. Brug et andet nummer.") from error
        return stands
    return item


def supersede(name: RuleName, text_by_field: Mapping[str, str], *, by: str, clock: Clock = system_clock) -> Rule:
    """Register the rule that the form says: `fra`, the value's own fields, `beslutning` and `note`.

    Raises:
        FormRefused: fields can't be taken.
        FieldTaken: another rule of this name begins on that day.
    """
    fields = TextFields(text_by_field)
    begins = fields.read_text("fra", lambda text: _day_after(text, clock.today()))
    value = _value(name, text_by_field, fields)
    decision_id = fields.read_text("beslutning", lambda text: _granting(text, clock.today()))
    note = fields.read_text("note", lambda text: written.words(text, at_most=LONGEST_NOTE))
    fields.check()
    assert begins is not None
    assert decision_id is not None
    assert note is not None
    rule = Rule(name=name, in_force_from=begins, value=value, decision_id=decision_id, note=note)
    try:
        book.add(rule, Registration(by=by, at=clock.now()))
    except Conflict as error:
        if not any(stands == rule and who is not None and who.by == by for stands, who in book.history(name)):
            message = f"Der begynder allerede en regel den {long_date(begins)}, og den rettes ikke. Vælg en anden dato."
            raise FieldTaken("fra", message) from error
    return rule


def _value(name: RuleName, text_by_field: Mapping[str, str], fields: TextFields) -> object:
    """Return the value that the form says; what is wrong with it is gathered with the rest."""
    try:
        return value_of(name, text_by_field)
    except FormRefused as refusal:
        for field, message in refusal.message_by_field.items():
            fields.refuse(field, message)
        return None


def _day_at_most(text: str, latest: date, ahead: str) -> date:
    day = written.day(text)
    if day > latest:
        raise FieldRefused(f"Datoen ligger mere end {ahead} ude i fremtiden. Er årstallet rigtigt?")
    return day


def _day_after(text: str, today: date) -> date:
    day = _day_at_most(text, today + _RULES_AHEAD, "ti år")
    if day <= today:
        raise FieldRefused(
            f"Vælg en dag efter i dag, den {long_date(today)}. En ny regel gælder fremad: det, der er sket, er "
            "afgjort efter den regel, der gjaldt."
        )
    return day


def _granting(text: str, today: date) -> str:
    """Return the id of a decision that was taken by today."""
    try:
        decision = decisions.get(text)
    except NotADecisionId as error:
        raise FieldRefused(error.message) from error
    if decision is None:
        raise FieldRefused(f"Punkt {text} er ikke registreret. Registrér det under mødet først.")
    if decision.type is not ItemType.DECISION:
        kind = ITEM_TYPE_NAME[decision.type].lower()
        raise FieldRefused(f"Punkt {text} er en {kind}. En regel hviler på en beslutning.")
    if not decision.grants_on(today):
        raise FieldRefused(f"Mødet den {long_date(decision.meeting)} er ikke holdt endnu.")
    return decision.decision_id
