"""Moving the run's clock does the new date's morning, in the schedules' order, and sends what was held until then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date

import pytest

from chalicelib.common.clock import system_clock
from chalicelib.mail import outbox
from chalicelib.rulebook import book
from infra import packaged
from infra.local import mailbox
from infra.local.clockwork import DAILY, Clockwork
from infra.local.functions import Function, functions_of
from infra.local.pump import Pump
from infra.local.viewer import NAME_BY_FUNCTION
from tests.conftest import EmulatedAWS


@pytest.fixture
def functions(aws: EmulatedAWS) -> Iterator[dict[str, Function]]:
    book.seed()
    system_clock.business_date = date(2025, 2, 5)
    yield functions_of(packaged.template("local"), aws.references)
    system_clock.business_date = None


def test_every_function_of_a_morning_runs_and_what_was_held_until_then_is_sent(
    functions: dict[str, Function],
) -> None:
    kept: list[str] = []
    clockwork = Clockwork(functions, Pump(functions.values()), working=nullcontext(), keep=lambda: kept.append("all"))
    held = outbox.Mail(
        mail_id="held",
        to=("leder@x.example",),
        subject="Hej",
        template="access/sign_in",
        facts={"url": "https://ddh.example/log-ind/x", "minutes": 15},
        send_from=date(2025, 7, 1),
    )
    outbox.record_alone(held)

    early = clockwork.move_to(date(2025, 6, 30))
    on_the_day = clockwork.move_to(date(2025, 7, 1))

    assert (early.mails, on_the_day.mails) == (0, 1)
    assert [mail.tags["mail_id"] for mail in mailbox.sent] == ["held"]
    assert set(on_the_day.succeeded_by_function.values()) == {True}
    assert list(on_the_day.succeeded_by_function) == [name for name in DAILY if name in functions]
    assert kept == ["all", "all"]


def test_a_function_that_fails_keeps_nobody_from_the_rest_of_the_morning(
    functions: dict[str, Function], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Function(
        name="evaluation-watchdog", handler="nowhere.at_all", timeout_seconds=1, memory_megabytes=128, consumer=None
    )
    clockwork = Clockwork({**functions, "evaluation-watchdog": broken}, Pump(functions.values()), working=nullcontext())

    morning = clockwork.move_to(date(2025, 7, 1))

    assert not morning.succeeded_by_function["evaluation-watchdog"]
    assert morning.succeeded_by_function["sweep-outbox"]
    assert "nowhere" in capsys.readouterr().err


def test_every_job_of_a_morning_has_a_name_that_its_page_can_show() -> None:
    assert set(DAILY) <= set(NAME_BY_FUNCTION)
