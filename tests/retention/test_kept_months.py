"""Kept months are evaluated to what they came to, however much of what they once rested on is erased already."""

from __future__ import annotations

from datetime import date

from chalicelib.common.months import months_from
from chalicelib.evaluation import following
from chalicelib.evaluation.requests import LIVE, Request
from chalicelib.retention import daily
from tests.conftest import SettableClock
from tests.retention.machine import ERASED, ERASED_ON, FIRST, LAST, Machine, kept_lines, stored


def _look_again(clock: SettableClock) -> None:
    """Bring every municipality up to date from each month on, as lost messages and corrections ask for it."""
    for code in ("741", "751"):
        for month in months_from(FIRST, LAST):
            following.bring_up_to_date(Request(run=LIVE, municipality_code=code, from_month=month), clock=clock)


def _kept() -> dict[str, object]:
    """Return what must not move: the kept months' lines, how many revisions they have, and which mails there are."""
    items = stored()
    revisions = [
        (item["pk"]["S"], item["sk"]["S"])
        for item in items["ddh-local-evaluation"]
        if item["pk"]["S"].startswith("municipality#live#") and item["sk"]["S"][:7] > str(ERASED)
    ]
    mails = sorted(item["pk"]["S"] for item in items["ddh-local-mail"])
    return {"lines": kept_lines(), "revisions": sorted(revisions), "mails": mails}


def test_evaluating_again_before_between_and_after_erasing_changes_nothing_and_mails_nobody(
    machine: Machine, clock: SettableClock
) -> None:
    machine.live()
    expected = _kept()
    machine.at(ERASED_ON)
    _look_again(clock)
    assert _kept() == expected, "past its time, and not erased yet"

    for part, erase_until in daily.ERASE_BY_PART.items():
        erase_until(ERASED)
        _look_again(clock)
        assert _kept() == expected, part


def test_a_second_run_and_the_days_after_it_erase_nothing_more(machine: Machine) -> None:
    machine.live()
    machine.at(ERASED_ON)
    first = machine.call("retention-daily")
    assert all(first.values()), first

    assert set(machine.call("retention-daily").values()) == {0}
    machine.at(date(2028, 2, 27))
    assert set(machine.call("retention-daily").values()) == {0}
