"""The one call that sends: SES's SendEmail, with every error turned into what it means for the mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.mail.answers import answer_to_failure, answer_to_response
from chalicelib.mail.delivery import Answer, Outcome
from chalicelib.mail.message import Message
from chalicelib.runtime import clients, settings


def send(message: Message, *, mail_id: str, attempt: int, ses: Callable[[], Any] = clients.ses) -> Answer:
    """Ask SES once to send the message. The tags come back in every event, which is how receipts find their mail."""
    try:
        response = ses().send_email(
            FromEmailAddress=message.sender,
            Destination={"ToAddresses": list(message.to)},
            Content={"Raw": {"Data": message.raw}},
            ConfigurationSetName=settings.mail_configuration_set(),
            EmailTags=[{"Name": "mail_id", "Value": mail_id}, {"Name": "attempt", "Value": str(attempt)}],
        )
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return answer_to_response(error.response.get("Error", {}).get("Code", "unknown"), status=status)
    except BotoCoreError as error:
        return answer_to_failure(type(error).__name__)
    return Answer(outcome=Outcome.ACCEPTED, ses_message_id=response["MessageId"])
