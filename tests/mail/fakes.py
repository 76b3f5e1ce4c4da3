"""Stand-ins with state for the outbox's table and for SES. test_store.py holds the table against the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from chalicelib.mail.delivery import Delivery, State
from chalicelib.mail.mails import Mail, MailState
from chalicelib.mail.message import Message
from chalicelib.mail.store import Entry


def a_mail(mail_id: str = "notice_2024-10_751_r1", **changes: Any) -> Mail:
    """Return a mail that may be recorded."""
    usual = {"to": ("leder@aarhus.example",), "subject": "Oktober 2024", "template": "mail/plain", "facts": {}}
    return Mail(mail_id=mail_id, **{**usual, **changes})


def envelope(
    event_type: str,
    *,
    mail_id: str = "notice_2024-10_751_r1",
    attempt: int = 1,
    at: datetime = datetime(2025, 2, 5, 5, 0, tzinfo=UTC),
    recipients: tuple[str, ...] = ("leder@aarhus.example",),
    **more: Any,
) -> dict[str, Any]:
    """Return EventBridge's envelope of an SES event, as the receipts queue holds it; `more` goes into its own part.

    Source: "Examples of event data that Amazon SES publishes" and "SES events schema reference", SES developer guide.
    """
    shapes: dict[str, tuple[str, str, dict[str, Any]]] = {
        "Send": ("Email Sent", "send", {}),
        "Delivery": ("Email Delivered", "delivery", {"recipients": list(recipients), "smtpResponse": "250 2.0.0 OK"}),
        "DeliveryDelay": (
            "Email Delivery Delayed",
            "deliveryDelay",
            {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": each} for each in recipients]},
        ),
        "Bounce": (
            "Email Bounced",
            "bounce",
            {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [{"emailAddress": each, "action": "failed"} for each in recipients],
            },
        ),
        "Complaint": (
            "Email Complaint Received",
            "complaint",
            {"complainedRecipients": [{"emailAddress": each} for each in recipients]},
        ),
        "Reject": ("Email Rejected", "reject", {"reason": "Bad content"}),
        "Rendering Failure": ("Email Rendering Failed", "failure", {"errorMessage": "", "templateName": ""}),
        "Open": ("Email Opened", "open", {}),
    }
    detail_type, part, own = shapes[event_type]
    return {
        "version": "0",
        "id": "12a18625-3d5c-4a0f-9a55-5d8e4f1c7a3b",
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": "123456789012",
        "time": "2025-02-05T05:00:02Z",
        "region": "eu-north-1",
        "resources": ["arn:aws:ses:eu-north-1:123456789012:configuration-set/ddh-test-mail"],
        "detail": {
            "eventType": event_type,
            "mail": {
                "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "messageId": f"ses-{mail_id}-{attempt}",
                "destination": list(recipients),
                "tags": {
                    "ses:configuration-set": ["ddh-test-mail"],
                    "mail_id": [mail_id],
                    "attempt": [str(attempt)],
                },
            },
            part: {**own, **more},
        },
    }


def rendered(mail: Mail, *, at: datetime) -> Message:
    """Render nothing: a message whose text is the mail's id."""
    return Message(sender="hotline@ddh.example", to=mail.to, raw=mail.mail_id.encode())


