"""What SES's errors and events mean for a mail.

Pure. Sources: the errors of SendEmail in the SES API v2; "Contents of event data that Amazon SES publishes" and
"Monitoring SES events using Amazon EventBridge" in the SES developer guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.common.errors import Refused
from chalicelib.mail.delivery import Answer, Evidence, Outcome

#: SES read this very mail and said no. Every other 4xx is about our account, rate or configuration, which changes.
_ABOUT_THE_MAIL = frozenset({"MessageRejected", "BadRequestException"})

#: botocore errors that come before a byte of the request was sent. After any other the mail may have gone out.
_BEFORE_THE_REQUEST = frozenset(
    {
        "ConnectTimeoutError",
        "CredentialRetrievalError",
        "EndpointConnectionError",
        "NoCredentialsError",
        "NoRegionError",
        "ParamValidationError",
        "PartialCredentialsError",
        "ProxyConnectionError",
        "TokenRetrievalError",
    }
)

_SUPPRESSED_SUBTYPES = frozenset({"Suppressed", "OnAccountSuppressionList"})

_EVIDENCE_BY_EVENT_TYPE = {
    "Send": Evidence.SENT,
    "DeliveryDelay": Evidence.SENT,
    "Delivery": Evidence.DELIVERED,
    "Complaint": Evidence.COMPLAINED,
    "Bounce": Evidence.BOUNCED,
    "Reject": Evidence.REJECTED,
    "Rendering Failure": Evidence.REJECTED,
}

#: Where each event lists the addresses that it is about; the others are about the whole message.
_RECIPIENTS_BY_EVENT_TYPE = {
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients"),
    "Delivery": ("delivery", "recipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "Bounce": ("bounce", "bouncedRecipients"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One SES event about one of our mails. `attempt` is 0 and `addresses` empty when it does not say."""

    mail_id: str
    attempt: int
    evidence: Evidence
    addresses: tuple[str, ...]
    ses_message_id: str | None
    sent_at: datetime | None


class EventNotUnderstood(Refused):
    """Raised when an event says that it is a receipt and has not the shape of one."""

    code = "event_not_understood"

    def __init__(self) -> None:
        super().__init__("Kvitteringen fra SES har ikke den form, vi kender. Den er lagt til side.")


def answer_to_response(code: str, *, status: int) -> Answer:
    """Say what an error response means: `code` is its name, `status` the HTTP status."""
    if not 400 <= status < 500:
        return Answer(outcome=Outcome.UNKNOWN, code=code)
    outcome = Outcome.REFUSED if code in _ABOUT_THE_MAIL else Outcome.NOT_SENT
    return Answer(outcome=outcome, code=code)


def answer_to_failure(name: str) -> Answer:
    """Say what a call without any response means: `name` is the botocore error's class."""
    outcome = Outcome.NOT_SENT if name in _BEFORE_THE_REQUEST else Outcome.UNKNOWN
    return Answer(outcome=outcome, code=name)


def told_by(envelope: Mapping[str, Any]) -> Told | None:
    """Return what an EventBridge envelope tells, or None when it is not about a mail of the outbox.

    Raises:
        EventNotUnderstood: it carries our tag, but lacks what every event has.
    """
    try:
        detail = envelope["detail"]
        if envelope["source"] != "aws.ses" or "mail" not in detail:
            return None
        mail = detail["mail"]
        tags = mail.get("tags") or {}
        evidence = _EVIDENCE_BY_EVENT_TYPE.get(detail["eventType"])
        if "mail_id" not in tags or evidence is None:
            return None
        return Told(
            mail_id=tags["mail_id"][0],
            attempt=int(tags["attempt"][0]) if "attempt" in tags else 0,
            evidence=_bounce(detail["bounce"]) if evidence is Evidence.BOUNCED else evidence,
            addresses=_addresses(detail),
            ses_message_id=mail.get("messageId"),
            sent_at=datetime.fromisoformat(mail["timestamp"]) if "timestamp" in mail else None,
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise EventNotUnderstood from error


def _bounce(bounce: Mapping[str, Any]) -> Evidence:
    if bounce.get("bounceSubType") in _SUPPRESSED_SUBTYPES:
        return Evidence.SUPPRESSED
    return Evidence.BOUNCED_FOR_NOW if bounce["bounceType"] == "Transient" else Evidence.BOUNCED


def _addresses(detail: Mapping[str, Any]) -> tuple[str, ...]:
    if detail["eventType"] not in _RECIPIENTS_BY_EVENT_TYPE:
        return ()
    part, listing = _RECIPIENTS_BY_EVENT_TYPE[detail["eventType"]]
    listed = detail.get(part, {}).get(listing, ())
    return tuple(one if isinstance(one, str) else one["emailAddress"] for one in listed)
