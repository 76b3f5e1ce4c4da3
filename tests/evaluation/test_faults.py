"""The evaluation under crashes, lost answers and races: it ends in the same state, and nobody is mailed twice."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest

from chalicelib.common.errors import Conflict, TryLater
from chalicelib.evaluation import events, following, service, store
from chalicelib.evaluation.requests import LIVE, Request
from infra.local import aws as emulator
from tests import faults
from tests.evaluation.hotline import HIGH, LOW, NOVEMBER, OCTOBER, Hotline, digest, mail_ids

FURESO = Request(run=LIVE, municipality_code="190", from_month=OCTOBER)


def prepare(hotline: Hotline) -> None:
    for code in ("190", "240", "751"):
        for month in (OCTOBER, NOVEMBER):
            hotline.figures.put(code, month, {f"{code}-001": LOW, f"{code}-002": HIGH})
    service.start_month(OCTOBER, clock=hotline.clock)
    service.start_month(NOVEMBER, clock=hotline.clock)


def _run_with(hotline: Hotline, number: int, when: Literal["before", "after"]) -> bool:
    """Run the three municipalities with a crash at a call; say whether there was such a call."""
    try:
        with faults.crash_at(number, when):
            for code in ("190", "240", "751"):
                following.bring_up_to_date(
                    Request(run=LIVE, municipality_code=code, from_month=OCTOBER), clock=hotline.clock
                )
    except faults.Crash:
        return True
    return False


@pytest.mark.campaign
def test_a_crash_before_or_after_any_call_is_made_good_by_the_next_delivery(hotline: Hotline) -> None:
    prepare(hotline)
    hotline.drain()
    expected = digest()
    number, crashed = 1, True
    while crashed:
        crashed = False
        for when in ("before", "after"):
            emulator.empty()
            hotline.begin_again()
            prepare(hotline)
            crashed |= _run_with(hotline, number, when)
            hotline.drain()
            assert digest() == expected, (number, when)
        number += 1
    assert number > 30


def test_a_crash_around_the_commit_is_made_good_by_the_next_delivery(hotline: Hotline) -> None:
    prepare(hotline)
    with faults.counted() as calls:
        hotline.drain()
    expected = digest()
    commits = [number for number, name in enumerate(calls.operations, 1) if name == "TransactWriteItems"]
    assert len(commits) == 3

    for number in commits:
        for when in ("before", "after"):
            emulator.empty()
            hotline.begin_again()
            prepare(hotline)
            with pytest.raises(faults.Crash), faults.crash_at(number, when):
                hotline.drain()
            hotline.drain()
            assert digest() == expected, (number, when)


def test_a_lost_answer_to_the_commit_neither_loses_nor_doubles(hotline: Hotline) -> None:
    prepare(hotline)
    with faults.counted() as calls:
        following.bring_up_to_date(FURESO, clock=hotline.clock)
    number = calls.operations.index("TransactWriteItems") + 1
    before = digest()

    hotline.figures.put("190", OCTOBER, {"190-001": HIGH, "190-002": HIGH})
    with faults.answer_lost_at(number):
        following.bring_up_to_date(FURESO, clock=hotline.clock)
    after = digest()
    following.bring_up_to_date(FURESO, clock=hotline.clock)

    assert before != after == digest()
    assert [each for each in mail_ids() if each.startswith("correction_")] == ["correction_2024-10_190_r2"]


_RACER = """
import sys
from chalicelib.evaluation import following
from chalicelib.evaluation.requests import LIVE, Request
from chalicelib.kpi import figures
from tests.evaluation.hotline import FakeFigures, HIGH, LOW, OCTOBER

fake = FakeFigures()
fake.put("190", OCTOBER, {"190-001": LOW, "190-002": HIGH})
figures.municipality_month = fake.municipality_month
figures.revisions = fake.revisions
print("ready", flush=True)
sys.stdin.readline()
following.bring_up_to_date(Request(run=LIVE, municipality_code="190", from_month=OCTOBER))
"""


def test_six_processes_at_once_evaluate_once(hotline: Hotline, served_aws: Any) -> None:
    for code in ("190", "240", "751"):
        hotline.figures.put(code, OCTOBER, {f"{code}-001": LOW, f"{code}-002": HIGH})
    service.start_month(OCTOBER, clock=hotline.clock)
    with ExitStack() as stack:
        racers = [stack.enter_context(_racer()) for _ in range(6)]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        assert [racer.wait(timeout=60) for racer in racers] == [0] * 6
    assert mail_ids() == ["notice_2024-10_190_r1"]


def _racer() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _RACER],
        cwd=Path(__file__).parent.parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_somebody_who_was_faster_is_noticed_and_nothing_is_done_twice(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(hotline)
    commit = store.commit

    def commit_after_somebody_else(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        following.bring_up_to_date(FURESO, clock=hotline.clock)
        commit(*args, **rest)

    monkeypatch.setattr(store, "commit", commit_after_somebody_else)
    following.bring_up_to_date(FURESO, clock=hotline.clock)

    assert mail_ids() == ["notice_2024-10_190_r1", "notice_2024-11_190_r1"]
    assert store.heads(LIVE, ["190"])["190"].version == 1


def test_who_is_never_fast_enough_leaves_it_to_the_queue(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(hotline)

    def always_too_late(*args: Any, **rest: Any) -> None:
        raise Conflict("somebody was faster")

    monkeypatch.setattr(store, "commit", always_too_late)

    with pytest.raises(TryLater, match="190"):
        following.bring_up_to_date(FURESO, clock=hotline.clock)


def test_a_queue_message_brings_its_municipality_up_to_date_and_a_bad_one_returns_alone(hotline: Hotline) -> None:
    prepare(hotline)
    good = {"version": 2, "run": LIVE, "municipality_code": "190", "from_month": "2024-10", "later": "field"}
    records = [
        {"messageId": "bad", "body": json.dumps({"version": 1})},
        {"messageId": "good", "body": json.dumps(good)},
    ]

    answer = events.evaluate_municipality({"Records": records}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert mail_ids() == ["notice_2024-10_190_r1", "notice_2024-11_190_r1"]
