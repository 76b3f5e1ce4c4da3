"""The forms of a municipality's page of an agent, read into values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from chalicelib.cases.dossier import Event
from chalicelib.cases.proofs import ProofKind
from chalicelib.cases.refusals import SourceMissing
from chalicelib.common import agent_ids, written
from chalicelib.common.written import FieldRefused, Fields, FormRefused
from chalicelib.followup.case_wording import PROOF_NAMES
from chalicelib.runtime.web import BadRequest, Form

LONGEST_TEXT = 2000
#: The fields of the form of `new_name`.
OF_NEW_NAME = ("navn", "navnsikker")
_LONGEST_SOURCE = 200
_PROOF_ID = re.compile(r"[0-9a-f]{32}")

#: What can be said of a proposal: the value, what it says, and what follows.
ANSWERS = (
    (Event.COMMENTED.value, "En kommentar", "Sekretariatet læser den, før sagen afgøres."),
    (Event.CONTESTED.value, "En indsigelse", "Sekretariatet får den straks på mail."),
    (Event.AGREED.value, "Vi er enige", "Så kan sagen afgøres, før fristen er gået."),
)
PROOF_KINDS = tuple((kind.value, name) for kind, name in PROOF_NAMES.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the municipality says of a proposal. `text` may be empty when it agrees."""

    what: Event
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedProof:
    """A proof of training as it was typed. `proof_id` came with the form, so that sending it twice is one proof."""

    proof_id: str
    kind: ProofKind
    taken_on: date
    source: str


def said(form: Form) -> Said:
    """Return what the municipality says.

    Raises:
        FormRefused: nothing is chosen, or a text is missing or too long.
    """
    fields = Fields()
    what = fields.read("svar", lambda: _event(form.text("svar")))
    missing = "Skriv, hvad I vil sige til sekretariatet." if what is not Event.AGREED else None
    text = fields.read("tekst", lambda: written.words(form.text("tekst"), at_most=LONGEST_TEXT, missing=missing))
    fields.check()
    assert what is not None
    assert text is not None
    return Said(what=what, text=text)


def proof(form: Form) -> TypedProof:
    """Return the proof.

    Raises:
        BadRequest: the form isn't of ours.
        FormRefused: kind, date or source can't be taken.
    """
    proof_id = form.text("bevis")
    if not _PROOF_ID.fullmatch(proof_id):
        raise BadRequest("Formularen kunne ikke læses. Gå tilbage, og send den igen.")
    fields = Fields()
    kind = fields.read("slags", lambda: _kind(form.text("slags")))
    taken_on = fields.read("dato", lambda: written.day(form.text("dato")))
    source = fields.read("kilde", lambda: _source(form.text("kilde")))
    fields.check()
    assert kind is not None
    assert taken_on is not None
    assert source is not None
    return TypedProof(proof_id=proof_id, kind=kind, taken_on=taken_on, source=source)


def new_name(form: Form) -> str:
    """Return the id that the leader says the agent has now.

    Raises:
        FormRefused: it can't be an agent's id, or they didn't tick that they are sure.
    """
    fields = Fields()
    name = fields.read("navn", lambda: _agent_id(form.text("navn").strip()))
    if form.text("navnsikker") != "ja":
        fields.refuse(
            "navnsikker", "Sæt kryds, hvis det er den samme medarbejder: tællingen følger med til det nye id."
        )
    fields.check()
    assert name is not None
    return name


def check_sure(form: Form) -> None:
    """Check that whoever says that an agent has stopped ticked that they are sure.

    Raises:
        FormRefused: they didn't.
    """
    if form.text("sikker") != "ja":
        raise FormRefused({"sikker": "Sæt kryds, hvis agenten er stoppet: en åben sag bliver afsluttet."})


def _agent_id(text: str) -> str:
    if not text:
        raise FieldRefused("Skriv det id, agenten har nu.")
    fault = agent_ids.fault_of(text)
    if fault is not None:
        raise FieldRefused(f"Id'et {fault}. Skriv det, som det står i telefonsystemet.")
    if not agent_ids.looks_usual(text):
        raise FieldRefused("Skriv et id som 751-001: kun bogstaver, tal, punktum, _ og -. Aldrig medarbejderens navn.")
    return text


def _event(text: str) -> Event:
    if text not in {value for value, _, _ in ANSWERS}:
        raise FieldRefused("Vælg, hvad I vil sige.")
    return Event(text)


def _kind(text: str) -> ProofKind:
    if text not in {value for value, _ in PROOF_KINDS}:
        raise FieldRefused("Vælg, hvad beviset er for.")
    return ProofKind(text)


def _source(text: str) -> str:
    return written.line(text, at_most=_LONGEST_SOURCE, missing=SourceMissing().message)
