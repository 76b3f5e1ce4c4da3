"""The forms of the secretariat's page of a case, read into values."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.cases.dossier import Event
from chalicelib.cases.refusals import ReasonMissing
from chalicelib.common import written
from chalicelib.common.written import FieldRefused, Fields
from chalicelib.followup.case_pages import DECISIONS
from chalicelib.runtime.web import BadRequest, Form

LONGEST_REASON = 2000
_WHATS = {what.value: what for decisions in DECISIONS.values() for what, _, _ in decisions}
_NO_REASON = ReasonMissing().message


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decides, and why."""

    what: Event
    reason: str


def decision(form: Form) -> Decision:
    """Return the decision.

    Raises:
        FormRefused: none is chosen, or it has no reason.
    """
    fields = Fields()
    what = fields.read("afgoerelse", lambda: _what(form.text("afgoerelse")))
    why = fields.read("begrundelse", lambda: _reason(form.text("begrundelse")))
    fields.check()
    assert what is not None
    assert why is not None
    return Decision(what=what, reason=why)


def reason(form: Form, field: str) -> str:
    """Return the reason typed into the field.

    Raises:
        FormRefused: there is none, or it is too long.
    """
    fields = Fields()
    why = fields.read(field, lambda: _reason(form.text(field)))
    fields.check()
    assert why is not None
    return why


def case_number(form: Form) -> int:
    """Return the number of the case that the form was shown for.

    Raises:
        BadRequest: it isn't a number; no page of ours sends that.
    """
    return _number(form.text("sag"))


def seen(form: Form) -> int:
    """Return the version of the dossier that the form was shown with.

    Raises:
        BadRequest: it isn't a number; no page of ours sends that.
    """
    return _number(form.text("udgave"))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise BadRequest("Formularen kunne ikke læses. Gå tilbage, og send den igen.")
    return int(text)


def _what(text: str) -> Event:
    if text not in _WHATS:
        raise FieldRefused("Vælg en afgørelse.")
    return _WHATS[text]


def _reason(text: str) -> str:
    return written.words(text, at_most=LONGEST_REASON, missing=_NO_REASON)
