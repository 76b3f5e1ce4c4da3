"""Whatever breaks during an ingest, ingesting the event again ends in the same state."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.kpi.drops import Drop, Notice
from chalicelib.mail import outbox
from chalicelib.runtime import settings, tables
from infra.local import aws as emulator
from tests.conftest import EmulatedAWS
from tests.kpi.conftest import KEY, Desk
from tests.kpi.faults import Crash, Fault, wire
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
    return sorted(
        re.sub("[0-9a-f]{16}", "ANOTHER", text.replace(drop.drop_id, "DROP").replace(drop.version_id, "VERSION"))
        for text in told
    )


def _stable(item: dict[str, Any]) -> str:
    # S3 makes up the version; a number of arrival may be skipped, as the order of two drops is what counts.
    told = {name: value for name, value in item.items() if name not in ("arrival", "version_id")}
    if item["sk"]["S"] == "head":
        told["cells"] = {code: cell[:3] for code, cell in json.loads(item["cells"]["S"]).items()}
    return json.dumps(told, sort_keys=True)


@pytest.fixture
def expected(aws: EmulatedAWS, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """The calls and the end state of an ingest that nothing breaks."""
    notice = prepared(aws, desk)
    with wire(monkeypatch) as line:
        drop = desk.ingest(notice)
        calls = line.calls[:-1]  # the desk looks at the drop
    assert drop.count_by_name is not None
    assert (drop.count_by_name["accepted"], drop.count_by_name["rejected"]) == (3, 2)
    return calls, state(desk, drop)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.CRASH_AFTER,
        Fault.RESPONSE_LOST,
        pytest.param(Fault.CRASH_BEFORE, marks=pytest.mark.campaign),  # but for the first call, after the one before
        pytest.param(Fault.NOT_SENT, marks=pytest.mark.campaign),
    ],
)
def test_a_fault_at_any_call_and_a_second_delivery_end_in_the_same_state(
    fault: Fault,
    aws: EmulatedAWS,
    desk: Desk,
    expected: tuple[list[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F18, F25, F26: exhaustive over the calls of one ingest."""
    calls, end = expected
    assert len(calls) > 15

    for at, operation in enumerate(calls):
        notice = prepared(aws, desk)
        with wire(monkeypatch) as line:
            line.breaks(at, fault)
            try:
                desk.ingest(notice)
            except Crash:
                assert fault in (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
        drop = desk.ingest(notice)

        assert state(desk, drop) == end, f"{fault} at call {at}, {operation}"


def test_three_deliveries_that_each_crash_further_on_end_in_the_same_state(
    aws: EmulatedAWS, desk: Desk, expected: tuple[list[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, end = expected
    notice = prepared(aws, desk)

    for at in range(0, 2 * len(calls), 3):
        with wire(monkeypatch) as line:
            line.breaks(at, Fault.CRASH_AFTER)
            try:
                drop = desk.ingest(notice)
            except Crash:
                continue
    drop = desk.ingest(notice)

    assert state(desk, drop) == end
