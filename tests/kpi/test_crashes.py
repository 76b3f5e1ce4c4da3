"""Whatever breaks during an ingest, ingesting the event again ends in the same state."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any

import pytest

from chalicelib.common.notices import Notice
from chalicelib.kpi.drops import Drop
from chalicelib.mail import outbox
from chalicelib.runtime import settings, tables
from infra.local import aws as emulator
from tests import faults
from tests.conftest import EmulatedAWS
from tests.kpi.conftest import KEY, Desk
from tests.kpi.files import FEW_HEADINGS, csv_bytes, workbook

BEFORE = csv_bytes(["Furesø", "1", 100, 60], ["Furesø", "2", 50, 20], ["Egedal", "3", 10, 5], ["Aarhus", "9", 7, 7])
CORRECTION = workbook(
    {
        "December 2024": [FEW_HEADINGS, ["Furesø", "1", 10, 6]],
        "Januar 2025": [
            FEW_HEADINGS,
            ["Furesø", "1", 110, 61],
            ["Furesø", "2", 50, 51],
            ["Egedal", "3", 10, 5],
            ["Egedal", "9", 1, 1],
            ["I alt", "", 171, 118],
        ],
    }
)


def prepared(aws: EmulatedAWS, desk: Desk) -> Notice:
    """Return the notice of a correction to figures that stand; everything else is forgotten."""
    emulator.empty()
    desk.__init__(desk.clock, desk.queued)  # type: ignore[misc]  # the members again, and the same instants
    desk.drop(BEFORE, key=KEY)
    desk.asked()
    return desk.put(CORRECTION, "drops/agent-kpi/rettelse.xlsx")


def state(desk: Desk, drop: Drop) -> list[str]:
    """Return everything that is stored and reported, without what differs between equal runs."""
    client: Any = tables.connection().client
    items = client.scan(TableName=settings.table_name("kpi"), ConsistentRead=True)["Items"]
    mail = outbox.state_of(f"drop_{drop.drop_id}")
    assert mail is not None
    told = [
        *(_stable(item) for item in items if item["pk"]["S"] != "arrivals"),
        *(json.dumps(each) for each in (desk.report(drop), sorted(set(desk.asked())), dict(mail.mail.facts))),
        desk.page(drop),
    ]
    # What was broken off may leave the same rows in a body of another token, that nobody points to.
    return sorted(
        {
            re.sub("[0-9a-f]{16}", "ANOTHER", text.replace(drop.drop_id, "DROP").replace(drop.version_id, "VERSION"))
            for text in told
        }
    )


def _stable(item: dict[str, Any]) -> str:
    # S3 makes up the version; a number of arrival may be skipped, as the order of two drops is what counts.
    told = {name: value for name, value in item.items() if name not in ("arrival", "version_id")}
    if item["sk"]["S"] == "head":
        told["cells"] = {code: cell[:3] for code, cell in json.loads(item["cells"]["S"]).items()}
    return json.dumps(told, sort_keys=True)


@pytest.fixture
def expected(aws: EmulatedAWS, desk: Desk) -> tuple[list[str], list[str]]:
    """The calls and the end state of an ingest that nothing breaks."""
    notice = prepared(aws, desk)
    with faults.counted() as calls:
        drop = desk.ingest(notice)
    assert drop.count_by_name is not None
    assert (drop.count_by_name["accepted"], drop.count_by_name["rejected"]) == (3, 2)
    return calls.operations[:-1], state(desk, drop)  # with the last call the desk looks at the drop


@pytest.mark.parametrize(
    "fault_at",
    [
        pytest.param(partial(faults.crash_at, when="after"), id="crash after", marks=pytest.mark.campaign),
        pytest.param(faults.answer_lost_at, id="answer lost", marks=pytest.mark.campaign),
        # But for the first call, a crash before one is a crash after the one before it.
        pytest.param(partial(faults.crash_at, when="before"), id="crash before", marks=pytest.mark.campaign),
        pytest.param(faults.not_sent_at, id="not sent", marks=pytest.mark.campaign),
    ],
)
def test_a_fault_at_any_call_and_a_second_delivery_end_in_the_same_state(
    fault_at: Callable[[int], AbstractContextManager[faults.Calls]],
    aws: EmulatedAWS,
    desk: Desk,
    expected: tuple[list[str], list[str]],
) -> None:
    """F18, F25, F26: exhaustive over the calls of one ingest."""
    operations, end = expected
    assert len(operations) > 15

    for number, operation in enumerate(operations, start=1):
        notice = prepared(aws, desk)
        with suppress(faults.Crash), fault_at(number):
            desk.ingest(notice)
        drop = desk.ingest(notice)

        assert state(desk, drop) == end, f"call {number}, {operation}"


def test_three_deliveries_that_each_crash_further_on_end_in_the_same_state(
    aws: EmulatedAWS, desk: Desk, expected: tuple[list[str], list[str]]
) -> None:
    operations, end = expected
    notice = prepared(aws, desk)

    for number in range(1, 2 * len(operations), 3):
        with suppress(faults.Crash), faults.crash_at(number, "after"):
            desk.ingest(notice)
    drop = desk.ingest(notice)

    assert state(desk, drop) == end
