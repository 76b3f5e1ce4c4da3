"""The outbox's entry points stand alone, load only what they need, and let out nothing about a person. THREATS T20."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.mail import events, outbox, rules, service, store
from chalicelib.mail.delivery import GRACE, LEASE, State
from tests.conftest import EmulatedAWS, SettableClock
from tests.mail.fakes import a_mail, envelope

_ALONE = """
import sys
import chalicelib.mail.events
print(sorted({"jinja2", "pydantic", "boto3", "app"} & set(sys.modules)))
"""


def test_the_handlers_import_alone_in_an_empty_environment_without_what_only_rendering_needs() -> None:
    # -S -E and no environment: what Lambda gives a handler before its configuration is read.
    done = subprocess.run([sys.executable, "-E", "-c", _ALONE], env={}, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr, done.returncode) == ("[]", "", 0)


_CANARIES = ("kanariefugl", "0101901234", "Fortroligt emne", "98765")


def test_no_address_name_or_figure_gets_into_logs_or_queues(
    aws: EmulatedAWS,
    clock: SettableClock,
    queued: Callable[[str], list[Any]],
    trial_templates: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def mail(mail_id: str, **facts: Any) -> outbox.Mail:
        to = ("kanariefugl@aarhus.example",)
        return a_mail(mail_id, to=to, subject="Fortroligt emne", template="trial/plain", facts=facts)

    outbox.record_alone(mail("good", name="kanariefugl 0101901234", answered=98765), clock=clock)
    outbox.record_alone(mail("unwritable", name="kanariefugl 0101901234"), clock=clock)
    outbox.nudge(["good", "unwritable"])
    bodies = [json.dumps(body) for body in queued("ddh-outbox")]
    event = {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}
    assert events.deliver_mail(event, None) == {"batchItemFailures": []}
    recipients = ("kanariefugl@aarhus.example",)
    broken = envelope("Bounce", mail_id="good", recipients=recipients, bouncedRecipients=[{"kanariefugl": 1}])
    receipts = [envelope("Bounce", mail_id="good", recipients=recipients), broken, envelope("Send", mail_id="nowhere")]
    event = {"Records": [{"messageId": str(at), "body": json.dumps(body)} for at, body in enumerate(receipts)]}
    assert events.settle_receipts(event, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    clock.set(instant=clock.now() + timedelta(minutes=10) + LEASE + GRACE)
    service.sweep(clock=clock)
    bodies += [json.dumps(body) for body in queued("ddh-outbox")]

    logs = "".join(str(vars(record)) for record in caplog.records)
    assert "mail needs attention" in logs
    assert [canary for canary in _CANARIES if canary in logs or canary in "".join(bodies)] == []
    stored = outbox.state_of("good")
    assert stored is not None
    assert stored.state is State.BOUNCED


def test_the_sweeper_is_called_by_its_schedule_alone(aws: EmulatedAWS, queued: Callable[[str], list[Any]]) -> None:
    outbox.record_alone(a_mail())

    events.sweep_outbox({}, None)

    (body,) = queued("ddh-outbox")
    assert body.keys() == {"version", "mail_id", "correlation_id"}
    assert body["mail_id"] == "notice_2024-10_751_r1"


def test_the_sweeper_decides_an_attempt_that_nobody_ended(
    aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.record_alone(a_mail(), clock=clock)
    ((mail_id, waiting),) = outbox.in_state(State.PENDING)
    claim = rules.claimed(waiting, owner="a", now=clock.now(), today=clock.today(), digest="d", size=1)
    assert store.replace(mail_id, waiting, claim)

    monkeypatch.setattr(system_clock, "now", lambda: clock.now() + LEASE + GRACE)
    events.sweep_outbox({}, None)

    assert [found for found, _ in outbox.in_state(State.PENDING)] == [mail_id]


def test_every_reason_has_a_danish_sentence_for_staff() -> None:
    known = ("complained", "bounced_for_now", "bounced", "suppressed", "rejected", "uncertain", "no_answer")

    sentences = {outbox.explanation(reason) for reason in (*known, "unrenderable", "lease_over", "address_refused")}

    assert len(sentences) == 10
    assert "MessageRejected" in outbox.explanation("MessageRejected")


@pytest.mark.parametrize("reason", ["bounced_for_now", "bounced", "suppressed", "address_refused"])
def test_staff_are_told_to_forward_a_mail_whose_recipients_are_fixed(reason: str) -> None:
    sentence = outbox.explanation(reason)

    assert "ikke igen af sig selv" in sentence
    assert "videresend" in sentence
    assert "prøves igen" not in sentence
