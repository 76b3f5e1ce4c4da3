"""The steps that the tests on the emulated AWS share: record a mail, see where it stands, settle what SES told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.mail import outbox, service
from chalicelib.mail.mails import Mail, MailState
from tests.mail.fakes import a_mail

Queued = Callable[[str], list[Any]]
MAIL_ID = "notice_2024-10_751_r1"


def trial_mail(mail_id: str = MAIL_ID, **changes: Any) -> Mail:
    """Return a mail of the trial template."""
    usual = {"template": "trial/plain", "facts": {"name": "Aarhus Kommune", "answered": 1234}}
    return a_mail(mail_id, **{**usual, **changes})


def state_now(mail_id: str = MAIL_ID) -> MailState:
    stored = outbox.state_of(mail_id)
    assert stored is not None
    return stored


def sqs_event(bodies: list[str]) -> dict[str, Any]:
    """Return an SQS event as Lambda gives it; message ids count from 0."""
    return {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


def settle_all(queued: Queued) -> None:
    """Settle every receipt that waits."""
    for event in queued("ddh-receipts"):
        service.settle(event)