class MemoryStore:
    """The outbox's table in memory, with the same conditions. `index_lag` makes its index late, as DynamoDB's may be.

    The conditions are methods of their own, so that the simulation can take them away.
    """

    def __init__(self, *, now: Callable[[], datetime] | None = None, index_lag: timedelta = timedelta()) -> None:
        self._now = now
        self._index_lag = index_lag
        self._mail_by_id: dict[str, tuple[Mail, str]] = {}
        self._history_by_id: dict[str, list[tuple[datetime | None, Delivery]]] = {}

    def add(self, mail: Mail, delivery: Delivery, *, owner: str) -> bool:
        if self._is_new(mail):
            self._mail_by_id[mail.mail_id] = (mail, owner)
            self._history_by_id[mail.mail_id] = [(self._instant(), delivery)]
        return self._mail_by_id[mail.mail_id][1] == owner

    def get(self, mail_id: str) -> MailState | None:
        if mail_id not in self._mail_by_id:
            return None
        return MailState(mail=self._mail_by_id[mail_id][0], delivery=self._history_by_id[mail_id][-1][1])

    def replace(self, mail_id: str, before: Delivery, after: Delivery) -> bool:
        if not self._holds(mail_id, before):
            return False
        stored = replace(after, version=before.version + 1)
        self._history_by_id[mail_id].append((self._instant(), stored))
        return True

    def in_state(
        self, state: State, *, due_from: datetime | None = None, due_until: datetime | None = None
    ) -> Iterator[Entry]:
        found = [
            Entry(mail_id=mail_id, delivery=delivery)
            for mail_id, history in self._history_by_id.items()
            if (delivery := self._indexed(history)) is not None
            and delivery.state is state
            and (due_from is None or delivery.due_at >= due_from)
            and (due_until is None or delivery.due_at <= due_until)
        ]
        return iter(sorted(found, key=lambda entry: entry.delivery.due_at))

    def deliveries(self, mail_id: str) -> list[Delivery]:
        """Return every delivery that was ever stored for the mail, oldest first."""
        return [delivery for _, delivery in self._history_by_id[mail_id]]

    def _is_new(self, mail: Mail) -> bool:
        return mail.mail_id not in self._mail_by_id

    def _holds(self, mail_id: str, before: Delivery) -> bool:
        return self._history_by_id[mail_id][-1][1].version == before.version

    def _instant(self) -> datetime | None:
        return self._now() if self._now else None

    def _indexed(self, history: list[tuple[datetime | None, Delivery]]) -> Delivery | None:
        if self._now is None:
            return history[-1][1]
        horizon = self._now() - self._index_lag
        seen = [delivery for stored_at, delivery in history if stored_at is not None and stored_at <= horizon]
        return seen[-1] if seen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One mail that the fake SES took."""

    mail_id: str
    attempt: int
    at: datetime


def client_error(code: str, status: int) -> ClientError:
    """Return the error that botocore raises for a response."""
    response: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "SendEmail")


class FakeSes:
    """SES's client: takes mails, and fails on its way in and out as the network and SES do, by what `fate` says.

    It repeats a call as the real client would with `total_max_attempts`.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        fate: Callable[[str], str] = lambda mail_id: "accepted",
        on_accepted: Callable[[Accepted], None] = lambda mail: None,
        total_max_attempts: int = 1,
    ) -> None:
        self.accepted: list[Accepted] = []
        self._now = now
        self._fate = fate
        self._on_accepted = on_accepted
        self._total_max_attempts = total_max_attempts

    def send_email(self, **request: Any) -> dict[str, str]:
        for tried in range(1, self._total_max_attempts + 1):
            try:
                return self._send_once(request)
            except (ReadTimeoutError, ConnectTimeoutError, ClientError) as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"] if isinstance(error, ClientError) else 500
                if tried == self._total_max_attempts or status == 400:
                    raise
        raise AssertionError

    def _send_once(self, request: dict[str, Any]) -> dict[str, str]:
        tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
        fate = self._fate(tags["mail_id"])
        if fate == "unreachable":
            raise ConnectTimeoutError(endpoint_url="https://ses")
        if fate == "throttled":
            raise client_error("TooManyRequestsException", 429)
        if fate == "refused":
            raise client_error("MessageRejected", 400)
        if fate == "broken before":
            raise client_error("InternalServiceErrorException", 500)
        mail = Accepted(mail_id=tags["mail_id"], attempt=int(tags["attempt"]), at=self._now())
        self.accepted.append(mail)
        self._on_accepted(mail)
        if fate == "answer lost":
            raise ReadTimeoutError(endpoint_url="https://ses")
        if fate == "broken after":
            raise client_error("InternalServiceErrorException", 500)
        assert fate == "accepted", fate
        return {"MessageId": f"ses-{mail.mail_id}-{mail.attempt}"}
