"""The watch that every test is under sees what it is there to see."""

from __future__ import annotations

import pytest

from chalicelib.runtime import clients, settings
from chalicelib.runtime.entrypoints import log_failure, logger
from tests.conftest import EmulatedAWS
from tests.said import NAMES_SOMEBODY, heard


@pytest.mark.names_somebody
@pytest.mark.parametrize("name", ["190-001", "leder@samsoe.example", "agent 751-004."])
def test_a_person_named_in_a_log_is_heard(name: str) -> None:
    with heard() as said:
        logger().info(f"looked at {name}")
    assert [line for line in said if NAMES_SOMEBODY.search(line)]


@pytest.mark.names_somebody
def test_a_person_named_beside_a_message_or_in_an_error_s_names_is_heard() -> None:
    with heard() as said:
        logger().info("looked", extra={"agent": "190-001"})
        log_failure("not mailed", ValueError(), to="leder@samsoe.example")
    assert len([line for line in said if NAMES_SOMEBODY.search(line)]) == 2


@pytest.mark.names_somebody
def test_a_person_named_on_a_queue_is_heard(aws: EmulatedAWS) -> None:
    with heard() as said:
        clients.sqs().send_message(QueueUrl=settings.outbox_queue_url(), MessageBody='{"agent": "190-001"}')
    assert [line for line in said if NAMES_SOMEBODY.search(line)]


@pytest.mark.parametrize("told", ["2024-10", "notice_2024-10_751_r1", "drop 5f1e-001a", "2025-02-05T06:00:00Z"])
def test_what_names_nobody_is_no_alarm(told: str) -> None:
    assert not NAMES_SOMEBODY.search(told)
