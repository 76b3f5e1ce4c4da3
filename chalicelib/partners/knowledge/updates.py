"""What a partner wants agents to know, from which day, and what the secretariat says to it.

Facts in; the update as it is afterwards, or a named refusal. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from chalicelib.common import written
from chalicelib.common.acts import Act
from chalicelib.common.danish import long_date
from chalicelib.common.months import months_later
from chalicelib.common.written import FieldRefused, Fields
from chalicelib.partners.agreements import Partner
from chalicelib.partners.knowledge import refusals

LONGEST_TITLE = 120
LONGEST_TEXT = 4000
#: What is to hold from later than this is a slip of the finger.
MOST_MONTHS_AHEAD = 24
#: [A] So much of one partner's may wait for the secretariat at a time: each of them is a mail, and a page to read.
MOST_WAITING = 50


class Status(StrEnum):
    """Where an update stands."""

    RECEIVED = "received"
    PUBLISHED = "published"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the partner says: a title of one line, a text of many, and the first day on which it holds."""

    title: str
    text: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeUpdate:
    """What a partner sent, and what was decided. Nothing else ever happens to it, so it is its own history."""

    partner_id: str
    partner_name: str
    update_id: str
    draft: Draft
    received: Act
    status: Status = Status.RECEIVED
    decided: Act | None = None
    reason: str | None = None

    @property
    def title(self) -> str:
        return self.draft.title

    @property
    def text(self) -> str:
        return self.draft.text

    @property
    def valid_from(self) -> date:
        return self.draft.valid_from

    @property
    def received_at(self) -> datetime:
        return self.received.at

    @property
    def published_at(self) -> datetime | None:
        return self.decided.at if self.decided and self.status is Status.PUBLISHED else None

    def says(self, draft: Draft) -> bool:
        """Whether it is this draft that was sent."""
        return self.draft == _tidy(draft)


def id_of(partner_id: str, key: str) -> str:
    """Return the id of what a partner sends under an Idempotency-Key: the same key is the same update."""
    return hashlib.sha256(f"{partner_id}\n{key}".encode()).hexdigest()[:24]


def received(draft: Draft, *, partner: Partner, update_id: str, waiting: int, act: Act) -> KnowledgeUpdate:
    """Something that the secretariat is to look at; `waiting` is how much of the partner's it has before it.

    Raises:
        FormRefused: fields can't be taken, named `title`, `text`, `valid_from`; all of them.
        TooManyWaiting: the secretariat must read some of it first.
    """
    tidy, fields = _tidy(draft), Fields()
    fields.read("title", lambda: written.line(tidy.title, at_most=LONGEST_TITLE, missing="Skriv en titel på én linje."))
    fields.read(
        "text", lambda: written.words(tidy.text, at_most=LONGEST_TEXT, missing="Skriv, hvad agenterne skal vide.")
    )
    fields.read("valid_from", lambda: _check_valid_from(tidy.valid_from, today=act.on))
    fields.check()
    if waiting >= MOST_WAITING:
        raise refusals.TooManyWaiting(MOST_WAITING)
    return KnowledgeUpdate(
        partner_id=partner.partner_id, partner_name=partner.name, update_id=update_id, draft=tidy, received=act
    )


def published(update: KnowledgeUpdate, *, act: Act) -> KnowledgeUpdate:
    """Agents are to know it.

    Raises:
        AlreadyDecided: it doesn't wait.
    """
    _check_waits(update)
    return replace(update, status=Status.PUBLISHED, decided=act)


def declined(update: KnowledgeUpdate, *, reason: str, act: Act) -> KnowledgeUpdate:
    """Agents are not told; the partner is told why.

    Raises:
        AlreadyDecided: it doesn't wait.
        ReasonMissing: the partner must be told why.
    """
    _check_waits(update)
    if not reason.strip():
        raise refusals.ReasonMissing
    return replace(update, status=Status.DECLINED, decided=act, reason=reason)


def _tidy(draft: Draft) -> Draft:
    """Return the draft without spaces around its texts, its line ends made alike."""
    text = draft.text.replace("\r\n", "\n").replace("\r", "\n")
    return replace(draft, title=draft.title.strip(), text=text.strip())


def _check_valid_from(day: date, *, today: date) -> None:
    latest = months_later(today, MOST_MONTHS_AHEAD)
    if not today <= day <= latest:
        raise FieldRefused(f"Dagen, det gælder fra, skal ligge fra {long_date(today)} til {long_date(latest)}.")


def _check_waits(update: KnowledgeUpdate) -> None:
    if update.status is not Status.RECEIVED:
        raise refusals.AlreadyDecided
