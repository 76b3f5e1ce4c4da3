"""The emulated SES: keeps every accepted mail as it was sent, and tells what became of it as SES does.

moto accepts mails but forgets their tags and configuration set, knows no event destination of SESv2, and never emits
an event. Here an accepted mail's events ("Email Sent", then "Email Delivered") go at once onto the emulated bus, to the
rules of infra/data.yaml.

Source: Amazon SES Developer Guide, "Monitoring SES events using Amazon EventBridge" and "Examples of event data".
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from moto.sesv2.responses import SESV2Response

from chalicelib.common.clock import system_clock
from infra.local.bus import emit

#: The name on the bus of each event type of the API that this emulation emits.
_DETAIL_TYPE_BY_EVENT = {"SEND": "Email Sent", "DELIVERY": "Email Delivered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """One mail that SES accepted."""

    message_id: str
    sent_at: datetime
    sender: str
    to: tuple[str, ...]
    tags: Mapping[str, str]
    configuration_set: str | None
    raw: bytes  # the MIME message, byte for byte

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def part(self, kind: str) -> str:
        """Return the text of the `plain` or `html` part; empty when there is none."""
        body = self.message.get_body((kind,))
        return "" if body is None else str(body.get_content())


#: Every accepted mail, oldest first.
sent: list[SentMail] = []
_event_types_by_set: dict[str, set[str]] = {}


def empty() -> None:
    """Forget the mails."""
    sent.clear()


def install() -> None:
    """Put this emulation into moto's SESv2; once is enough."""
    SESV2Response.send_email = _send_email
    SESV2Response.create_configuration_set_event_destination = _create_event_destination


_moto_send_email = SESV2Response.send_email


def _send_email(response: SESV2Response) -> str:
    answer: str = _moto_send_email(response)
    request = json.loads(response.body)
    destination = request.get("Destination", {})
    mail = SentMail(
        message_id=json.loads(answer)["MessageId"],
        sent_at=system_clock.now(),
        sender=request["FromEmailAddress"],
        to=tuple(address for kind in ("To", "Cc", "Bcc") for address in destination.get(f"{kind}Addresses", ())),
        tags={tag["Name"]: tag["Value"] for tag in request.get("EmailTags", ())},
        configuration_set=request.get("ConfigurationSetName"),
        raw=b64decode(request["Content"]["Raw"]["Data"]),
    )
    sent.append(mail)
    for event_type in ("SEND", "DELIVERY"):
        if event_type in _event_types_by_set.get(mail.configuration_set or "", ()):
            _emit(event_type, mail, account=response.current_account, region=response.region)
    return answer


def _create_event_destination(response: SESV2Response) -> str:
    request = json.loads(response.body)
    *_, configuration_set, _ = urlsplit(response.uri).path.split("/")
    destination = request["EventDestination"]
    if destination["Enabled"] and "EventBridgeDestination" in destination:
        _event_types_by_set[unquote(configuration_set)] = set(destination["MatchingEventTypes"])
    return "{}"


def _emit(event_type: str, mail: SentMail, *, account: str, region: str) -> None:
    at = mail.sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    more: dict[str, Any] = {"send": {}}
    if event_type == "DELIVERY":
        more = {
            "delivery": {
                "timestamp": at,
                "processingTimeMillis": 500,
                "recipients": list(mail.to),
                "smtpResponse": "250 2.0.0 OK",
                "reportingMTA": "local.example",
            }
        }
    detail = {
        "eventType": event_type.title(),
        "mail": {
            "timestamp": at,
            "source": mail.sender,
            "sourceArn": f"arn:aws:ses:{region}:{account}:identity/{mail.sender.rpartition('@')[2].rstrip('>')}",
            "sendingAccountId": account,
            "messageId": mail.message_id,
            "destination": list(mail.to),
            "headersTruncated": False,
            "headers": [{"name": name, "value": str(value)} for name, value in mail.message.items()],
            "commonHeaders": {"from": [mail.sender], "to": list(mail.to), "subject": mail.subject},
            "tags": {
                "ses:operation": ["SendEmail"],
                "ses:configuration-set": [mail.configuration_set],
                "ses:from-domain": [mail.sender.rpartition("@")[2].rstrip(">")],
                **{name: [value] for name, value in mail.tags.items()},
            },
        },
        **more,
    }
    emit("aws.ses", _DETAIL_TYPE_BY_EVENT[event_type], detail, account=account, region=region, resources=())
