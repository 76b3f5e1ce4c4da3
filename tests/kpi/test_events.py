"""The entry point: partial batches, what it costs to import, and what it says in the log."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.common.notices import Notice
from chalicelib.kpi import events
from chalicelib.mail import outbox
from tests import faults
from tests.conftest import EmulatedAWS
from tests.kpi.conftest import KEY, Desk
from tests.kpi.files import csv_bytes

CANARY = "Kanariefugl"


def body(notice: Notice) -> dict[str, Any]:
    told = {
        "key": notice.key,
        "version-id": notice.version_id,
        "sequencer": notice.sequencer,
        "size": notice.size,
    }
    return {"time": notice.event_at.isoformat(), "detail": {"object": told}}


def deliver(*bodies: object) -> list[str]:
    """Deliver the messages as one batch; return the numbers of those that come back."""
    records = [{"messageId": str(number), "body": json.dumps(each)} for number, each in enumerate(bodies)]
    answer = events.ingest_drop({"Records": records}, None)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


def test_only_the_messages_that_failed_come_back(desk: Desk) -> None:
    """F21, F19: a poisoned message and a file that is refused don't stop the others."""
    good, refused = desk.put(csv_bytes(["Furesø", "1", 10, 5])), desk.put(b"\0", "drops/agent-kpi/x.csv")

    assert deliver({"hej": "du"}, body(good), body(refused), []) == ["0", "3"]
    assert desk.counts() == {"1": (10, 5)}


def test_a_message_whose_aws_call_fails_comes_back_and_is_done_later(desk: Desk) -> None:
    notice = desk.put(csv_bytes(["Furesø", "1", 10, 5]))

    with faults.not_sent_at(*range(1, 100)):
        assert deliver(body(notice)) == ["0"]

    assert deliver(body(notice)) == []
    assert desk.counts() == {"1": (10, 5)}


def test_the_events_of_the_emulated_chain_are_ingested(desk: Desk, queued: Callable[[str], list[Any]]) -> None:
    desk.put(csv_bytes(["Furesø", "1", 10, 5]))

    assert deliver(*queued("ddh-drops")) == []
    assert desk.counts() == {"1": (10, 5)}


def test_no_figure_or_agent_gets_into_logs_queues_or_mails(
    aws: EmulatedAWS, desk: Desk, queued: Callable[[str], list[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """T20."""
    files = [
        csv_bytes([CANARY, f"{CANARY}1", 987_654, 987_655], ["Furesø", f"{CANARY}2", "98765x", 5]),
        csv_bytes(["Furesø", f"{CANARY}3", 10, 5], ["Furesø", f"{CANARY}3", 98_765, 5], ["Furesø", "9", 98_765, 5]),
        csv_bytes(["Furesø", CANARY, 10, 5]) + f'"{CANARY}'.encode(),
        csv_bytes(["Furesø", CANARY, 98_765, 5], ["I alt", "", 98_764, 5]),
        f"Kommune;Agent;{CANARY}\nFuresø;{CANARY};98765\n".encode(),
    ]
    notices = [desk.put(content, KEY) for content in files]

    assert deliver(*map(body, notices), {"detail": {"object": {"key": CANARY}}}) == ["5"]

    messages = json.dumps(queued("ddh-evaluations") + queued("ddh-outbox"))
    mails = [outbox.state_of(f"drop_{notice.natural_key}") for notice in notices]
    told = repr([(mail.mail.subject, mail.mail.facts) for mail in mails if mail is not None])
    captured = capsys.readouterr()
    for text in (messages, told, captured.out, captured.err):
        assert CANARY not in text
        assert "98765" not in text.replace(".", "")
    assert len([mail for mail in mails if mail is not None]) == 5


def test_the_entry_point_imports_alone_and_leaves_what_it_may_not_need() -> None:
    script = "import chalicelib.kpi.events, sys; print(*{name.split('.')[0] for name in sys.modules})"

    loaded = subprocess.run(
        [sys.executable, "-c", script], env={}, capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"jinja2", "python_calamine", "openpyxl", "boto3", "pydantic", "numpy"} & set(loaded)
