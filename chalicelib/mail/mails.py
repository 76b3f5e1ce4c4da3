"""A mail as its cause records it, and the same mail with what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chalicelib.common.errors import Refused
from chalicelib.mail.addresses import check_address
from chalicelib.mail.delivery import Delivery, State

_MAIL_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TEMPLATE = re.compile(r"[a-z_]+/[a-z0-9_]+")
#: SES takes 50 recipients in one message.
MOST_RECIPIENTS = 50
#: A row may be 400 KB; the rest is for the history. A municipality with 250 agents needs about 60 KB.
MOST_FACT_BYTES = 300_000


class MailRefused(Refused):
    """Raised when a mail can't be recorded as it is: its id, its recipients or its facts break a limit."""

    code = "mail_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to be sent once.

    `mail_id` is a natural key, made of what the mail is about ("notice_2024-10_751_r1"): whoever records the same
    mail again meets the first. It is a tag in SES, hence its letters. `facts` are JSON values; `template` names the
    pair of templates without extension ("evaluation/notice"), rendered when the mail is sent.
    """

    mail_id: str
    to: tuple[str, ...]
    subject: str
    template: str
    facts: Mapping[str, Any]
    send_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailState:
    """A recorded mail and what became of it: what staff look at. `correlation_id`: what recording it went back to."""

    mail: Mail
    delivery: Delivery
    correlation_id: str = ""

    @property
    def state(self) -> State:
        return self.delivery.state

    @property
    def reason(self) -> str | None:
        return self.delivery.reason

    @property
    def accepted_at(self) -> datetime | None:
        return self.delivery.accepted_at

    @property
    def may_be_duplicate(self) -> bool:
        return self.delivery.may_be_duplicate


def checked(mail: Mail) -> Mail:
    """Return the mail when it may be recorded. Done at the door: what is stored already is not judged again.

    Raises:
        AddressRefused: a recipient is not one plain address.
        MailRefused: another limit is broken.
    """
    if not _MAIL_ID.fullmatch(mail.mail_id):
        raise MailRefused("Mailens id må kun have bogstaver a-z, cifre, - og _ og højst 128 tegn.")
    if not _TEMPLATE.fullmatch(mail.template):
        raise MailRefused("Mailens skabelon skal nævnes som funktion/navn, uden endelse.")
    if not 1 <= len(mail.to) <= MOST_RECIPIENTS:
        raise MailRefused(f"En mail skal have mindst én og højst {MOST_RECIPIENTS} modtagere.")
    for address in mail.to:
        check_address(address)
    try:
        size = len(json.dumps(mail.facts, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError) as error:
        raise MailRefused("Mailens oplysninger kan ikke gemmes: de skal være JSON.") from error
    if size > MOST_FACT_BYTES:
        raise MailRefused(f"Mailens oplysninger fylder mere end {MOST_FACT_BYTES // 1000} KB. Del mailen op.")
    return mail
