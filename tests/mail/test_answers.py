"""What SES's errors and events mean. THREATS F9 to F12."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore import exceptions as botocore_exceptions
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail import answers
from chalicelib.mail.answers import EventNotUnderstood, Told, answer_to_failure, answer_to_response, told_by
from chalicelib.mail.delivery import Evidence, Outcome
from tests.mail.fakes import envelope


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("TooManyRequestsException", 429, Outcome.NOT_SENT),
        ("ThrottlingException", 400, Outcome.NOT_SENT),
        ("LimitExceededException", 400, Outcome.NOT_SENT),
        ("SendingPausedException", 400, Outcome.NOT_SENT),
        ("AccountSuspendedException", 400, Outcome.NOT_SENT),
        ("MailFromDomainNotVerifiedException", 400, Outcome.NOT_SENT),
        ("NotFoundException", 404, Outcome.NOT_SENT),
        ("AccessDeniedException", 403, Outcome.NOT_SENT),
        ("ExpiredTokenException", 403, Outcome.NOT_SENT),
        ("MessageRejected", 400, Outcome.REFUSED),
        ("BadRequestException", 400, Outcome.REFUSED),
        ("InternalServiceErrorException", 500, Outcome.UNKNOWN),
        ("ServiceUnavailable", 503, Outcome.UNKNOWN),
        ("TooManyRequestsException", 0, Outcome.UNKNOWN),
    ],
)
def test_an_error_response_says_whether_the_mail_was_sent(code: str, status: int, outcome: Outcome) -> None:
    answer = answer_to_response(code, status=status)

    assert (answer.outcome, answer.code) == (outcome, code)


def test_every_error_that_ses_documents_for_sending_is_decided() -> None:
    model = botocore.session.get_session().get_service_model("sesv2")

    documented = {shape.name for shape in model.operation_model("SendEmail").error_shapes}

    assert documented == {
        "AccountSuspendedException",
        "BadRequestException",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "NotFoundException",
        "SendingPausedException",
        "TooManyRequestsException",
    }, "SES knows a new error: decide in answers.py what it means, and add it above"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("EndpointConnectionError", Outcome.NOT_SENT),
        ("ConnectTimeoutError", Outcome.NOT_SENT),
        ("NoCredentialsError", Outcome.NOT_SENT),
        ("ReadTimeoutError", Outcome.UNKNOWN),
        ("ConnectionClosedError", Outcome.UNKNOWN),
        ("SSLError", Outcome.UNKNOWN),
        ("HTTPClientError", Outcome.UNKNOWN),
        ("SomethingNewError", Outcome.UNKNOWN),
    ],
)
def test_a_call_without_a_response_is_unknown_unless_nothing_left_us(name: str, outcome: Outcome) -> None:
    assert answer_to_failure(name).outcome is outcome


def test_the_failures_that_we_name_exist_in_botocore() -> None:
    assert [name for name in answers._BEFORE_THE_REQUEST if not hasattr(botocore_exceptions, name)] == []


@pytest.mark.parametrize(
    ("event_type", "more", "evidence"),
    [
        ("Send", {}, Evidence.SENT),
        ("DeliveryDelay", {}, Evidence.SENT),
        ("Delivery", {}, Evidence.DELIVERED),
        ("Complaint", {}, Evidence.COMPLAINED),
        ("Bounce", {"bounceType": "Permanent"}, Evidence.BOUNCED),
        ("Bounce", {"bounceType": "Undetermined"}, Evidence.BOUNCED),
        ("Bounce", {"bounceType": "Transient", "bounceSubType": "MailboxFull"}, Evidence.BOUNCED_FOR_NOW),
        ("Bounce", {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"}, Evidence.SUPPRESSED),
        ("Bounce", {"bounceType": "Permanent", "bounceSubType": "Suppressed"}, Evidence.SUPPRESSED),
        ("Reject", {}, Evidence.REJECTED),
        ("Rendering Failure", {}, Evidence.REJECTED),
    ],
)
def test_an_event_is_evidence(event_type: str, more: dict[str, Any], evidence: Evidence) -> None:
    told = told_by(envelope(event_type, **more))

    assert told is not None
    assert told.evidence is evidence


def test_an_event_names_its_mail_its_attempt_its_recipients_and_when_it_was_sent() -> None:
    event = envelope("Bounce", mail_id="notice_2024-10_751_r1", attempt=2, recipients=("leder@aarhus.example",))

    assert told_by(event) == Told(
        mail_id="notice_2024-10_751_r1",
        attempt=2,
        evidence=Evidence.BOUNCED,
        addresses=("leder@aarhus.example",),
        ses_message_id="ses-notice_2024-10_751_r1-2",
        sent_at=datetime(2025, 2, 5, 5, 0, tzinfo=UTC),
    )


def _without_tags() -> dict[str, Any]:
    event = envelope("Send")
    del event["detail"]["mail"]["tags"]["mail_id"]
    return event


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(envelope("Open"), id="an event type that says nothing about arrival"),
        pytest.param(_without_tags(), id="a mail of somebody else in the account"),
        pytest.param(
            {"source": "aws.ses", "detail": {"data": {"status": "DISABLED"}}}, id="an event about the account"
        ),
        pytest.param({**envelope("Send"), "source": "somebody.else"}, id="another source"),
    ],
)
def test_what_is_not_about_our_mails_is_passed_over(event: dict[str, Any]) -> None:
    assert told_by(event) is None


def test_an_event_without_an_attempt_is_still_evidence() -> None:
    event = envelope("Delivery")
    del event["detail"]["mail"]["tags"]["attempt"]

    told = told_by(event)

    assert told is not None
    assert (told.attempt, told.evidence) == (0, Evidence.DELIVERED)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["detail", "eventType", "mail", "tags", "bounce", "timestamp", "bouncedRecipients"]), _JSON)
def test_an_event_of_another_shape_is_refused_and_never_misread(where: str, instead: Any) -> None:
    event = envelope("Bounce")
    detail = event["detail"]
    part = {
        "detail": event,
        "eventType": detail,
        "mail": detail,
        "bounce": detail,
        "tags": detail["mail"],
        "timestamp": detail["mail"],
        "bouncedRecipients": detail["bounce"],
    }[where]
    part[where] = instead

    try:
        told = told_by(event)
    except EventNotUnderstood:
        return

    assert told is None or isinstance(told.mail_id, str)
