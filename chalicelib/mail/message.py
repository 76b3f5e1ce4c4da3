"""A mail as it goes out: facts and templates made into one MIME message with a text and an HTML part."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.errors import AppError
from chalicelib.mail.addresses import check_address
from chalicelib.mail.mails import Mail
from chalicelib.runtime import settings

_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail ready for SES. `sender` is the bare address; `digest` is the SHA-256 of `raw`, in hex."""

    sender: str
    to: tuple[str, ...]
    raw: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


class Unrenderable(AppError):
    """Raised when the templates and the facts don't make a mail: a fault of ours, mended by a new version."""

    code = "unrenderable"

    def __init__(self, mail_id: str) -> None:
        super().__init__(f"Mailen {mail_id} kan ikke skrives ud fra sin skabelon. Den venter, til fejlen er rettet.")


def render_mail(mail: Mail, *, at: datetime) -> Message:
    """Render both parts from the same facts and put them into one message dated `at`.

    Raises:
        Unrenderable: a template is missing or wrong, or the facts don't fit it.
    """
    text, html = render_parts(mail)
    sender_name, sender = parseaddr(settings.mail_from())
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender_name, addr_spec=check_address(sender))
    message["To"] = tuple(Address(addr_spec=check_address(address)) for address in mail.to)
    message["Reply-To"] = Address(addr_spec=check_address(settings.secretariat_address()))
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(at.astimezone(COPENHAGEN))
    message["Message-ID"] = f"<{mail.mail_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable keeps the message ASCII: no relay on the way may re-code it.
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # After the parts: making them drops every Content header.
    message["Content-Language"] = "da"
    return Message(sender=sender, to=mail.to, raw=message.as_bytes())


def one_line(subject: str) -> str:
    """Return a subject without line breaks, control characters and what turns the reading direction.

    A subject may quote a name from outside, such as a dropped file's; it is cleaned rather than refused.
    """
    plain = (" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in subject)
    line = " ".join("".join(plain).split())
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[: _LONGEST_SUBJECT - 1]}…"


def render_parts(mail: Mail) -> tuple[str, str]:
    """Return the text and the HTML of a mail.

    Raises:
        Unrenderable: a template is missing or wrong, or the facts don't fit it.
    """
    # Imported here: Jinja2 costs 80 ms, and the receipts and the sweeper never render.
    from jinja2 import TemplateError

    from chalicelib.runtime.templates import render

    try:
        text, html = (render(f"{mail.template}.{kind}", **mail.facts) for kind in ("txt", "html"))
        # A lone surrogate can't be sent; better found here than in the middle of a message.
        text.encode()
        html.encode()
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unrenderable(mail.mail_id) from error
    return text, html
