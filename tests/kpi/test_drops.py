"""What S3 tells of a dropped file, which of two versions is later, and where a file lies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.notices import NoNotice, Notice, notice_from
from chalicelib.kpi.cells import Order
from chalicelib.kpi.drops import Drop, Status, Versioned, is_older, place_of

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "account": "111122223333",
    "time": "2025-02-05T06:00:00Z",
    "region": "eu-north-1",
    "resources": ["arn:aws:s3:::ddh-prod-files"],
    "detail": {
        "version": "0",
        "bucket": {"name": "ddh-prod-files"},
        "object": {
            "key": "drops/agent-kpi/Januar 2025 (ændret)+1%20.csv",
            "size": 5,
            "etag": "b1946ac92492d2347c6235b4d2611184",
            "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
            "sequencer": "617f08299329d189",
        },
        "request-id": "N4N7GDK58NMKJ12R",
        "requester": "123456789012",
        "source-ip-address": "1.2.3.4",
        "reason": "PutObject",
    },
}
NOTICE = notice_from(EVENT)


def test_a_notice_is_read_from_the_event_and_its_key_is_not_url_encoded() -> None:
    assert NOTICE.key == "drops/agent-kpi/Januar 2025 (ændret)+1%20.csv"
    assert NOTICE.version_id == "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"
    assert NOTICE.event_at == datetime(2025, 2, 5, 6, 0, tzinfo=UTC)


def test_the_time_may_be_seconds_as_the_emulator_tells_it() -> None:
    assert notice_from({**EVENT, "time": 1738735200.0}).event_at == NOTICE.event_at


def test_a_drops_id_is_of_its_key_and_version() -> None:
    assert NOTICE.natural_key == replace(NOTICE, sequencer="0", size=7).natural_key
    assert (
        len({NOTICE.natural_key, replace(NOTICE, version_id="x").natural_key, replace(NOTICE, key="x").natural_key})
        == 3
    )


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({}, id="empty"),
        pytest.param([], id="a list"),
        pytest.param(None, id="nothing"),
        pytest.param({**EVENT, "time": "i går"}, id="no time"),
        pytest.param({**EVENT, "time": "2025-02-05T06:00:00"}, id="a time without a zone"),
        pytest.param({**EVENT, "detail": {"object": {"key": "a", "size": 1}}}, id="a bucket without versions"),
        pytest.param({"Records": [{"s3": {}}]}, id="a notification of another kind"),
    ],
)
def test_a_message_of_another_shape_is_no_notice(event: Any) -> None:
    with pytest.raises(NoNotice, match="ikke en S3-hændelse"):
        notice_from(event)


def versioned(sequencer: str, event_at: str = "2025-02-05T06:00:00.000000+00:00", arrival: int = 5) -> Versioned:
    return Versioned(drop_id="d", sequencer=sequencer, event_at=event_at, order=Order(event_at, arrival), version=1)


@given(st.integers(0, 2**80), st.integers(0, 2**80), st.booleans())
def test_sequencers_compare_as_hexadecimal_numbers_of_any_length(first: int, second: int, upper: bool) -> None:
    text = f"{first:x}".upper() if upper else f"{first:x}"
    own = replace(NOTICE, sequencer=text)

    if first != second:
        assert is_older(own, 9, than=versioned(f"{second:x}")) == (first < second)
    else:
        assert not is_older(own, 9, than=versioned(f"{second:x}"))


def test_equal_sequencers_go_by_the_events_time_then_by_arrival() -> None:
    own = replace(NOTICE, sequencer="1")

    assert is_older(own, 9, than=versioned("1", event_at="2025-02-05T06:00:00.000001+00:00"))
    assert is_older(own, 4, than=versioned("1"))
    assert not is_older(own, 6, than=versioned("1"))


def test_a_version_without_a_sequencer_goes_by_the_events_time_whichever_came_first() -> None:
    earlier, later = "2025-02-05T05:59:59.000000+00:00", "2025-02-05T06:00:01.000000+00:00"
    without = replace(NOTICE, sequencer="")

    assert not is_older(without, 9, than=versioned("FF", event_at=earlier))
    assert is_older(without, 9, than=versioned("FF", event_at=later))
    assert not is_older(NOTICE, 9, than=versioned("", event_at=earlier))


@given(st.text())
def test_any_key_lies_somewhere_and_its_report_in_reports(key: str) -> None:
    drop = Drop(
        drop_id="d1",
        key=key,
        version_id="v",
        size=1,
        order=Order("", 1),
        arrived_at=NOTICE.event_at,
        status=Status.RECEIVED,
    )

    assert drop.report_key.startswith("reports/")
    assert drop.report_key.endswith("/d1")
    assert not {"..", ".", ""} & set(drop.report_key.split("/"))
    assert len(drop.report_key.encode()) < 1000


@pytest.mark.parametrize(
    ("key", "kind", "extension"),
    [
        ("drops/agent-kpi/2025-01.csv", "agent-kpi", "csv"),
        ("drops/agent-kpi/TAL.XLSX", "agent-kpi", "xlsx"),
        ("drops/volume/a.b.csv", "volume", "csv"),
        ("drops/agent-kpi/tal", "agent-kpi", ""),
    ],
)
def test_a_plain_key_says_kind_and_extension(key: str, kind: str, extension: str) -> None:
    place = place_of(key)

    assert (place.is_plain, place.kind, place.extension) == (True, kind, extension)


def test_a_very_long_key_gets_a_report_all_the_same() -> None:
    notice = Notice(
        key="drops/agent-kpi/" + "å" * 490 + ".csv", version_id="v", sequencer="1", size=1, event_at=NOTICE.event_at
    )

    assert place_of(notice.key).is_plain
    assert len(notice.key.encode()) < 1024
